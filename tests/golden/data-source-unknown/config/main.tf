data "aws_amis" "all" {}

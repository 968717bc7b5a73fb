data "aws_vpc" "main" {
  default = true
}
data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
}
resource "aws_instance" "web" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
}
resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = data.aws_vpc.main.id
}

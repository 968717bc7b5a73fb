resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = "ami-0c55b159cbfafe1f0"
  instance_type = "t3.small"
}

resource "aws_autoscaling_group" "web" {
  name                = "web"
  min_size            = 1
  max_size            = 3
  vpc_zone_identifier = ["subnet-0a1b2c3d4e5f60718"]

  launch_template {
    id      = aws_launch_template.web.id
    version = "1"
  }
}

resource "aws_sns_topic" "scaling" {
  name = "web-scaling"
}

resource "aws_s3_bucket" "assets" {
  bucket = "web-assets"
}

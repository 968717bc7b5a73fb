variable "environment" {
  type    = string
  default = "staging"
}

resource "aws_instance" "worker" {
  ami           = "ami-0c55b159cbfafe1f0"
  instance_type = "t3.small"
  tags = {
    Name = "worker-${var.environment}"
  }
}

resource "aws_instance" "gateway" {
  ami           = "ami-0c55b159cbfafe1f0"
  instance_type = "t3.micro"
}

resource "aws_sns_topic" "alerts" {
  name = "fleet-alerts"
}

resource "aws_s3_bucket" "backups" {
  bucket = "fleet-backups"
}

output "worker_ip" {
  value = aws_instance.worker.private_ip
}

# Request: One small Linux host without a public address that I reach with Session Manager, in a subnet I name.

variable "subnet_id" {
  description = "Where the host stands"
  type        = string
  default     = "subnet-0a1b2c3d4e5f60718"
}

provider "aws" {
  region = "eu-north-1"
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]

  filter {
    name   = "name"
    values = ["al2023-ami-2023.*-arm64"]
  }
}

resource "aws_iam_role" "host" {
  name_prefix = "host-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = aws_iam_role.host.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "host" {
  name_prefix = "host-"
  role        = aws_iam_role.host.name
}

resource "aws_instance" "host" {
  ami                         = data.aws_ami.linux.id
  instance_type               = "t4g.micro"
  subnet_id                   = var.subnet_id
  iam_instance_profile        = aws_iam_instance_profile.host.name
  associate_public_ip_address = false

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    encrypted   = true
    volume_size = 20
  }

  tags = {
    Name = "host"
  }
}

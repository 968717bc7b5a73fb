# Request: An encrypted network file system for two subnets, mounted by hosts with the group sg-0123456789abcdef0 only.

variable "subnet_ids" {
  description = "One subnet in each zone"
  type        = list(string)
  default     = ["subnet-0a1b2c3d4e5f60718", "subnet-0b1b2c3d4e5f60718"]
}

variable "vpc_id" {
  description = "Network of the subnets"
  type        = string
  default     = "vpc-0a1b2c3d4e5f60718"
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_efs_file_system" "shared" {
  encrypted = true

  lifecycle_policy {
    transition_to_ia = "AFTER_30_DAYS"
  }
}

resource "aws_security_group" "shared" {
  name_prefix = "shared-files-"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "nfs" {
  security_group_id            = aws_security_group.shared.id
  referenced_security_group_id = "sg-0123456789abcdef0"
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_efs_mount_target" "shared" {
  count = length(var.subnet_ids)

  file_system_id  = aws_efs_file_system.shared.id
  subnet_id       = var.subnet_ids[count.index]
  security_groups = [aws_security_group.shared.id]
}

variable "name" {
  type = string
}
module "queue" {
  source = "../queue"
  name   = "${var.name}-jobs"
}

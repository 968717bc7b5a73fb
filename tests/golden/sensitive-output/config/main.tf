variable "token" {
  type      = string
  sensitive = true
  default   = "x"
}
output "token" {
  value = var.token
}

locals {
  a = uper("x")
}
output "a" {
  value = local.a
}

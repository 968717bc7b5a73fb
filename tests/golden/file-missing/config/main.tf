locals {
  page = file("${path.module}/missing.html")
}
output "page" {
  value = local.page
}

output "a" {
  value = cidrsubnet("10.0.0.0/16", "many", 1)
}

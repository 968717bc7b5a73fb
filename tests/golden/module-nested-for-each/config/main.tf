module "team" {
  for_each = toset(["red", "blue"])
  source   = "./team"
  name     = each.key
}

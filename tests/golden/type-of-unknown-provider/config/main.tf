resource "acme_widget" "w" {
  size = 1
}

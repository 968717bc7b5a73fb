resource "aws_security_group" "web" {
  name = "web"
  dynamic "ingres" {
    for_each = [80]
    content {
      from_port = ingres.value
    }
  }
}

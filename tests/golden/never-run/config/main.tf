data "external" "run" {
  program = ["sh", "-c", "echo '{\"a\": \"b\"}'"]
}
data "http" "get" {
  url = "https://example.com"
}
resource "null_resource" "hook" {
  provisioner "local-exec" {
    command = "touch /tmp/terraformer-was-here"
  }
}
output "a" {
  value = data.external.run.result
}
output "b" {
  value = data.http.get.response_body
}

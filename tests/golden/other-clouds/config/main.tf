resource "google_storage_bucket" "logs" {
  name     = "logs-of-acme"
  location = "EU"
  project  = "acme"
}
resource "azurerm_resource_group" "main" {
  name     = "main"
  location = "westeurope"
}
resource "kubernetes_namespace" "jobs" {
  metadata {
    name = "jobs"
  }
}
provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-000000000000"
}

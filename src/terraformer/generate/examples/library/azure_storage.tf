# Request: In Azure, a resource group in West Europe with a storage account that takes only TLS 1.2 and a private container "invoices".

terraform {
  required_providers {
    azurerm = {
      source = "hashicorp/azurerm"
    }
  }
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "billing" {
  name     = "billing"
  location = "West Europe"
}

resource "azurerm_storage_account" "billing" {
  name                            = "acmebillingfiles"
  resource_group_name             = azurerm_resource_group.billing.name
  location                        = azurerm_resource_group.billing.location
  account_tier                    = "Standard"
  account_replication_type        = "ZRS"
  min_tls_version                 = "TLS1_2"
  allow_nested_items_to_be_public = false
}

resource "azurerm_storage_container" "invoices" {
  name                  = "invoices"
  storage_account_id    = azurerm_storage_account.billing.id
  container_access_type = "private"
}

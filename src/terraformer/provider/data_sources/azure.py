"""Azure data sources: client, subscription, and what is looked up by name and resource group.

Source: the Azure resource id formats of the provider's documentation. All assumed, except what the provider block says
(subscription, tenant, client).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.shapes import LOOKED_UP, fill

__all__ = ["READERS"]

_ZERO = "00000000-0000-0000-0000-000000000000"


def _setting(reading: Reading, name: str) -> str:
    value = reading.ctx.settings.get(name)
    return value if isinstance(value, str) else ""


def _constant(reading: Reading, name: str) -> str | None:
    return {
        "subscription": _setting(reading, "subscription_id") or _ZERO,
        "tenant": _setting(reading, "tenant_id") or _ZERO,
        "group": f"/subscriptions/{_setting(reading, 'subscription_id') or _ZERO}/resourceGroups/"
        f"{reading.text('resource_group_name') or 'example'}",
        "lower_name": reading.text("name").lower(),
    }.get(name)


def _client(reading: Reading) -> None:
    for name in ("client_id", "subscription_id", "tenant_id"):
        known = _setting(reading, name)
        reading.set(name, known or _ZERO, None if known else "the provider block names none")
    reading.set("object_id", _ZERO, "no credentials are used")
    reading.set("id", "example", "no credentials are used")


_OBJECTS: Final[dict[str, Mapping[str, Any]]] = {
    "azurerm_subscription": {
        "subscription_id": "{subscription}",
        "id": "/subscriptions/{subscription_id}",
        "display_name": "Example",
        "state": "Enabled",
        "tenant_id": "{tenant}",
        "location_placement_id": "Public_2014-09-01",
        "quota_id": "PayAsYouGo_2014-09-01",
        "spending_limit": "Off",
    },
    "azurerm_resource_group": {
        "id": "/subscriptions/{subscription}/resourceGroups/{name}",
        "location": "eastus",
        "managed_by": "",
    },
    "azurerm_virtual_network": {
        "id": "{group}/providers/Microsoft.Network/virtualNetworks/{name}",
        "location": "eastus",
        "address_space": ["10.0.0.0/16"],
        "dns_servers": [],
        "guid": "{uuid}",
        "subnets": ["default"],
        "vnet_peerings": {},
        "vnet_peerings_addresses": [],
    },
    "azurerm_subnet": {
        "id": "{group}/providers/Microsoft.Network/virtualNetworks/{virtual_network_name}/subnets/{name}",
        "address_prefix": "10.0.1.0/24",
        "address_prefixes": ["10.0.1.0/24"],
        "network_security_group_id": "",
        "route_table_id": "",
        "service_endpoints": [],
    },
    "azurerm_network_security_group": {
        "id": "{group}/providers/Microsoft.Network/networkSecurityGroups/{name}",
        "location": "eastus",
        "security_rule": [],
    },
    "azurerm_public_ip": {
        "id": "{group}/providers/Microsoft.Network/publicIPAddresses/{name}",
        "ip_address": "203.0.113.10",
        "allocation_method": "Static",
        "sku": "Standard",
        "location": "eastus",
        "fqdn": "",
    },
    "azurerm_key_vault": {
        "id": "{group}/providers/Microsoft.KeyVault/vaults/{name}",
        "vault_uri": "https://{lower_name}.vault.azure.net/",
        "tenant_id": "{tenant}",
        "location": "eastus",
        "sku_name": "standard",
    },
    "azurerm_key_vault_secret": {
        "version": "{hex32}",
        "id": "https://example.vault.azure.net/secrets/{name}/{version}",
        "versionless_id": "https://example.vault.azure.net/secrets/{name}",
        "value": "Example-Secret-{hex12}",
        "content_type": "",
    },
    "azurerm_storage_account": {
        "id": "{group}/providers/Microsoft.Storage/storageAccounts/{name}",
        "location": "eastus",
        "account_kind": "StorageV2",
        "account_tier": "Standard",
        "account_replication_type": "LRS",
        "primary_access_key": "{base64}",
        "secondary_access_key": "{base64:2}",
        "primary_blob_endpoint": "https://{name}.blob.core.windows.net/",
        "primary_blob_host": "{name}.blob.core.windows.net",
        "primary_connection_string": "DefaultEndpointsProtocol=https;AccountName={name};AccountKey={base64}",
        "primary_location": "eastus",
    },
    "azurerm_container_registry": {
        "id": "{group}/providers/Microsoft.ContainerRegistry/registries/{name}",
        "login_server": "{lower_name}.azurecr.io",
        "location": "eastus",
        "sku": "Basic",
        "admin_username": "{name}",
        "admin_password": "Example-Secret-{hex12}",
    },
    "azurerm_kubernetes_cluster": {
        "id": "{group}/providers/Microsoft.ContainerService/managedClusters/{name}",
        "fqdn": "{name}-{hex8}.hcp.eastus.azmk8s.io",
        "location": "eastus",
        "dns_prefix": "{name}",
        "kubernetes_version": "1.31.1",
        "node_resource_group": "MC_{resource_group_name}_{name}_eastus",
    },
    "azurerm_log_analytics_workspace": {
        "id": "{group}/providers/Microsoft.OperationalInsights/workspaces/{name}",
        "workspace_id": "{uuid}",
        "primary_shared_key": "{base64}",
        "location": "eastus",
        "sku": "PerGB2018",
    },
    "azurerm_user_assigned_identity": {
        "id": "{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
        "client_id": "{uuid}",
        "principal_id": "{uuid:p}",
        "tenant_id": "{tenant}",
        "location": "eastus",
    },
    "azurerm_dns_zone": {
        "id": "{group}/providers/Microsoft.Network/dnsZones/{name}",
        "name_servers": ["ns1-01.azure-dns.com.", "ns2-01.azure-dns.net."],
        "number_of_record_sets": 2,
        "max_number_of_record_sets": 10000,
    },
    "azurerm_role_definition": {
        "role_definition_id": "{uuid}",
        "id": "/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role_definition_id}",
        "description": "",
        "type": "Microsoft.Authorization/roleDefinitions",
        "assignable_scopes": ["/"],
        "permissions": [],
    },
    "azurerm_platform_image": {
        "version": "20.04.202401010",
        "id": (
            "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/publishers/{publisher}"
            "/artifactTypes/vmimage/offers/{offer}/skus/{sku}/versions/{version}"
        ),
    },
}


def _object(templates: Mapping[str, Any]) -> Reader:
    return lambda reading: fill(reading, templates, _constant, LOOKED_UP)


READERS: dict[str, Reader] = {
    **{type: _object(templates) for type, templates in _OBJECTS.items()},
    "azurerm_client_config": _client,
}

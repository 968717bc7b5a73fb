"""Shapes of names of Google, Azure and Kubernetes (and what is common to small providers)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

__all__ = ["string"]

_AZURE_TYPES = {
    "azurerm_virtual_network": "Microsoft.Network/virtualNetworks",
    "azurerm_network_security_group": "Microsoft.Network/networkSecurityGroups",
    "azurerm_network_interface": "Microsoft.Network/networkInterfaces",
    "azurerm_public_ip": "Microsoft.Network/publicIPAddresses",
    "azurerm_lb": "Microsoft.Network/loadBalancers",
    "azurerm_route_table": "Microsoft.Network/routeTables",
    "azurerm_nat_gateway": "Microsoft.Network/natGateways",
    "azurerm_application_gateway": "Microsoft.Network/applicationGateways",
    "azurerm_private_dns_zone": "Microsoft.Network/privateDnsZones",
    "azurerm_dns_zone": "Microsoft.Network/dnsZones",
    "azurerm_storage_account": "Microsoft.Storage/storageAccounts",
    "azurerm_key_vault": "Microsoft.KeyVault/vaults",
    "azurerm_linux_virtual_machine": "Microsoft.Compute/virtualMachines",
    "azurerm_windows_virtual_machine": "Microsoft.Compute/virtualMachines",
    "azurerm_virtual_machine": "Microsoft.Compute/virtualMachines",
    "azurerm_managed_disk": "Microsoft.Compute/disks",
    "azurerm_image": "Microsoft.Compute/images",
    "azurerm_shared_image": "Microsoft.Compute/galleries/gallery/images",
    "azurerm_kubernetes_cluster": "Microsoft.ContainerService/managedClusters",
    "azurerm_container_registry": "Microsoft.ContainerRegistry/registries",
    "azurerm_log_analytics_workspace": "Microsoft.OperationalInsights/workspaces",
    "azurerm_application_insights": "Microsoft.Insights/components",
    "azurerm_service_plan": "Microsoft.Web/serverFarms",
    "azurerm_app_service_plan": "Microsoft.Web/serverFarms",
    "azurerm_linux_web_app": "Microsoft.Web/sites",
    "azurerm_mssql_server": "Microsoft.Sql/servers",
    "azurerm_mssql_database": "Microsoft.Sql/servers/server/databases",
    "azurerm_postgresql_flexible_server": "Microsoft.DBforPostgreSQL/flexibleServers",
    "azurerm_mysql_flexible_server": "Microsoft.DBforMySQL/flexibleServers",
    "azurerm_cosmosdb_account": "Microsoft.DocumentDB/databaseAccounts",
    "azurerm_user_assigned_identity": "Microsoft.ManagedIdentity/userAssignedIdentities",
}

# Azure attributes that hold the id of something else, by the first match.
_AZURE_IDS = (
    (r"subnet_id", "Microsoft.Network/virtualNetworks/network/subnets"),
    (r"virtual_network_id|vnet_id", "Microsoft.Network/virtualNetworks"),
    (r"network_security_group_id", "Microsoft.Network/networkSecurityGroups"),
    (r"network_interface_id", "Microsoft.Network/networkInterfaces"),
    (r"public_ip", "Microsoft.Network/publicIPAddresses"),
    (r"key_vault_secret_id|key_vault_key_id", ""),
    (r"key_vault_id", "Microsoft.KeyVault/vaults"),
    (r"storage_account_id", "Microsoft.Storage/storageAccounts"),
    (r"workspace_id", "Microsoft.OperationalInsights/workspaces"),
    (r"identity_id", "Microsoft.ManagedIdentity/userAssignedIdentities"),
    (r"service_plan_id", "Microsoft.Web/serverFarms"),
    (r"server_id", "Microsoft.Sql/servers"),
    (r"disk_id", "Microsoft.Compute/disks"),
    (r"image_id", "Microsoft.Compute/images"),
    (r"virtual_machine_id", "Microsoft.Compute/virtualMachines"),
    (r"cluster_id", "Microsoft.ContainerService/managedClusters"),
)

_SUBSCRIPTION = "00000000-0000-4000-a000-000000000001"
_PROJECT = "my-project-123456"

_GOOGLE_PATHS = {
    "google_compute_network": "global/networks",
    "google_compute_subnetwork": "regions/{region}/subnetworks",
    "google_compute_instance": "zones/{zone}/instances",
    "google_compute_disk": "zones/{zone}/disks",
    "google_compute_image": "global/images",
    "google_compute_address": "regions/{region}/addresses",
    "google_compute_global_address": "global/addresses",
    "google_compute_firewall": "global/firewalls",
    "google_compute_router": "regions/{region}/routers",
    "google_compute_instance_template": "global/instanceTemplates",
    "google_compute_health_check": "global/healthChecks",
    "google_compute_backend_service": "global/backendServices",
    "google_compute_ssl_certificate": "global/sslCertificates",
    "google_container_cluster": "locations/{region}/clusters",
    "google_sql_database_instance": "instances",
    "google_pubsub_topic": "topics",
    "google_pubsub_subscription": "subscriptions",
    "google_kms_key_ring": "locations/{region}/keyRings",
    "google_kms_crypto_key": "locations/{region}/keyRings/ring/cryptoKeys",
    "google_secret_manager_secret": "secrets",
    "google_service_account": "serviceAccounts",
    "google_artifact_registry_repository": "locations/{region}/repositories",
}


def string(
    source: str, type_name: str, attribute: str, uuid: str, name: str, settings: Mapping[str, Any]
) -> str | None:
    """A string for an attribute of a provider other than AWS; None when its name says all there is to say."""
    provider = source.rpartition("/")[2]
    if provider in ("google", "google-beta"):
        return _google(type_name, attribute, name, settings)
    if provider in ("azurerm", "azuread"):
        return _azure(type_name, attribute, uuid, name, settings)
    if provider == "kubernetes":
        return _kubernetes(attribute, uuid)
    return None


def _text(settings: Mapping[str, Any], key: str, default: str) -> str:
    value = settings.get(key)
    return value if isinstance(value, str) and value else default


def _google(type_name: str, attribute: str, name: str, settings: Mapping[str, Any]) -> str | None:
    project = _text(settings, "project", _PROJECT)
    region = _text(settings, "region", "us-central1")
    zone = _text(settings, "zone", region + "-a")
    path = _GOOGLE_PATHS.get(type_name)
    if attribute == "self_link" or (attribute.endswith("_link") and "self" in attribute):
        where = path or "global/" + type_name.removeprefix("google_compute_").replace("_", "") + "s"
        where = where.format(region=region, zone=zone)
        return f"https://www.googleapis.com/compute/v1/projects/{project}/{where}/{name}"
    if attribute in ("project", "project_id"):
        return project
    if attribute in ("project_number", "number"):
        return "123456789012"
    if attribute == "id":
        if type_name == "google_project":
            return f"projects/{project}"
        where = path.format(region=region, zone=zone) if path else "resources"
        return f"projects/{project}/{where}/{name}"
    if attribute in ("region", "location"):
        return region
    if attribute == "zone":
        return zone
    if attribute == "email" or attribute.endswith("_email") or "service_account" in attribute:
        return f"{name[:28]}@{project}.iam.gserviceaccount.com"
    if attribute == "member":
        return f"serviceAccount:{name[:28]}@{project}.iam.gserviceaccount.com"
    if attribute == "org_id":
        return "123456789012"
    if attribute in ("network", "subnetwork"):
        where = _GOOGLE_PATHS["google_compute_" + attribute].format(region=region)
        return f"https://www.googleapis.com/compute/v1/projects/{project}/{where}/default"
    return None


def _azure(type_name: str, attribute: str, uuid: str, name: str, settings: Mapping[str, Any]) -> str | None:
    subscription = _text(settings, "subscription_id", _SUBSCRIPTION)
    group = f"/subscriptions/{subscription}/resourceGroups/example-resources"
    if attribute == "subscription_id":
        return subscription
    if attribute in ("tenant_id", "object_id", "client_id", "principal_id", "application_id"):
        return uuid
    if attribute == "id":
        if type_name == "azurerm_subscription":
            return f"/subscriptions/{subscription}"
        if type_name in ("azurerm_client_config", "azuread_client_config"):
            return uuid
        if type_name == "azurerm_resource_group":
            return group
        if type_name == "azurerm_subnet":
            return f"{group}/providers/Microsoft.Network/virtualNetworks/network/subnets/{name}"
        kind = _AZURE_TYPES.get(type_name) or "Microsoft.Resources/" + type_name.removeprefix("azurerm_").replace(
            "_", ""
        )
        return f"{group}/providers/{kind}/{name}"
    if attribute.endswith(("_id", "_ids")):
        for pattern, kind in _AZURE_IDS:
            if re.search(pattern, attribute):
                if not kind:
                    return f"https://{name[:20]}.vault.azure.net/secrets/example/{uuid.replace('-', '')}"
                return f"{group}/providers/{kind}/{name}"
    if attribute == "location":
        return "eastus"
    if attribute == "resource_group_name":
        return "example-resources"
    return None


def _kubernetes(attribute: str, uuid: str) -> str | None:
    return {"uid": uuid, "resource_version": "1", "namespace": "default", "cluster_ip": "10.96.0.10"}.get(attribute)

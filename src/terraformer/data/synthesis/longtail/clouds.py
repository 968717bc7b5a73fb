"""Google Cloud, Azure and Kubernetes: a smaller share, so every type is listed with what it takes (the providers' checks
are not known as those of AWS are). A key of ``CLOUDS`` is a type that gets a blueprint; see ``given`` for the values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from terraformer.data.synthesis.expressions import Json, Value
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.scenario import Scene

__all__ = ["CLOUDS", "CLOUD_NOUNS", "cloud_target"]

Make = Callable[[Scene], Value]


def maybe(*values: Any, share: float = 0.5) -> Make:
    """One of some values, or nothing: an optional argument."""

    def make(s: Scene) -> Value:
        chosen = s.pick(*values)
        made = chosen(s) if callable(chosen) else chosen
        return made if s.may(share) else None

    return make


def named(role: str, *, plain: bool = False, most: int = 40) -> Make:
    """A name of lower-case letters, digits and hyphens; ``plain`` without hyphens."""

    def make(s: Scene) -> Value:
        name = resource_name(s, role)[:most].strip("-")
        if plain:
            return re.sub(r"[^a-z0-9]", "", f"{name}{s.number(10, 99)}" if s.may(0.4) else name)[:24]
        return name

    return make


_AZURE = ("West Europe", "eastus", "North Europe", "westus2", "East US", "northeurope")
_GOOGLE = ("us-central1", "europe-west1", "us-east1", "europe-west3")


def at(s: Scene) -> Value:
    """The Azure location: the same for all of a scenario."""
    return _AZURE[s.seed % len(_AZURE)]


def region(s: Scene) -> Value:
    """The Google region: the same for all of a scenario."""
    return _GOOGLE[s.seed % len(_GOOGLE)]


def zone(s: Scene) -> Value:
    return f"{region(s)}-b"


def text(noun: str) -> Make:
    return lambda s: s.pick(f"{noun} of the {project(s)} project", f"{noun} for {project(s)}", "Managed by Terraform")


def cidr(bits: int) -> Make:
    return lambda s: f"10.{s.seed % 60}.{0 if bits <= 16 else s.seed % 20}.0/{bits}"


_RG: Final = {"resource_group_name": "@", "location": at}

_GOOGLE_TYPES: Final[dict[str, dict[str, Any]]] = {
    "google_storage_bucket": {
        "name": named("assets-bucket"), "location": ("US", "EU", "us-central1", "EUROPE-WEST1"), "storage_class": maybe("STANDARD", "NEARLINE", "COLDLINE"),
        "uniform_bucket_level_access": maybe(True), "force_destroy": maybe(True, False, share=0.3), "versioning": maybe({"enabled": True}, {"enabled": False}), "public_access_prevention": maybe("enforced", share=0.3),
    },
    "google_storage_bucket_object": {"bucket": "@", "name": ("index.html", "config/settings.json"), "content": ("<h1>Hello</h1>", "{}"), "content_type": maybe("text/html", "application/json")},
    "google_storage_bucket_iam_member": {"bucket": "@", "role": ("roles/storage.objectViewer", "roles/storage.admin"), "member": ("user:jane@example.com", "allUsers", "group:data@example.com")},
    "google_pubsub_topic": {"name": named("topic"), "message_retention_duration": maybe("86400s", "604800s")},
    "google_pubsub_subscription": {"name": named("subscription"), "topic": "@", "ack_deadline_seconds": maybe(10, 20, 60), "message_retention_duration": maybe("86400s", "604800s"), "enable_message_ordering": maybe(True), "retain_acked_messages": maybe(True, False, share=0.3)},
    "google_pubsub_schema": {"name": named("schema"), "type": "AVRO", "definition": lambda s: Json({"type": "record", "name": s.pick("Order", "Event"), "fields": [{"name": "id", "type": "string"}]})},
    "google_compute_network": {"name": named("network"), "auto_create_subnetworks": (True, False), "routing_mode": maybe("REGIONAL", "GLOBAL"), "mtu": maybe(1460, 1500, share=0.3), "description": maybe(text("Network"), share=0.2)},
    "google_compute_subnetwork": {"name": named("subnet"), "ip_cidr_range": cidr(24), "region": region, "network": "@", "private_ip_google_access": maybe(True)},
    "google_compute_firewall": {"name": named("allow-web"), "network": "@", "direction": maybe("INGRESS"), "priority": maybe(1000, 900, share=0.3), "allow": {"protocol": "tcp", "ports": lambda s: s.pick(["80", "443"], ["22"], ["8080"], ["443"])}, "source_ranges": lambda s: s.pick(["0.0.0.0/0"], ["10.0.0.0/8"], ["35.191.0.0/16"])},
    "google_compute_address": {"name": named("ip"), "region": maybe(region), "address_type": maybe("EXTERNAL"), "network_tier": maybe("PREMIUM", "STANDARD", share=0.3)},
    "google_compute_global_address": {"name": named("global-ip"), "ip_version": maybe("IPV4", "IPV6")},
    "google_compute_disk": {"name": named("disk"), "zone": zone, "type": ("pd-ssd", "pd-standard", "pd-balanced"), "size": (10, 50, 100, 500)},
    "google_compute_instance": {
        "name": named("vm"), "machine_type": ("e2-micro", "e2-medium", "n1-standard-1", "e2-small"), "zone": zone, "boot_disk": {"initialize_params": {"image": ("debian-cloud/debian-12", "ubuntu-os-cloud/ubuntu-2204-lts"), "size": maybe(20, 50, share=0.4)}},
        "network_interface": {"network": "default"}, "can_ip_forward": maybe(True, share=0.2), "deletion_protection": maybe(True, False, share=0.3),
    },
    "google_compute_router": {"name": named("router"), "network": "@", "region": region, "bgp": maybe({"asn": 64514}, {"asn": 65001})},
    "google_compute_router_nat": {"name": named("nat"), "router": "@", "region": region, "nat_ip_allocate_option": "AUTO_ONLY", "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES"},
    "google_compute_route": {"name": named("route"), "network": "@", "dest_range": ("15.0.0.0/24", "0.0.0.0/0"), "next_hop_gateway": "default-internet-gateway", "priority": maybe(100, 1000)},
    "google_compute_health_check": {"name": named("health-check"), "check_interval_sec": (5, 10, 30), "timeout_sec": (1, 5), "http_health_check": {"port": (80, 8080), "request_path": maybe("/health", "/")}},
    "google_compute_ssl_policy": {"name": named("ssl-policy"), "profile": ("MODERN", "RESTRICTED", "COMPATIBLE"), "min_tls_version": maybe("TLS_1_2")},
    "google_compute_vpn_gateway": {"name": named("vpn"), "network": "@", "region": region},
    "google_compute_snapshot": {"name": named("snapshot"), "source_disk": "@", "zone": zone},
    "google_compute_instance_template": {"name": named("template"), "machine_type": ("e2-medium", "e2-small"), "disk": {"source_image": "debian-cloud/debian-12", "auto_delete": (True, False), "boot": True}, "network_interface": {"network": "default"}},
    "google_compute_resource_policy": {"name": named("policy"), "region": region, "snapshot_schedule_policy": {"schedule": {"daily_schedule": {"days_in_cycle": 1, "start_time": ("04:00", "01:00")}}, "retention_policy": {"max_retention_days": (7, 14)}}},
    "google_sql_database_instance": {"name": named("db"), "region": region, "database_version": ("POSTGRES_15", "MYSQL_8_0", "POSTGRES_16"), "deletion_protection": (True, False), "settings": {"tier": ("db-f1-micro", "db-custom-2-7680", "db-g1-small"), "availability_type": maybe("ZONAL", "REGIONAL"), "disk_size": maybe(20, 50, 100)}},
    "google_sql_database": {"name": ("orders", "app", "inventory"), "instance": "@", "charset": maybe("UTF8")},
    "google_bigquery_dataset": {"dataset_id": ("analytics", "events", "sales_data", "reporting"), "location": ("US", "EU"), "friendly_name": maybe("Analytics", "Events"), "description": maybe(text("Dataset")), "default_table_expiration_ms": maybe(3600000, 86400000)},
    "google_bigquery_table": {"dataset_id": "@", "table_id": ("orders", "page_views", "customers"), "deletion_protection": (True, False), "schema": lambda s: Json([{"name": "id", "type": "STRING", "mode": "REQUIRED"}, {"name": s.pick("amount", "duration"), "type": "FLOAT"}])},
    "google_dns_managed_zone": {"name": named("zone"), "dns_name": ("example.com.", "internal.example.com.", "shop.example.org."), "description": maybe(text("DNS zone")), "visibility": maybe("public")},
    "google_dns_record_set": {"managed_zone": "@", "name": ("www.example.com.", "api.example.com."), "type": "A", "ttl": (60, 300, 3600), "rrdatas": lambda s: s.pick(["203.0.113.10"], ["198.51.100.7"])},
    "google_kms_key_ring": {"name": named("keyring"), "location": ("global", "us-central1", "europe-west1")},
    "google_kms_crypto_key": {"name": named("key"), "key_ring": "@", "rotation_period": maybe("7776000s", "2592000s"), "purpose": maybe("ENCRYPT_DECRYPT", share=0.3)},
    "google_secret_manager_secret": {"secret_id": named("secret"), "replication": {"auto": {}}},
    "google_service_account": {"account_id": named("app-sa", most=28), "display_name": maybe("Application", "CI pipeline", "Data loader"), "description": maybe(text("Service account"), share=0.3)},
    "google_project_service": {"service": ("run.googleapis.com", "sqladmin.googleapis.com", "container.googleapis.com")},
    "google_artifact_registry_repository": {"repository_id": named("images"), "location": region, "format": ("DOCKER", "NPM", "PYTHON", "MAVEN"), "description": maybe(text("Repository"))},
    "google_container_cluster": {"name": named("cluster"), "location": region, "initial_node_count": (1, 2, 3), "deletion_protection": maybe(False, True), "remove_default_node_pool": maybe(True, share=0.3)},
    "google_container_node_pool": {"name": named("pool"), "cluster": "@", "location": region, "node_count": (1, 2, 3), "node_config": {"machine_type": ("e2-medium", "e2-standard-4"), "preemptible": maybe(True), "disk_size_gb": maybe(50, 100)}},
    "google_cloud_run_v2_service": {"name": named("service"), "location": region, "deletion_protection": maybe(False), "ingress": maybe("INGRESS_TRAFFIC_ALL", "INGRESS_TRAFFIC_INTERNAL_ONLY"), "template": {"containers": {"image": ("us-docker.pkg.dev/cloudrun/container/hello", "nginx:latest")}}},
    "google_cloud_scheduler_job": {"name": named("job"), "region": maybe(region), "schedule": ("*/10 * * * *", "0 6 * * *", "0 * * * *"), "time_zone": maybe("Europe/Berlin", "UTC"), "http_target": {"http_method": ("POST", "GET"), "uri": ("https://example.com/ping", "https://api.example.com/jobs")}},
    "google_cloud_tasks_queue": {"name": named("queue"), "location": region, "rate_limits": maybe({"max_concurrent_dispatches": (3, 10), "max_dispatches_per_second": (2, 100)}), "retry_config": maybe({"max_attempts": (5, 10)})},
    "google_logging_metric": {"name": named("errors"), "filter": ("severity>=ERROR", 'resource.type="cloud_run_revision" AND severity>=ERROR'), "description": maybe(text("Metric"))},
    "google_redis_instance": {"name": named("cache"), "memory_size_gb": (1, 2, 5), "tier": ("BASIC", "STANDARD_HA"), "region": maybe(region), "redis_version": maybe("REDIS_7_0", "REDIS_7_2")},
    "google_spanner_instance": {"name": named("spanner", most=28), "config": ("regional-us-central1", "regional-europe-west1"), "display_name": ("Orders", "Main instance"), "num_nodes": (1, 2)},
    "google_spanner_database": {"name": ("orders", "inventory"), "instance": "@", "deletion_protection": (True, False)},
    "google_filestore_instance": {"name": named("files"), "tier": ("BASIC_HDD", "BASIC_SSD"), "location": zone, "file_shares": {"name": ("share1", "data"), "capacity_gb": (2560, 4096)}, "networks": {"network": "default", "modes": ["MODE_IPV4"]}},
    "google_vpc_access_connector": {"name": named("connector", most=24), "region": region, "network": "default", "ip_cidr_range": "10.8.0.0/28", "min_instances": 2, "max_instances": (3, 5)},
}  # fmt: skip

_AZURE_TYPES: Final[dict[str, dict[str, Any]]] = {
    "azurerm_resource_group": {"name": named("rg"), "location": at},
    "azurerm_virtual_network": {"name": named("vnet"), **_RG, "address_space": lambda s: [cidr(16)(s)], "dns_servers": maybe(["10.0.0.4", "10.0.0.5"], share=0.2)},
    "azurerm_subnet": {"name": ("internal", "app", "data", "frontend"), "resource_group_name": "@", "virtual_network_name": "@", "address_prefixes": lambda s: [cidr(24)(s)]},
    "azurerm_network_security_group": {"name": named("nsg"), **_RG},
    "azurerm_network_security_rule": {"name": ("allow-ssh", "deny-all-inbound", "allow-web"), "resource_group_name": "@", "network_security_group_name": "@", "priority": (100, 300, 4000), "direction": ("Inbound", "Outbound"), "access": ("Allow", "Deny"), "protocol": ("Tcp", "Udp", "*"), "source_port_range": "*", "destination_port_range": ("22", "443", "*"), "source_address_prefix": ("10.0.0.0/8", "*"), "destination_address_prefix": "*"},
    "azurerm_public_ip": {"name": named("pip"), **_RG, "allocation_method": "Static", "sku": maybe("Standard"), "idle_timeout_in_minutes": maybe(4, 10, 30)},
    "azurerm_network_interface": {"name": named("nic"), **_RG, "ip_configuration": {"name": "internal", "subnet_id": "@", "private_ip_address_allocation": "Dynamic"}},
    "azurerm_storage_account": {"name": named("storage", plain=True), **_RG, "account_tier": ("Standard", "Standard", "Premium"), "account_replication_type": ("LRS", "ZRS"), "access_tier": maybe("Hot", "Cool", share=0.3), "min_tls_version": maybe("TLS1_2"), "https_traffic_only_enabled": maybe(True)},
    "azurerm_storage_container": {"name": ("content", "backups", "images"), "storage_account_id": "@", "container_access_type": ("private", "blob", "container")},
    "azurerm_storage_queue": {"name": ("orders", "jobs", "events"), "storage_account_id": "@"},
    "azurerm_storage_share": {"name": ("share", "files", "home"), "storage_account_id": "@", "quota": (5, 50, 100)},
    "azurerm_storage_table": {"name": ("orders", "sessions"), "storage_account_id": "@"},
    "azurerm_container_registry": {"name": named("registry", plain=True), **_RG, "sku": ("Basic", "Standard", "Premium"), "admin_enabled": maybe(True, False)},
    "azurerm_service_plan": {"name": named("plan"), **_RG, "os_type": ("Linux", "Windows"), "sku_name": ("B1", "P1v2", "S1", "P1v3"), "worker_count": maybe(1, 2, 3)},
    "azurerm_linux_web_app": {"name": named("webapp"), **_RG, "service_plan_id": "@", "https_only": maybe(True), "site_config": {"always_on": maybe(True, False), "minimum_tls_version": maybe("1.2")}},
    "azurerm_log_analytics_workspace": {"name": named("logs"), **_RG, "sku": maybe("PerGB2018"), "retention_in_days": (30, 60, 90)},
    "azurerm_application_insights": {"name": named("appinsights"), **_RG, "application_type": ("web", "java", "Node.JS"), "workspace_id": maybe("@", share=0.6)},
    "azurerm_mssql_server": {"name": named("sqlserver"), **_RG, "version": "12.0", "minimum_tls_version": maybe("1.2"), "administrator_login": ("sqladmin", "dbadmin"), "administrator_login_password": "@"},
    "azurerm_mssql_database": {"name": named("db"), "server_id": "@", "sku_name": ("S0", "Basic", "GP_S_Gen5_2"), "max_size_gb": maybe(2, 4), "zone_redundant": maybe(False, share=0.2)},
    "azurerm_servicebus_namespace": {"name": named("servicebus"), **_RG, "sku": ("Standard", "Basic")},
    "azurerm_servicebus_queue": {"name": named("queue"), "namespace_id": "@", "max_delivery_count": maybe(5, 10), "partitioning_enabled": maybe(True), "requires_session": maybe(True, share=0.3)},
    "azurerm_servicebus_topic": {"name": named("topic"), "namespace_id": "@", "partitioning_enabled": maybe(True)},
    "azurerm_servicebus_subscription": {"name": named("subscription"), "topic_id": "@", "max_delivery_count": (1, 5, 10)},
    "azurerm_eventhub_namespace": {"name": named("eventhubs"), **_RG, "sku": ("Standard", "Basic"), "capacity": maybe(1, 2)},
    "azurerm_eventhub": {"name": named("hub"), "namespace_id": "@", "partition_count": (2, 4), "message_retention": maybe(1, 7)},
    "azurerm_dns_zone": {"name": ("example.com", "shop.example.org", "acme-corp.com"), "resource_group_name": "@"},
    "azurerm_dns_a_record": {"name": ("www", "api"), "zone_name": "@", "resource_group_name": "@", "ttl": (60, 300, 3600), "records": lambda s: s.pick(["203.0.113.10"], ["198.51.100.7"])},
    "azurerm_dns_cname_record": {"name": ("blog", "docs"), "zone_name": "@", "resource_group_name": "@", "ttl": (300, 3600), "record": ("www.example.com", "acme.github.io")},
    "azurerm_private_dns_zone": {"name": ("internal.example.com", "privatelink.database.windows.net"), "resource_group_name": "@"},
    "azurerm_user_assigned_identity": {"name": named("identity"), **_RG},
    "azurerm_managed_disk": {"name": named("disk"), **_RG, "storage_account_type": ("Standard_LRS", "Premium_LRS", "StandardSSD_LRS"), "create_option": "Empty", "disk_size_gb": (32, 64, 128, 512)},
    "azurerm_availability_set": {"name": named("avset"), **_RG, "platform_fault_domain_count": maybe(2, 3), "platform_update_domain_count": maybe(5)},
    "azurerm_route_table": {"name": named("routes"), **_RG},
    "azurerm_nat_gateway": {"name": named("natgw"), **_RG, "idle_timeout_in_minutes": maybe(4, 10), "sku_name": maybe("Standard")},
    "azurerm_lb": {"name": named("lb"), **_RG, "sku": maybe("Standard")},
    "azurerm_data_factory": {"name": named("adf"), **_RG, "public_network_enabled": maybe(True, False)},
    "azurerm_automation_account": {"name": named("automation"), **_RG, "sku_name": ("Basic", "Free")},
    "azurerm_recovery_services_vault": {"name": named("vault"), **_RG, "sku": "Standard", "storage_mode_type": maybe("LocallyRedundant", "GeoRedundant", "ZoneRedundant")},
    "azurerm_monitor_action_group": {"name": named("alerts"), "resource_group_name": "@", "short_name": ("ops", "oncall", "p1"), "email_receiver": {"name": "ops", "email_address": ("ops@example.com", "oncall@example.com")}},
    "azurerm_app_configuration": {"name": named("appconfig"), **_RG, "sku": maybe("free", "standard")},
    "azurerm_search_service": {"name": named("search"), **_RG, "sku": ("basic", "standard", "free")},
    "azurerm_static_web_app": {"name": named("site"), **_RG, "sku_tier": maybe("Free", "Standard")},
    "azurerm_ssh_public_key": {"name": named("key"), **_RG, "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuiyvncbjJ/xhKYE9HvViuCMK0YZaKWoSE43C6BsQAt admin@example.com"},
    "azurerm_proximity_placement_group": {"name": named("ppg"), **_RG},
    "azurerm_cosmosdb_account": {"name": named("cosmos"), **_RG, "offer_type": "Standard", "kind": maybe("GlobalDocumentDB", "MongoDB"), "consistency_policy": {"consistency_level": ("Session", "Strong", "Eventual")}, "geo_location": {"location": at, "failover_priority": 0}},
    "azurerm_redis_cache": {"name": named("redis"), **_RG, "capacity": (1, 2), "family": "C", "sku_name": ("Standard", "Basic"), "minimum_tls_version": maybe("1.2"), "non_ssl_port_enabled": maybe(False, share=0.3)},
    "azurerm_kubernetes_cluster": {"name": named("aks"), **_RG, "dns_prefix": ("aks", "acme", "prod"), "default_node_pool": {"name": "default", "node_count": (1, 2, 3), "vm_size": ("Standard_D2_v2", "Standard_B2s", "Standard_DS2_v2")}, "identity": {"type": "SystemAssigned"}},
}  # fmt: skip


def _meta(role: str, *, space: float = 0.5) -> dict[str, Any]:
    return {"name": named(role), "namespace": maybe("default", "production", "staging", "team-a", share=space)}


def _apps(image: bool = True, **more: Any) -> Make:
    """The spec of a workload: the same labels in selector and template."""

    def make(s: Scene) -> Value:
        app = s.pick("web", "api", "worker", "frontend")
        picture = s.pick("nginx:1.27", "nginx:latest", "redis:7", "registry.example.com/app:1.4.2")
        container: dict[str, Any] = {"name": app, "image": picture}
        if s.may(0.5):
            container["port"] = {"container_port": s.pick(80, 8080, 3000)}
        made = {k: v(s) if callable(v) else v for k, v in more.items()}
        template = {"metadata": {"labels": {"app": app}}, "spec": {"container": container}}
        return {**made, "selector": {"match_labels": {"app": app}}, "template": template} if image else made

    return make


_KUBERNETES_TYPES: Final[dict[str, dict[str, Any]]] = {
    "kubernetes_namespace_v1": {"metadata": {"name": ("production", "monitoring", "team-a", "staging")}},
    "kubernetes_config_map_v1": {"metadata": _meta("config"), "data": lambda s: s.pick({"LOG_LEVEL": "info"}, {"api_host": "api.example.com", "db_host": "db.example.com"})},
    "kubernetes_service_account_v1": {"metadata": _meta("app"), "automount_service_account_token": maybe(True, False)},
    "kubernetes_deployment_v1": {"metadata": _meta("web"), "spec": _apps(replicas=lambda s: s.pick(1, 2, 3, 5))},
    "kubernetes_stateful_set_v1": {"metadata": _meta("db"), "spec": _apps(replicas=lambda s: s.pick(1, 3), service_name=lambda s: s.pick("db", "app"))},
    "kubernetes_daemon_set_v1": {"metadata": _meta("agent"), "spec": _apps()},
    "kubernetes_service_v1": {"metadata": _meta("web"), "spec": {"selector": {"app": "web"}, "type": ("ClusterIP", "NodePort", "LoadBalancer"), "port": {"port": (80, 443), "target_port": ("8080", "80")}}},
    "kubernetes_ingress_v1": {"metadata": _meta("web"), "spec": {"rule": {"host": ("www.example.com", "api.example.com"), "http": {"path": {"path": ("/", "/api"), "path_type": "Prefix", "backend": {"service": {"name": "web", "port": {"number": (80, 8080)}}}}}}}},
    "kubernetes_persistent_volume_claim_v1": {"metadata": _meta("data"), "wait_until_bound": maybe(False), "spec": {"access_modes": lambda s: s.pick(["ReadWriteOnce"], ["ReadWriteMany"]), "resources": {"requests": lambda s: s.pick({"storage": "5Gi"}, {"storage": "20Gi"})}, "storage_class_name": maybe("standard", "gp3")}},
    "kubernetes_role_v1": {"metadata": _meta("reader"), "rule": {"api_groups": [""], "resources": lambda s: s.pick(["pods"], ["pods", "services"]), "verbs": lambda s: s.pick(["get", "list"], ["get", "list", "watch"])}},
    "kubernetes_cluster_role_v1": {"metadata": {"name": named("reader")}, "rule": {"api_groups": [""], "resources": lambda s: s.pick(["nodes"], ["namespaces", "pods"]), "verbs": ["get", "list", "watch"]}},
    "kubernetes_role_binding_v1": {"metadata": _meta("binding"), "role_ref": {"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": ("reader", "admin")}, "subject": {"kind": "User", "name": ("jane", "alex"), "api_group": "rbac.authorization.k8s.io"}},
    "kubernetes_resource_quota_v1": {"metadata": _meta("quota"), "spec": {"hard": lambda s: s.pick({"pods": "10"}, {"pods": "50"})}},
    "kubernetes_limit_range_v1": {"metadata": _meta("limits"), "spec": {"limit": {"type": "Container", "default": {"cpu": "500m", "memory": "256Mi"}}}},
    "kubernetes_storage_class_v1": {"metadata": {"name": ("fast", "standard-retain", "gp3")}, "storage_provisioner": ("ebs.csi.aws.com", "pd.csi.storage.gke.io"), "reclaim_policy": ("Retain", "Delete"), "allow_volume_expansion": maybe(True), "volume_binding_mode": maybe("WaitForFirstConsumer")},
    "kubernetes_pod_disruption_budget_v1": {"metadata": _meta("pdb"), "spec": {"min_available": ("1", "50%"), "selector": {"match_labels": {"app": "web"}}}},
    "kubernetes_priority_class_v1": {"metadata": {"name": ("high-priority", "batch-low")}, "value": (100, 1000, 100000), "description": maybe("For critical workloads"), "global_default": maybe(False)},
    "kubernetes_network_policy_v1": {"metadata": _meta("deny-all"), "spec": {"pod_selector": {}, "policy_types": lambda s: s.pick(["Ingress"], ["Ingress", "Egress"])}},
}  # fmt: skip

CLOUDS: Final[dict[str, dict[str, Any]]] = {**_GOOGLE_TYPES, **_AZURE_TYPES, **_KUBERNETES_TYPES}

CLOUD_NOUNS: Final[dict[str, str]] = {
    "google_storage_bucket": "{GCS bucket|Cloud Storage bucket|Google Cloud Storage bucket}", "google_storage_bucket_object": "{object in a GCS bucket|GCS object}",
    "google_storage_bucket_iam_member": "{IAM member on a GCS bucket|bucket IAM member}", "google_pubsub_topic": "{Pub/Sub topic|Google Pub/Sub topic}", "google_pubsub_subscription": "{Pub/Sub subscription|subscription}",
    "google_pubsub_schema": "Pub/Sub schema", "google_compute_network": "{VPC network|Google Cloud VPC network|GCP network}", "google_compute_subnetwork": "{subnetwork|GCP subnet|VPC subnetwork}",
    "google_compute_firewall": "{firewall rule|GCP firewall rule}", "google_compute_address": "{static IP address|regional static IP in GCP}", "google_compute_global_address": "{global IP address|global static IP}",
    "google_compute_disk": "{persistent disk|GCP persistent disk|Compute Engine disk}", "google_compute_instance": "{Compute Engine instance|GCE instance|Google Cloud VM|GCP VM}", "google_compute_router": "Cloud Router",
    "google_compute_router_nat": "{Cloud NAT|Cloud NAT gateway}", "google_compute_route": "{VPC route|GCP route}", "google_compute_health_check": "{health check|GCP health check}", "google_compute_ssl_policy": "{SSL policy|GCP SSL policy}",
    "google_compute_vpn_gateway": "{classic VPN gateway in GCP|Cloud VPN gateway}", "google_compute_snapshot": "{disk snapshot|snapshot of a persistent disk}", "google_compute_instance_template": "{instance template|Compute Engine instance template}",
    "google_compute_resource_policy": "{snapshot schedule|resource policy for snapshots}", "google_sql_database_instance": "{Cloud SQL instance|Google Cloud SQL instance}", "google_sql_database": "{Cloud SQL database|database in Cloud SQL}",
    "google_bigquery_dataset": "BigQuery dataset", "google_bigquery_table": "BigQuery table", "google_dns_managed_zone": "{Cloud DNS zone|managed DNS zone in Google Cloud}", "google_dns_record_set": "{DNS record set|Cloud DNS record}",
    "google_kms_key_ring": "{KMS key ring|Cloud KMS key ring}", "google_kms_crypto_key": "{Cloud KMS key|crypto key}", "google_secret_manager_secret": "{Secret Manager secret|secret in Secret Manager}", "google_service_account": "{service account|Google service account}",
    "google_project_service": "{enabled project API|project service}", "google_artifact_registry_repository": "{Artifact Registry repository|Artifact Registry repo}", "google_container_cluster": "{GKE cluster|Google Kubernetes Engine cluster}",
    "google_container_node_pool": "{GKE node pool|node pool}", "google_cloud_run_v2_service": "{Cloud Run service|Google Cloud Run service}", "google_cloud_scheduler_job": "Cloud Scheduler job", "google_cloud_tasks_queue": "Cloud Tasks queue",
    "google_logging_metric": "log-based metric", "google_redis_instance": "{Memorystore Redis instance|Memorystore for Redis instance}", "google_spanner_instance": "{Spanner instance|Cloud Spanner instance}", "google_spanner_database": "Spanner database",
    "google_filestore_instance": "Filestore instance", "google_vpc_access_connector": "{serverless VPC access connector|VPC access connector}",
    "azurerm_resource_group": "{resource group|Azure resource group}", "azurerm_virtual_network": "{virtual network|Azure virtual network|VNet}", "azurerm_subnet": "{subnet|Azure subnet}", "azurerm_network_security_group": "{network security group|NSG|Azure NSG}",
    "azurerm_network_security_rule": "{network security rule|NSG rule}", "azurerm_public_ip": "{public IP|Azure public IP|public IP address}", "azurerm_network_interface": "{network interface|Azure network interface}", "azurerm_storage_account": "{storage account|Azure storage account}",
    "azurerm_storage_container": "{blob container|storage container}", "azurerm_storage_queue": "{storage queue|Azure storage queue}", "azurerm_storage_share": "{file share|Azure file share}", "azurerm_storage_table": "{storage table|Azure storage table}",
    "azurerm_container_registry": "{container registry|Azure container registry|ACR}", "azurerm_service_plan": "{App Service plan|Azure App Service plan}", "azurerm_linux_web_app": "{Linux web app|App Service web app on Linux}",
    "azurerm_log_analytics_workspace": "Log Analytics workspace", "azurerm_application_insights": "{Application Insights resource|Application Insights instance}", "azurerm_mssql_server": "{Azure SQL server|SQL server in Azure}", "azurerm_mssql_database": "{Azure SQL database|MSSQL database}",
    "azurerm_servicebus_namespace": "Service Bus namespace", "azurerm_servicebus_queue": "Service Bus queue", "azurerm_servicebus_topic": "Service Bus topic", "azurerm_servicebus_subscription": "Service Bus subscription", "azurerm_eventhub_namespace": "Event Hubs namespace",
    "azurerm_eventhub": "{event hub|Azure event hub}", "azurerm_dns_zone": "{DNS zone|Azure DNS zone}", "azurerm_dns_a_record": "{DNS A record|A record}", "azurerm_dns_cname_record": "CNAME record", "azurerm_private_dns_zone": "private DNS zone",
    "azurerm_user_assigned_identity": "{user-assigned identity|user-assigned managed identity}", "azurerm_managed_disk": "{managed disk|Azure managed disk}", "azurerm_availability_set": "{availability set|Azure availability set}", "azurerm_route_table": "{route table|Azure route table}",
    "azurerm_nat_gateway": "{NAT gateway|Azure NAT gateway}", "azurerm_lb": "{load balancer|Azure load balancer}", "azurerm_data_factory": "{data factory|Azure Data Factory}", "azurerm_automation_account": "{automation account|Azure Automation account}",
    "azurerm_recovery_services_vault": "Recovery Services vault", "azurerm_monitor_action_group": "{monitor action group|Azure Monitor action group}", "azurerm_app_configuration": "{App Configuration store|Azure App Configuration}",
    "azurerm_search_service": "{search service|Azure AI Search service}", "azurerm_static_web_app": "{static web app|Azure static web app}", "azurerm_ssh_public_key": "{SSH public key in Azure|Azure SSH key}", "azurerm_proximity_placement_group": "proximity placement group",
    "azurerm_cosmosdb_account": "{Cosmos DB account|Azure Cosmos DB account}", "azurerm_redis_cache": "{Redis cache|Azure Cache for Redis}", "azurerm_kubernetes_cluster": "{AKS cluster|Azure Kubernetes cluster}",
    "kubernetes_namespace_v1": "{Kubernetes namespace|namespace in Kubernetes}", "kubernetes_config_map_v1": "{ConfigMap|Kubernetes config map}", "kubernetes_service_account_v1": "{Kubernetes service account|service account in Kubernetes}", "kubernetes_deployment_v1": "{Kubernetes deployment|deployment in Kubernetes}",
    "kubernetes_stateful_set_v1": "{StatefulSet|Kubernetes StatefulSet}", "kubernetes_daemon_set_v1": "{DaemonSet|Kubernetes DaemonSet}", "kubernetes_service_v1": "{Kubernetes service|k8s service}", "kubernetes_ingress_v1": "{Kubernetes ingress|ingress}",
    "kubernetes_persistent_volume_claim_v1": "{persistent volume claim|PVC|Kubernetes PVC}", "kubernetes_role_v1": "{Kubernetes role|RBAC role in Kubernetes}", "kubernetes_cluster_role_v1": "{cluster role|Kubernetes cluster role}", "kubernetes_role_binding_v1": "{role binding|Kubernetes role binding}",
    "kubernetes_resource_quota_v1": "{resource quota|Kubernetes resource quota}", "kubernetes_limit_range_v1": "{limit range|Kubernetes limit range}", "kubernetes_storage_class_v1": "{storage class|Kubernetes storage class}",
    "kubernetes_pod_disruption_budget_v1": "{pod disruption budget|PDB}", "kubernetes_priority_class_v1": "{priority class|Kubernetes priority class}", "kubernetes_network_policy_v1": "{network policy|Kubernetes network policy}",
}  # fmt: skip

_TARGETS: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("azurerm_", "resource_group_name"): ("azurerm_resource_group", "name"),
    ("azurerm_", "virtual_network_name"): ("azurerm_virtual_network", "name"),
    ("azurerm_", "network_security_group_name"): ("azurerm_network_security_group", "name"),
    ("azurerm_", "subnet_id"): ("azurerm_subnet", "id"),
    ("azurerm_", "storage_account_id"): ("azurerm_storage_account", "id"),
    ("azurerm_", "storage_account_name"): ("azurerm_storage_account", "name"),
    ("azurerm_", "service_plan_id"): ("azurerm_service_plan", "id"),
    ("azurerm_application_insights", "workspace_id"): ("azurerm_log_analytics_workspace", "id"),
    ("azurerm_mssql", "server_id"): ("azurerm_mssql_server", "id"),
    ("azurerm_servicebus", "namespace_id"): ("azurerm_servicebus_namespace", "id"),
    ("azurerm_servicebus", "topic_id"): ("azurerm_servicebus_topic", "id"),
    ("azurerm_eventhub", "namespace_id"): ("azurerm_eventhub_namespace", "id"),
    ("azurerm_dns", "zone_name"): ("azurerm_dns_zone", "name"),
    ("google_", "network"): ("google_compute_network", "id"),
    ("google_pubsub", "topic"): ("google_pubsub_topic", "id"),
    ("google_storage", "bucket"): ("google_storage_bucket", "name"),
    ("google_compute", "router"): ("google_compute_router", "name"),
    ("google_compute", "source_disk"): ("google_compute_disk", "id"),
    ("google_sql", "instance"): ("google_sql_database_instance", "name"),
    ("google_spanner", "instance"): ("google_spanner_instance", "name"),
    ("google_bigquery", "dataset_id"): ("google_bigquery_dataset", "dataset_id"),
    ("google_dns", "managed_zone"): ("google_dns_managed_zone", "name"),
    ("google_kms", "key_ring"): ("google_kms_key_ring", "id"),
    ("google_container", "cluster"): ("google_container_cluster", "id"),
}


def cloud_target(type: str, leaf: str) -> tuple[str, str] | None:
    """(type, attribute), None for a value of its own."""
    for (prefix, name), target in _TARGETS.items():
        if name == leaf and type.startswith(prefix) and type != target[0]:
            return target
    return None

"""Google Cloud data sources: project, client, zones, images and what is looked up by name.

Source: terraform-provider-google (attribute meanings), Google Cloud's list of regions and zones. All assumed, except
what the provider block says (project, region, zone).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from terraformer.provider.data_sources.gosemantics import go_json, hash_code
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.shapes import LOOKED_UP, fill

__all__ = ["READERS"]

_PROJECT_WHY = "the provider block names no project"
_DEFAULT_PROJECT = "example-project"


def _setting(reading: Reading, name: str) -> str:
    """The argument, else the provider block's setting, else ""."""
    value = reading.get(name) or reading.ctx.settings.get(name)
    return value if isinstance(value, str) else ""


def _region(reading: Reading) -> str:
    zone = _setting(reading, "zone")
    return _setting(reading, "region") or zone.rpartition("-")[0] or "us-central1"


# Regions whose zones are not a, b and c.
_ZONES: Final = {"us-central1": "abcf", "us-east1": "bcd", "europe-west1": "bcd"}


def _zone_names(region: str) -> list[str]:
    return [f"{region}-{letter}" for letter in _ZONES.get(region, "abc")]


def _constant(reading: Reading, name: str) -> str | None:
    if name == "project":
        return _setting(reading, "project") or _DEFAULT_PROJECT
    if name == "region":
        return _region(reading)
    if name == "zone":
        return _setting(reading, "zone") or _zone_names(_region(reading))[0]
    return "https://www.googleapis.com/compute/v1/projects" if name == "compute" else None


def _settings(reading: Reading) -> None:
    """project, region and zone as every Google data source fills them."""
    for name in ("project", "region", "zone"):
        known = _setting(reading, name)
        reading.set(name, known or _constant(reading, name), None if known else "the provider block names none")


def _client_config(reading: Reading) -> None:
    _settings(reading)
    project, region, zone = (reading.state.get(name) for name in ("project", "region", "zone"))
    reading.set("id", f"projects/{project}/regions/{region}/zones/{zone}")
    reading.set("access_token", "example-access-token", "no credentials are used")


def _zones(reading: Reading) -> None:
    region = _region(reading)
    project = _constant(reading, "project")
    why = None if _setting(reading, "project") else _PROJECT_WHY
    reading.set("names", _zone_names(region) if reading.text("status", "UP") == "UP" else [])
    reading.set("region", region)
    reading.set("project", project, why)
    reading.set("id", f"projects/{project}/regions/{region}", why)


def _image(reading: Reading) -> None:
    family, name = reading.text("family"), reading.text("name")
    family = family or (name.rsplit("-v", 1)[0] if name else "debian-12")
    fill(
        reading,
        {
            "project": "debian-cloud",
            "name": f"{family}-v20240101",
            "family": family,
            "self_link": "{compute}/{project}/global/images/{name}",
            "id": "projects/{project}/global/images/{name}",
            "image_id": "{digits19}",
            "archive_size_bytes": 1000000000,
            "disk_size_gb": 10,
            "status": "READY",
            "creation_timestamp": "2024-01-01T00:00:00.000-08:00",
            "licenses": [],
            "labels": {},
            "description": "",
        },
        _constant,
    )


_OBJECTS: Final[dict[str, Mapping[str, Any]]] = {
    "google_project": {
        "project_id": "{project}",
        "id": "projects/{project_id}",
        "name": "{project_id}",
        "number": "{digits12}",
        "org_id": "{digits12:o}",
        "folder_id": "",
        "billing_account": "000000-000000-000000",
    },
    "google_client_openid_userinfo": {"id": "someone@example.com", "email": "someone@example.com"},
    "google_compute_network": {
        "project": "{project}",
        "id": "projects/{project}/global/networks/{name}",
        "self_link": "{compute}/{project}/global/networks/{name}",
        "gateway_ipv4": "",
        "subnetworks_self_links": [],
        "description": "",
    },
    "google_compute_subnetwork": {
        "project": "{project}",
        "region": "{region}",
        "name": "default",
        "id": "projects/{project}/regions/{region}/subnetworks/{name}",
        "self_link": "{compute}/{project}/regions/{region}/subnetworks/{name}",
        "ip_cidr_range": "10.128.0.0/20",
        "gateway_address": "10.128.0.1",
        "network": "{compute}/{project}/global/networks/default",
        "private_ip_google_access": False,
        "secondary_ip_range": [],
    },
    "google_compute_default_service_account": {
        "project": "{project}",
        "email": "{digits12}-compute@developer.gserviceaccount.com",
        "id": "projects/{project}/serviceAccounts/{email}",
        "name": "projects/{project}/serviceAccounts/{email}",
        "unique_id": "{digits21}",
        "display_name": "Compute Engine default service account",
        "member": "serviceAccount:{email}",
    },
    "google_service_account": {
        "project": "{project}",
        "email": "{account_id}@{project}.iam.gserviceaccount.com",
        "id": "projects/{project}/serviceAccounts/{email}",
        "name": "projects/{project}/serviceAccounts/{email}",
        "unique_id": "{digits21}",
        "display_name": "",
        "member": "serviceAccount:{email}",
    },
    "google_container_engine_versions": {
        "id": "2024-01-01 00:00:00 +0000 UTC",
        "default_cluster_version": "1.31.1-gke.1000",
        "latest_master_version": "1.31.1-gke.1000",
        "latest_node_version": "1.31.1-gke.1000",
        "valid_master_versions": ["1.31.1-gke.1000"],
        "valid_node_versions": ["1.31.1-gke.1000"],
        "release_channel_default_version": {"REGULAR": "1.31.1-gke.1000", "STABLE": "1.31.1-gke.1000"},
        "release_channel_latest_version": {"REGULAR": "1.31.1-gke.1000", "STABLE": "1.31.1-gke.1000"},
    },
    "google_dns_managed_zone": {
        "project": "{project}",
        "id": "projects/{project}/managedZones/{name}",
        "dns_name": "example.com.",
        "managed_zone_id": "{digits19}",
        "name_servers": ["ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com."],
        "visibility": "public",
        "description": "",
    },
    "google_storage_bucket": {
        "id": "{name}",
        "self_link": "https://www.googleapis.com/storage/v1/b/{name}",
        "url": "gs://{name}",
        "location": "US",
        "project": "{project}",
        "storage_class": "STANDARD",
    },
    "google_secret_manager_secret_version": {
        "project": "{project}",
        "version": "1",
        "name": "projects/{project}/secrets/{secret}/versions/{version}",
        "id": "{name}",
        "secret_data": "Example-Secret-{hex12}",
        "enabled": True,
        "create_time": "2024-01-01T00:00:00Z",
        "destroy_time": "",
    },
    "google_container_cluster": {
        "project": "{project}",
        "location": "{region}",
        "id": "projects/{project}/locations/{location}/clusters/{name}",
        "self_link": "https://container.googleapis.com/v1/projects/{project}/locations/{location}/clusters/{name}",
        "endpoint": "203.0.113.10",
        "master_version": "1.31.1-gke.1000",
        "master_auth": [
            {
                "client_certificate": "",
                "client_certificate_config": [],
                "client_key": "",
                "cluster_ca_certificate": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K",
            }
        ],
    },
}


def _object(templates: Mapping[str, Any]) -> Reader:
    return lambda reading: fill(reading, templates, _constant, LOOKED_UP)


def _iam_policy(reading: Reading) -> None:
    """google_iam_policy: ``policy_data`` as the provider marshals it (members and roles sorted, Go's field order)."""
    bindings = []
    for block in reading.blocks("binding"):
        binding: dict[str, Any] = {}
        for condition in block.get("condition") or []:
            fields = {name: condition.get(name) for name in ("description", "expression", "title")}
            binding["condition"] = {name: value for name, value in fields.items() if value}
        if block.get("members"):
            binding["members"] = sorted({str(m) for m in block["members"]})
        binding["role"] = block.get("role") or ""
        bindings.append(binding)
    audits = []
    for block in reading.blocks("audit_config"):
        logs = [
            {
                **({"exemptedMembers": sorted(log["exempted_members"])} if log.get("exempted_members") else {}),
                "logType": log.get("log_type") or "",
            }
            for log in block.get("audit_log_configs") or []
        ]
        audits.append({**({"auditLogConfigs": logs} if logs else {}), "service": block.get("service") or ""})
    policy: dict[str, Any] = {}
    if audits:
        policy["auditConfigs"] = audits
    if bindings:
        policy["bindings"] = sorted(bindings, key=lambda binding: str(binding["role"]))
    text = go_json(policy)
    reading.set("policy_data", text)
    reading.set("id", str(hash_code(text)))


READERS: dict[str, Reader] = {
    **{type: _object(templates) for type, templates in _OBJECTS.items()},
    "google_client_config": _client_config,
    "google_compute_image": _image,
    "google_compute_zones": _zones,
    "google_iam_policy": _iam_policy,
}

"""AWS data sources about where a configuration runs: partition, region, zones, account, ARNs, services.

Source: terraform-provider-aws internal/service/meta and internal/service/ec2 (availability zones). What depends on
the account (its id, how it maps zone names to zone ids) is assumed.
"""

from __future__ import annotations

import fnmatch
import re
from typing import Any

from terraformer.provider.data_sources.aws_regions import REGIONS, VARYING, Zone, partition_of, region_named
from terraformer.provider.data_sources.reading import Reader, Reading, hex_of

__all__ = ["READERS"]

_ACCOUNT = "no account is contacted: AWS's documentation account stands in for it"


def _partition(reading: Reading) -> None:
    partition = partition_of(reading.region)
    reading.set("id", partition.name)
    reading.set("partition", partition.name)
    reading.set("dns_suffix", partition.suffix)
    reading.set("reverse_dns_prefix", partition.reverse_dns)


def _endpoint(region: str) -> str:
    return f"ec2.{region}.{partition_of(region).suffix}"


def _region(reading: Reading) -> None:
    wanted: list[str] = []
    endpoint = reading.text("endpoint")
    if endpoint:
        match = next((name for name in REGIONS if _endpoint(name) == endpoint), None)
        if match is None:
            reading.error(f"finding Region by endpoint ({endpoint})", "couldn't find resource", ("endpoint",))
            return
        wanted.append(match)
    for argument in ("name", "region"):
        name = reading.text(argument)
        if name:
            if name not in REGIONS and not _plausible_region(name):
                reading.error(f"finding Region by name ({name})", "couldn't find resource", (argument,))
                return
            wanted.append(name)
    if len(set(wanted)) > 1:
        reading.error("multiple Regions matched", "use additional constraints to reduce matches to a single Region")
        return
    name = wanted[0] if wanted else reading.ctx.region
    region = region_named(name)
    reading.set("id", name)
    reading.set("name", name)
    reading.set("region", name)
    reading.set("endpoint", _endpoint(name))
    why = None if region else f'region "{name}" is not in the built-in table'
    reading.set("description", region.description if region else name, why)


def _plausible_region(name: str) -> bool:
    return bool(re.fullmatch(r"(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov|us-iso\w?|eu-isoe|eusc-de)-[a-z]+-\d+", name))


def _regions(reading: Reading) -> None:
    partition = partition_of(reading.region)
    every = bool(reading.get("all_regions"))
    names = [r.name for r in REGIONS.values() if r.partition == partition and (every or r.default)]
    for block in reading.blocks("filter"):
        values = block.get("values") or []
        if block.get("name") == "region-name":
            names = [n for n in names if _matches(n, values)]
        elif block.get("name") == "opt-in-status":
            names = [
                n for n in names if _matches("opt-in-not-required" if REGIONS[n].default else "not-opted-in", values)
            ]
        elif block.get("name") == "endpoint":
            names = [n for n in names if _matches(_endpoint(n), values)]
    reading.set("id", partition.name)
    reading.set("names", names, "which regions an account has opted in to is not known")


def _matches(text: str, patterns: list[Any]) -> bool:
    """EC2 filter semantics: any value matches; * and ? are wildcards; letter case counts."""
    return any(fnmatch.fnmatchcase(text, _glob(str(p))) for p in patterns if p is not None)


def _glob(pattern: str) -> str:
    return pattern.replace("[", "[[]")


def _caller_identity(reading: Reading) -> None:
    account = reading.ctx.account_id
    why = None if account != _documentation_account() else _ACCOUNT
    reading.set("account_id", account, why)
    reading.set("id", account, why)
    reading.set("arn", reading.arn("iam", "user/terraform", region=""), _ACCOUNT)
    reading.set("user_id", "AIDA" + _base32(f"user|{account}", 17), _ACCOUNT)


def _documentation_account() -> str:
    from terraformer.provider.context import ACCOUNT_ID

    return ACCOUNT_ID


def _base32(seed: str, length: int) -> str:
    """Letters and digits as in IAM's unique ids."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    number = int(hex_of(seed, 64), 16)
    return "".join(alphabet[(number >> (5 * i)) % 32] for i in range(length))


def _arn(reading: Reading) -> None:
    text = reading.text("arn")
    parts = text.split(":", 5)
    if len(parts) != 6 or parts[0] != "arn":
        reading.error(
            "Invalid ARN Value",
            f"The provided value cannot be parsed as an ARN.\n\nPath: arn\nValue: {text}",
            ("arn",),
            "value-invalid-arn",
        )
        return
    for name, part in zip(("partition", "service", "region", "account", "resource"), parts[1:], strict=True):
        reading.set(name, part)
    reading.set("id", text)


def _default_tags(reading: Reading) -> None:
    tags: dict[str, str] = {}
    for block in reading.ctx.settings.get("default_tags") or []:
        if isinstance(block, dict) and isinstance(block.get("tags"), dict):
            tags.update({k: v for k, v in block["tags"].items() if isinstance(v, str)})
    reading.set("tags", tags)
    reading.set("id", partition_of(reading.ctx.region).name)


def _service(reading: Reading) -> None:
    reverse = reading.text("reverse_dns_name")
    dns = reading.text("dns_name")
    region, prefix, service = reading.text("region"), reading.text("reverse_dns_prefix"), reading.text("service_id")
    for text, parts, what in (
        (reverse, reverse.split("."), "reverse service DNS names"),
        (dns, dns.split(".")[::-1], "service DNS names"),
    ):
        if text:
            if len(parts) < 4:
                reading.error(f"{what} must have at least 4 parts", f"{text} has {len(parts)}")
                return
            region, prefix, service = parts[-2], ".".join(parts[:-2]), parts[-1]
    if not service:
        reading.error("service ID not provided directly or through a DNS name")
        return
    region = region or reading.ctx.region
    prefix = prefix or partition_of(reading.ctx.region).reverse_dns
    name = f"{prefix}.{region}.{service}"
    for attribute, value in (
        ("region", region),
        ("reverse_dns_prefix", prefix),
        ("service_id", service),
        ("reverse_dns_name", name),
        ("dns_name", ".".join(name.split(".")[::-1]).lower()),
        ("id", name),
        ("partition", partition_of(region).name),
    ):
        reading.override(attribute, value)
    reading.set("supported", True, "which services a region offers is not in the built-in tables")


# Services whose principal ends in the partition's own suffix outside the "aws" partition.
_OWN_SUFFIX = {
    "aws-iso": {"cloudhsm", "config", "logs", "workspaces"},
    "aws-iso-b": {"dms", "logs"},
    "aws-cn": {"codedeploy", "elasticmapreduce", "logs"},
}


def _service_principal(reading: Reading) -> None:
    partition = partition_of(reading.region)
    service = reading.text("service_name")
    suffix = partition.suffix if service in _OWN_SUFFIX.get(partition.name, ()) else "amazonaws.com"
    reading.set("id", f"{service}.{reading.region}.{suffix}")
    reading.set("name", f"{service}.{suffix}")
    reading.set("suffix", suffix)
    reading.set("region", reading.region)


# -- zones --------------------------------------------------------------------------------------------------------

_ZONE_IDS = "AWS maps zone names to zone ids differently for each account"


def _zones(reading: Reading) -> list[Zone]:
    name = reading.region
    region = region_named(name)
    if region is None:
        short = "".join(w[0] for w in name.split("-"))
        return [
            Zone(f"{name}{letter}", f"{short}-az{i}", "availability-zone", f"{name}-zg-1", name)
            for i, letter in enumerate("abc", 1)
        ]
    zones = list(region.zones)
    if reading.get("all_availability_zones"):
        zones += region.local_zones
    return sorted(zones, key=lambda z: z.name)


_SELECTORS: dict[str, Any] = {
    "group-name": lambda z: z.group,
    "group-long-name": lambda z: z.group,
    "opt-in-status": lambda z: "opt-in-not-required" if z.kind == "availability-zone" else "not-opted-in",
    "parent-zone-id": lambda _: "",
    "parent-zone-name": lambda _: "",
    "region-name": lambda z: z.region,
    "state": lambda _: "available",
    "zone-id": lambda z: z.id,
    "zone-name": lambda z: z.name,
    "zone-type": lambda z: z.kind,
}


def _filtered(reading: Reading, zones: list[Zone]) -> list[Zone] | None:
    for block in reading.blocks("filter"):
        name, values = str(block.get("name")), block.get("values") or []
        if name == "message":
            continue
        select = _SELECTORS.get(name)
        if select is None:
            reading.error(
                "reading EC2 Availability Zones",
                f"api error InvalidParameterValue: The filter '{name}' is invalid",
                ("filter",),
            )
            return None
        zones = [z for z in zones if _matches(select(z), values)]
    return zones


def _names_doubt(reading: Reading) -> str | None:
    name = reading.region
    if name not in REGIONS:
        return f'region "{name}" is not in the built-in table of zones'
    if name in VARYING:
        return f"accounts see different zones of {name}"
    if reading.get("all_availability_zones"):
        return "local zones change often; the built-in table may differ from what an account sees"
    return None


def _availability_zones(reading: Reading) -> None:
    found = _filtered(reading, _zones(reading))
    if found is None:
        return
    if reading.text("state", "available") != "available":
        found = []
    names_out, ids_out = reading.get("exclude_names", []), reading.get("exclude_zone_ids", [])
    found = [z for z in found if z.name not in names_out and z.id not in ids_out]
    doubt = _names_doubt(reading)
    reading.set("names", [z.name for z in found], doubt)
    reading.set("zone_ids", [z.id for z in found], _ZONE_IDS)
    reading.set("group_names", sorted({z.group for z in found}), doubt)
    reading.set("id", reading.region)


def _availability_zone(reading: Reading) -> None:
    found = _filtered(reading, _zones(reading))
    if found is None:
        return
    name, zone_id = reading.text("name"), reading.text("zone_id")
    why = _names_doubt(reading)
    if name:
        known = [z for z in found if z.name == name]
        if not known and re.fullmatch(
            r"[a-z]{2,4}(-[a-z]+)+-\d+[a-z](-[\w-]+)?|[a-z]{2}(-[a-z]+)+-\d+-[a-z]+-\d[a-z]", name
        ):
            # zones that the table lacks (local, wavelength, newer ones) are taken at their word
            why = f"zone {name} is not in the built-in table"
            region = reading.region
            kind = "availability-zone" if re.fullmatch(re.escape(region) + "[a-z]", name) else "local-zone"
            known = (
                [Zone(name, f"{region}-{hex_of(name, 4)}", kind, name[:-1], region)] if name.startswith(region) else []
            )
        found = known
    if zone_id:
        found = [z for z in found if z.id == zone_id]
    if reading.text("state", "available") != "available":
        found = []
    if not found:
        reading.error("no matching EC2 Availability Zone found", code="data-source-not-found")
        return
    if len(found) > 1:
        reading.error(
            "multiple EC2 Availability Zones matched; use additional constraints to reduce matches to a single "
            "EC2 Availability Zone"
        )
        return
    zone = found[0]
    local = zone.kind != "availability-zone"
    reading.set("id", zone.name, why)
    reading.set("name", zone.name, why)
    reading.set("zone_id", zone.id, _ZONE_IDS)
    reading.set("zone_type", zone.kind, why)
    reading.set("group_name", zone.group, why)
    reading.set("group_long_name", zone.group, "the long names of zone groups are not in the built-in table")
    reading.set("region", zone.region)
    reading.set("network_border_group", zone.group if local else zone.region, why)
    reading.set("opt_in_status", "not-opted-in" if local else "opt-in-not-required", why)
    reading.set("state", "available")
    reading.set("name_suffix", zone.name.removeprefix(zone.region).removeprefix("-"), why)
    for attribute in ("parent_zone_id", "parent_zone_name"):
        reading.set(attribute, "")


READERS: dict[str, Reader] = {
    "aws_arn": _arn,
    "aws_availability_zone": _availability_zone,
    "aws_availability_zones": _availability_zones,
    "aws_caller_identity": _caller_identity,
    "aws_default_tags": _default_tags,
    "aws_partition": _partition,
    "aws_region": _region,
    "aws_regions": _regions,
    "aws_service": _service,
    "aws_service_principal": _service_principal,
}

"""AWS look-ups whose answer depends on the arguments in more than a name: images, buckets, keys, parameters, secrets.

Everything that depends on what an account holds is assumed. Checks that the provider makes on the arguments at read
(an unfiltered "most recent" image) are made here too. Source: terraform-provider-aws internal/service/{ec2,s3,kms,ssm,
secretsmanager,iam,cloudfront,rds}; AWS's lists of public SSM parameters and managed CloudFront policies.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from terraformer.provider.data_sources.aws_objects import fill_templates
from terraformer.provider.data_sources.aws_regions import partition_of, region_named
from terraformer.provider.data_sources.aws_tables import table
from terraformer.provider.data_sources.guesses import document, guess
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.shapes import LOOKED_UP, characters
from terraformer.provider.data_sources.usage import is_decoded, keys_used

__all__ = ["CHECKS", "READERS"]

_TIME = "2024-01-01T00:00:00Z"


# -- images ---------------------------------------------------------------------------------------------------------


def _filters(reading: Reading) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for block in reading.blocks("filter"):
        values = [str(v) for v in block.get("values") or [] if v is not None]
        found.setdefault(str(block.get("name")), []).extend(sorted(values))
    return found


def _first(filters: dict[str, list[str]], name: str, default: str) -> str:
    values = [v for v in filters.get(name, []) if "*" not in v and "?" not in v]
    return values[0] if values else default


_OWNERS: Final = (
    (r"ubuntu", "099720109477", "/dev/sda1"),
    (r"windows", "801119661308", "/dev/sda1"),
    (r"debian", "136693071363", "/dev/xvda"),
    (r"rhel", "309956199498", "/dev/sda1"),
    (r"suse|sles", "013907871322", "/dev/sda1"),
    (r"", "137112412989", "/dev/xvda"),
)
_ALIASES: Final = frozenset({"amazon", "aws-marketplace", "aws-backup-vault", "self"})


def _ami(reading: Reading) -> None:
    filters = _filters(reading)
    recent = reading.get("most_recent") is True
    owners = [o for o in reading.get("owners") or [] if isinstance(o, str)]
    if recent and not owners and not {"image-id", "owner-id"} & set(filters):
        report = reading.error
        if _major(reading.ctx.version) < 6 or reading.get("allow_unsafe_filter") is True:
            report = reading.warning
        report(
            "Most Recent Image Not Filtered",
            '"most_recent" is set to "true" and results are not filtered by owner or image ID. '
            "With this configuration, a third party may introduce a new image which will be returned by this data "
            "source. Filter by owner or image ID to avoid this possibility.",
            ("most_recent",),
            "ami-unfiltered",
        )
    patterns = filters.get("name", [])
    pattern = patterns[0] if patterns else "amzn2-ami-hvm-*-x86_64-gp2"
    name = pattern.replace("?", "0")
    name = (("" if name.startswith("*") else name[:1]) + name[1:]).replace("*", "20240101.0")[:128] if name else "image"
    arm = re.search(r"arm64|aarch64", name + _first(filters, "architecture", "")) is not None
    owner, device = next((o, d) for words, o, d in _OWNERS if re.search(words, name.lower()))
    given = next((o for o in owners if o.isdigit()), None) or _first(filters, "owner-id", "")
    owner = given if given.isdigit() else reading.ctx.account_id if owners == ["self"] else owner
    image = _first(filters, "image-id", f"ami-{reading.hex(17)}")
    snapshot = f"snap-{reading.hex(17, 'snapshot')}"
    windows = "windows" in name.lower() or _first(filters, "platform", "") == "windows"
    values: dict[str, Any] = {
        "id": image,
        "image_id": image,
        "arn": f"arn:{reading.partition}:ec2:{reading.region}::image/{image}",
        "architecture": _first(filters, "architecture", "arm64" if arm else "x86_64"),
        "name": name,
        "description": name,
        "owner_id": owner,
        "image_location": f"{owner}/{name}",
        "image_owner_alias": next((o for o in owners if o in _ALIASES and o != "self"), ""),
        "image_type": "machine",
        "hypervisor": _first(filters, "hypervisor", "xen"),
        "virtualization_type": _first(filters, "virtualization-type", "hvm"),
        "root_device_type": _first(filters, "root-device-type", "ebs"),
        "root_device_name": _first(filters, "root-device-name", device),
        "root_snapshot_id": snapshot,
        "block_device_mappings": [
            {
                "device_name": device,
                "ebs": {
                    "delete_on_termination": "true",
                    "encrypted": "false",
                    "iops": "0",
                    "snapshot_id": snapshot,
                    "throughput": "0",
                    "volume_size": "30" if windows else "8",
                    "volume_type": "gp3",
                },
                "no_device": "",
                "virtual_name": "",
            }
        ],
        "boot_mode": _first(filters, "boot-mode", ""),
        "creation_date": _TIME,
        "deprecation_time": "2026-01-01T00:00:00Z",
        "last_launched_time": "",
        "ena_support": True,
        "imds_support": "",
        "kernel_id": "",
        "ramdisk_id": "",
        "platform": "windows" if windows else "",
        "platform_details": "Windows" if windows else "Linux/UNIX",
        "product_codes": [],
        "public": True,
        "sriov_net_support": "simple",
        "state": "available",
        "state_reason": {"code": "UNSET", "message": "UNSET"},
        "tpm_support": "",
        "usage_operation": "RunInstances:0002" if windows else "RunInstances",
    }
    for attribute, value in values.items():
        reading.set(attribute, value, "which images exist is not known; one that fits the filters stands in")
    reading.set("most_recent", False)
    reading.set("include_deprecated", False)


def _major(version: str) -> int:
    found = re.match(r"\d+", version)
    return int(found[0]) if found else 0


def _ami_ids(reading: Reading) -> None:
    fill_templates(reading, {"id": "{digits10}", "ids": ["ami-{hex17:1}", "ami-{hex17:2}"]})
    reading.set("sort_ascending", False)


def _instance_type(reading: Reading) -> None:
    """The ordinary sizes; families beyond them get the values of their size."""
    name = reading.text("instance_type")
    size = name.partition(".")[2]
    multiple = re.fullmatch(r"(\d+)xlarge", size)
    small = {"nano": (2, 512), "micro": (2, 1024), "small": (2, 2048), "medium": (2, 4096), "large": (2, 8192)}
    cpus, memory = small.get(size, (4, 16384))
    if multiple:
        cpus, memory = 4 * int(multiple[1]), 16384 * int(multiple[1])
    arm = re.match(r"[a-z]+\d+g[a-z]*\.|a1\.", name) is not None
    why = "sizes of instance types are approximated from the name"
    for attribute, value in {
        "default_vcpus": cpus,
        "default_cores": max(1, cpus // 2),
        "default_threads_per_core": 1 if arm else 2,
        "memory_size": memory,
        "supported_architectures": ["arm64"] if arm else ["x86_64"],
        "burstable_performance_supported": name.startswith("t"),
        "current_generation": True,
        "ebs_optimized_support": "default",
        "hypervisor": "nitro",
        "supported_root_device_types": ["ebs"],
        "supported_virtualization_types": ["hvm"],
        "supported_usages_classes": ["on-demand", "spot"],
        "maximum_network_interfaces": 3,
        "gpus": [],
        "fpgas": [],
        "inference_accelerators": [],
        "instance_disks": [],
        "id": name,
    }.items():
        reading.set(attribute, value, None if attribute == "id" else why)


def _instance_type_offerings(reading: Reading) -> None:
    wanted = [v for v in _filters(reading).get("instance-type", []) if "*" not in v] or ["t3.micro"]
    region = region_named(reading.region)
    zones = [z.name for z in region.zones] if region else [reading.region + "a"]
    zonal = reading.text("location_type", "region") != "region"
    locations = zones if zonal else [reading.region]
    pairs = [(location, kind) for location in locations for kind in wanted]
    reading.set("id", reading.region)
    reading.set("instance_types", [kind for _, kind in pairs], LOOKED_UP)
    reading.set("locations", [location for location, _ in pairs], LOOKED_UP)
    reading.set("location_types", [reading.text("location_type", "region")] * len(pairs), LOOKED_UP)
    # aws_ec2_instance_type_offering: the one of the preferred types
    preferred = reading.get("preferred_instance_types") or wanted
    reading.set("instance_type", preferred[0], LOOKED_UP)
    reading.set("location", locations[0], LOOKED_UP)


# -- buckets ----------------------------------------------------------------------------------------------------------


def _bucket(reading: Reading) -> None:
    name, region = reading.text("bucket"), reading.region
    suffix = partition_of(region).suffix
    where = "the bucket is taken to be in the provider's region"
    reading.set("id", name)
    reading.set("arn", f"arn:{reading.partition}:s3:::{name}")
    reading.set("bucket_domain_name", f"{name}.s3.{suffix}")
    reading.set("bucket_regional_domain_name", f"{name}.s3.{region}.{suffix}", where)
    reading.set("bucket_region", region, where)
    reading.set("hosted_zone_id", table("s3-zone").get(region, ""), where)
    for attribute in ("website_domain", "website_endpoint"):
        reading.set(attribute, "", "the bucket is taken not to be a website")


def _object(reading: Reading) -> None:
    bucket, key = reading.text("bucket"), reading.text("key")
    decoded = keys_used(reading, "body", decoded=True)
    body = document(reading, decoded) if decoded or key.endswith((".json", ".tfvars.json")) else "example"
    reading.set("id", f"{bucket}/{key}")
    reading.set("arn", f"arn:{reading.partition}:s3:::{bucket}/{key.lstrip('/')}")
    why = "the object's content is not known"
    for attribute, value in {
        "body": body,
        "content_length": len(body),
        "content_type": "application/json" if body.startswith("{") else "text/plain",
        "etag": reading.hex(32),
        "last_modified": "Mon, 01 Jan 2024 00:00:00 UTC",
        "server_side_encryption": "AES256",
        "storage_class": "STANDARD",
        "version_id": characters(reading, "letters32"),
        "metadata": {},
    }.items():
        reading.set(attribute, value, why)
    for attribute, cty in reading.types.items():
        if cty == "string" and attribute not in ("bucket", "key", "region"):
            reading.set(attribute, "", why)


# -- keys and policies --------------------------------------------------------------------------------------------


def _kms_key(reading: Reading) -> None:
    asked = reading.text("key_id")
    uuid = re.search(r"(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", asked)
    key = uuid[0] if uuid else characters(reading, "uuid") or ""
    aws_managed = "alias/aws/" in asked
    reading.set("id", key, None if uuid else LOOKED_UP)
    fill_templates(
        reading,
        {
            "arn": "arn:{partition}:kms:{region}:{account}:key/{id}",
            "aws_account_id": "{account}",
            "creation_date": _TIME,
            "customer_master_key_spec": "SYMMETRIC_DEFAULT",
            "key_spec": "SYMMETRIC_DEFAULT",
            "deletion_date": "",
            "description": "",
            "enabled": True,
            "expiration_model": "",
            "key_manager": "AWS" if aws_managed else "CUSTOMER",
            "key_state": "Enabled",
            "key_usage": "ENCRYPT_DECRYPT",
            "multi_region": key.startswith("mrk-"),
            "multi_region_configuration": [],
            "origin": "AWS_KMS",
            "pending_deletion_window_in_days": 0,
            "valid_to": "",
            "cloud_hsm_cluster_id": "",
            "custom_key_store_id": "",
            "xks_key_configuration": [],
        },
    )


_ALLOW = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'


def _iam_policy(reading: Reading) -> None:
    name, arn = reading.text("name"), reading.text("arn")
    if arn:
        name = arn.rsplit("/", 1)[-1]
    managed = re.match(r"(AWS|Amazon|Administrator|PowerUser|ReadOnly|Security|IAM|CloudWatch|Cloud|Elastic)\w*$", name)
    owner = "aws" if managed else reading.ctx.account_id
    path = reading.text("path_prefix", "/")
    reading.set("name", name or f"policy-{reading.hex(8)}", None if arn else LOOKED_UP)
    reading.set("arn", f"arn:{reading.partition}:iam::{owner}:policy{path}{reading.state['name']}", LOOKED_UP)
    reading.set("id", reading.state["arn"], None if arn else LOOKED_UP)
    reading.set("path", path, LOOKED_UP)
    reading.set("policy", _ALLOW, LOOKED_UP)
    fill_templates(reading, {"policy_id": "ANPA{upper17}", "attachment_count": 0, "description": ""})


def _session_context(reading: Reading) -> None:
    """Exact for all but assumed roles, whose path and id only IAM knows."""
    arn = reading.text("arn")
    parts = arn.split(":", 5)
    role = re.match(r"assumed-role/(?:.*/)?([^/]+)/([^/]{2,})$", parts[5]) if len(parts) == 6 else None
    reading.set("id", arn)
    if role is None or parts[2] != "sts":
        reading.set("issuer_arn", arn)
        for attribute in ("issuer_id", "issuer_name", "session_name"):
            reading.set(attribute, "")
        return
    reading.set("issuer_name", role[1])
    reading.set("session_name", role[2])
    reading.set("issuer_arn", f"arn:{parts[1]}:iam::{parts[4]}:role/{role[1]}", "the role's path is taken to be /")
    reading.set("issuer_id", f"AROA{characters(reading, 'upper17')}", LOOKED_UP)


def _oidc_provider(reading: Reading) -> None:
    arn = reading.text("arn")
    host = arn.partition(":oidc-provider/")[2] or re.sub(r"^https://", "", reading.text("url"))
    host = host or "token.actions.githubusercontent.com"
    reading.set("url", host)
    reading.set("arn", f"arn:{reading.partition}:iam::{reading.ctx.account_id}:oidc-provider/{host}", LOOKED_UP)
    reading.set("id", reading.state["arn"], None if arn else LOOKED_UP)
    reading.set("client_id_list", ["sts.amazonaws.com"], LOOKED_UP)
    reading.set("thumbprint_list", [reading.hex(40)], LOOKED_UP)


def _check_arn(reading: Reading) -> None:
    arn = reading.get("arn")
    if isinstance(arn, str) and (not arn.startswith("arn:") or arn.count(":") < 5):
        reading.error(f'"arn" ({arn}) is an invalid ARN: arn: invalid prefix', path=("arn",), code="value-invalid-arn")


# AWS's managed CloudFront policies have the same ids in every account.
_MANAGED: Final = {
    "Managed-CachingOptimized": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "Managed-CachingDisabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "Managed-CachingOptimizedForUncompressedObjects": "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "Managed-Amplify": "2e54312d-136d-493c-8eb9-b001f22f67d2",
    "Managed-Elemental-MediaPackage": "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    "UseOriginCacheControlHeaders": "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "UseOriginCacheControlHeaders-QueryStrings": "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    "Managed-AllViewer": "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "Managed-AllViewerAndCloudFrontHeaders-2022-06": "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "Managed-AllViewerExceptHostHeader": "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "Managed-CORS-CustomOrigin": "59781a5b-3903-41f3-afcb-af62929ccde1",
    "Managed-CORS-S3Origin": "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "Managed-UserAgentRefererHeaders": "acba4595-bd28-49b8-b9fe-13317c0390fa",
    "Managed-SimpleCORS": "60669652-455b-4ae9-85a4-c4c02393f86c",
    "Managed-CORS-With-Preflight": "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "Managed-SecurityHeadersPolicy": "67f7725c-6f97-4210-82d7-5512b31e9d03",
    "Managed-CORS-and-SecurityHeadersPolicy": "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "Managed-CORS-with-preflight-and-SecurityHeadersPolicy": "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
}


def _cloudfront_policy(reading: Reading) -> None:
    name = reading.text("name")
    known = _MANAGED.get(name)
    names = {id: managed for managed, id in _MANAGED.items()}
    kind = reading.type.removeprefix("aws_cloudfront_").replace("_", "-")
    if not reading.get("id"):
        # ``id`` is an optional argument in some versions of the schema, which are filled in all the same.
        reading.set("id", known or characters(reading, "uuid"), None if known else LOOKED_UP)
    managed = names.get(str(reading.state.get("id")))
    reading.set("name", managed or f"policy-{reading.hex(8)}", None if managed else LOOKED_UP)
    reading.set(
        "arn",
        f"arn:{reading.partition}:cloudfront::{reading.ctx.account_id}:{kind}/{reading.state.get('id')}",
        LOOKED_UP,
    )


# -- parameters and secrets -------------------------------------------------------------------------------------------

_IMAGE = re.compile(
    r"/aws/service/(ami-|bottlerocket/.*image_id|canonical/.*ami-id|debian/|freebsd/|suse/|storagegateway/ami/|"
    r"eks/optimized-ami/.*image_id|ecs/optimized-ami/.*image_id|deeplearning/ami/|marketplace/|cloud9/amis/)"
)


def _parameter_value(reading: Reading, name: str) -> str:
    if _IMAGE.match(name):
        return f"ami-{reading.hex(17, name)}"
    if re.match(r"/aws/service/(ecs|eks)/optimized-ami/.*recommended$", name):
        image = {"image_id": f"ami-{reading.hex(17, name)}", "image_name": "optimized", "os": "Amazon Linux 2"}
        return json.dumps(image, separators=(",", ":"))
    decoded = keys_used(reading, "value", decoded=True)
    if decoded or is_decoded(reading, "value"):
        return document(reading, decoded)
    return guess(reading, name)


def _parameter(reading: Reading) -> None:
    name = reading.text("name")
    value = _parameter_value(reading, name)
    secret = value.startswith("Example-Secret-")
    why = "the parameter's value is not known; one that fits its name stands in"
    reading.set("id", name)
    reading.set("arn", reading.arn("ssm", "parameter/" + name.lstrip("/"), account=_parameter_owner(reading, name)))
    reading.set("type", "SecureString" if secret else "StringList" if "," in value[:200] else "String", why)
    reading.set("value", value, why)
    reading.set("insecure_value", "" if secret else value, why)
    reading.set("version", 1, why)
    reading.set("with_decryption", True)


def _parameter_owner(reading: Reading, name: str) -> str:
    return "" if name.startswith("/aws/service/") else reading.ctx.account_id


def _parameters(reading: Reading) -> None:
    path = reading.text("path")
    names = [f"{path.rstrip('/')}/example"]
    reading.set("id", path)
    reading.set("names", names, LOOKED_UP)
    reading.set("arns", [reading.arn("ssm", "parameter" + names[0])], LOOKED_UP)
    reading.set("types", ["String"], LOOKED_UP)
    reading.set("values", [_parameter_value(reading, names[0])], LOOKED_UP)


_USUAL_SECRET = ("username", "password", "engine", "host", "port", "dbname")


def _secret_version(reading: Reading) -> None:
    asked = reading.text("secret_id")
    keys = keys_used(reading, "secret_string", decoded=True)
    if keys or is_decoded(reading, "secret_string"):
        value = document(reading, (*_USUAL_SECRET, *keys))
    else:
        value = f"Example-Secret-{reading.hex(12)}"
    arn = asked if asked.startswith("arn:") else reading.arn("secretsmanager", f"secret:{asked}-AbCdEf")
    why = "the secret's value is not known; one that fits how the configuration uses it stands in"
    reading.set("arn", arn, None if arn == asked else LOOKED_UP)
    reading.set("secret_arn", arn, None if arn == asked else LOOKED_UP)
    reading.set("version_id", characters(reading, "uuid"), LOOKED_UP)
    reading.set("version_stage", "AWSCURRENT")
    reading.set("version_stages", ["AWSCURRENT"], LOOKED_UP)
    reading.set("created_date", _TIME, LOOKED_UP)
    reading.set("secret_string", value, why)
    reading.set("secret_binary", "", why)
    reading.set("id", f"{asked}|{reading.state.get('version_stage') or 'AWSCURRENT'}")


def _random_password(reading: Reading) -> None:
    length = reading.get("password_length", 32)
    length = min(int(length), 4096) if isinstance(length, (int, float)) else 32
    text = "Aa1" + "".join(reading.hex(64, str(i)) for i in range(length // 64 + 1))
    reading.set("random_password", text[:length], "a random password in the real provider")
    reading.set("id", text[:length], "a random password in the real provider")


def _kms_secrets(reading: Reading) -> None:
    names = [str(b.get("name")) for b in reading.blocks("secret")]
    reading.set("plaintext", {name: guess(reading, name) for name in names}, "nothing is decrypted")
    reading.set("id", reading.region)


# -- ranges and versions ------------------------------------------------------------------------------------------


def _ip_ranges(reading: Reading) -> None:
    why = "AWS's list of addresses is not fetched; documentation ranges stand in for it"
    reading.set("cidr_blocks", ["198.51.100.0/24", "203.0.113.0/24"], why)
    reading.set("ipv6_cidr_blocks", ["2001:db8::/32"], why)
    reading.set("create_date", "2024-01-01-00-00-00", why)
    reading.set("sync_token", 1704067200, why)
    reading.set("id", "1704067200", why)
    reading.set("url", "https://ip-ranges.amazonaws.com/ip-ranges.json")


_ENGINES: Final = {
    "postgres": ("16.4", "postgres16"),
    "aurora-postgresql": ("16.4", "aurora-postgresql16"),
    "mysql": ("8.0.39", "mysql8.0"),
    "aurora-mysql": ("8.0.mysql_aurora.3.08.0", "aurora-mysql8.0"),
    "mariadb": ("10.11.9", "mariadb10.11"),
    "oracle-ee": ("19.0.0.0.ru-2024-07.rur-2024-07.r1", "oracle-ee-19"),
    "sqlserver-ex": ("15.00.4385.2.v1", "sqlserver-ex-15.0"),
}


def _engine_version(reading: Reading) -> None:
    engine = reading.text("engine")
    version, family = _ENGINES.get(engine, ("1.0", f"{engine}1.0"))
    asked = reading.text("version") or next(iter(reading.get("preferred_versions") or []), "")
    chosen = asked or version
    if asked and engine in ("postgres", "aurora-postgresql"):
        family = f"{engine}{asked.split('.')[0]}"
    elif asked and engine in ("mysql", "mariadb"):
        family = f"{engine}{'.'.join(asked.split('.')[:2])}"
    reading.set("version", chosen, LOOKED_UP)
    reading.set("version_actual", chosen if chosen.count(".") else version, LOOKED_UP)
    reading.set("parameter_group_family", family, LOOKED_UP)
    reading.set("id", chosen, LOOKED_UP)
    reading.set("status", "available", LOOKED_UP)
    for attribute in ("supported_character_sets", "supported_timezones", "supported_modes", "exportable_log_types"):
        reading.set(attribute, [], LOOKED_UP)
    for attribute in ("valid_upgrade_targets", "valid_major_targets", "valid_minor_targets", "supported_feature_names"):
        reading.set(attribute, [], LOOKED_UP)


def _orderable(reading: Reading) -> None:
    engine = reading.text("engine", "postgres")
    classes = [c for c in reading.get("preferred_instance_classes") or [] if isinstance(c, str)]
    reading.set("engine", engine, LOOKED_UP)
    reading.set("engine_version", _ENGINES.get(engine, ("1.0", ""))[0], LOOKED_UP)
    reading.set("instance_class", classes[0] if classes else "db.t3.micro", LOOKED_UP)
    reading.set("id", reading.state.get("instance_class"), LOOKED_UP)
    reading.set("storage_type", "gp3", LOOKED_UP)
    reading.set("license_model", "general-public-license", LOOKED_UP)


READERS: dict[str, Reader] = {
    "aws_ami": _ami,
    "aws_ami_ids": _ami_ids,
    "aws_cloudfront_cache_policy": _cloudfront_policy,
    "aws_cloudfront_origin_request_policy": _cloudfront_policy,
    "aws_cloudfront_response_headers_policy": _cloudfront_policy,
    "aws_ec2_instance_type": _instance_type,
    "aws_ec2_instance_type_offering": _instance_type_offerings,
    "aws_ec2_instance_type_offerings": _instance_type_offerings,
    "aws_iam_openid_connect_provider": _oidc_provider,
    "aws_iam_policy": _iam_policy,
    "aws_iam_session_context": _session_context,
    "aws_ip_ranges": _ip_ranges,
    "aws_kms_key": _kms_key,
    "aws_kms_secrets": _kms_secrets,
    "aws_rds_engine_version": _engine_version,
    "aws_rds_orderable_db_instance": _orderable,
    "aws_s3_bucket": _bucket,
    "aws_s3_bucket_object": _object,
    "aws_s3_object": _object,
    "aws_secretsmanager_random_password": _random_password,
    "aws_secretsmanager_secret_version": _secret_version,
    "aws_ssm_parameter": _parameter,
    "aws_ssm_parameters_by_path": _parameters,
}
CHECKS: dict[str, Reader] = {"aws_iam_session_context": _check_arn}

"""The careless hand: misspellings, names that sound right, values that a model would write there."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from terraformer.data.faults.written import Argument, Block, Written, bundle_of
from terraformer.provider import schema as schemas
from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.placeholders import value_for
from terraformer.provider.validators import validate_resource
from terraformer.types import TerraformConfig

__all__ = [
    "camel",
    "complaints",
    "hcl",
    "misspelt",
    "other_words",
    "plausible",
    "shuffled",
    "sounds_like",
    "word_of",
]

T = TypeVar("T")


def shuffled(rng: random.Random, items: Iterable[T]) -> list[T]:
    found = list(items)
    rng.shuffle(found)
    return found


def camel(name: str) -> str:
    """ "instance_type" -> "instanceType", as in CloudFormation and CDK (with a small first letter)."""
    head, *rest = name.split("_")
    return head + "".join(w.capitalize() for w in rest)


def misspelt(name: str, rng: random.Random) -> str:
    """One slip: a letter lost, doubled, swapped, a plural too many or too few, or another way of joining words."""
    letters = [i for i in range(1, len(name)) if name[i].isalpha()]
    at = rng.choice(letters) if letters else 0

    def swapped() -> str:
        near = [i for i in letters if i + 1 < len(name) and name[i + 1].isalpha() and name[i] != name[i + 1]]
        if not near:
            return name + "s"
        i = rng.choice(near)
        return name[:i] + name[i + 1] + name[i] + name[i + 2 :]

    ways: list[Callable[[], str]] = [
        lambda: name[:at] + name[at + 1 :],
        lambda: name[:at] + name[at] + name[at:],
        swapped,
        lambda: name[:-1] if name.endswith("s") and not name.endswith("ss") else name + "s",
        lambda: name.replace("_", "-", 1),
        lambda: camel(name),
        lambda: name.replace("_", ""),
    ]
    for way in rng.sample(ways, len(ways)):
        found = way()
        if found != name and re.fullmatch(r"[A-Za-z_][\w-]*", found):
            return found
    return name + "s"


def word_of(type_: str) -> str:
    """The last words of a type that name the thing: "aws_s3_bucket" -> "bucket"."""
    words = type_.split("_")[1:]
    return words[-1] if words else type_


_SUFFIXES = ("_name", "_id", "_ids", "_arn", "_arns", "_identifier", "_type", "_key", "_role", "_policy")
_WORDS: Mapping[str, tuple[str, ...]] = {
    "cidr_block": ("cidr", "cidr_range", "ip_range", "address_space"),
    "instance_class": ("instance_type", "node_type", "db_instance_class"),
    "instance_type": ("instance_class", "type", "machine_type", "size"),
    "node_type": ("instance_type", "instance_class", "cache_node_type"),
    "allocated_storage": ("storage_size", "storage", "disk_size", "allocated_storage_gb"),
    "engine": ("database_engine", "engine_type", "db_engine"),
    "username": ("user", "master_username", "db_username"),
    "password": ("master_password", "db_password", "user_password"),
    "master_username": ("username", "admin_username"),
    "master_password": ("password", "admin_password"),
    "ami": ("image_id", "ami_id"),
    "image_id": ("ami", "ami_id"),
    "vpc_security_group_ids": ("security_groups", "security_group_ids"),
    "security_groups": ("security_group_ids", "vpc_security_group_ids"),
    "subnet_ids": ("subnets", "vpc_subnets", "subnet_id"),
    "subnets": ("subnet_ids",),
    "user_data": ("userdata", "startup_script", "init_script"),
    "timeout": ("timeout_seconds", "timeout_in_seconds"),
    "memory_size": ("memory", "memory_mb"),
    "runtime": ("lambda_runtime", "platform"),
    "handler": ("entry_point", "function_handler"),
    "retention_in_days": ("retention_days", "retention_period", "log_retention"),
    "message_retention_seconds": ("message_retention_period", "retention_seconds", "retention_period"),
    "visibility_timeout_seconds": ("visibility_timeout", "visibility_timeout_in_seconds"),
    "delay_seconds": ("delay", "delivery_delay"),
    "hash_key": ("partition_key", "primary_key", "hash_key_name"),
    "range_key": ("sort_key",),
    "description": ("desc", "comment", "details"),
    "schedule_expression": ("schedule", "cron_expression", "rate"),
    "availability_zone": ("az", "zone"),
    "availability_zones": ("azs", "zones"),
    "desired_capacity": ("desired_size", "capacity", "desired_count"),
    "desired_count": ("desired_capacity", "task_count", "instance_count"),
    "min_size": ("minimum_size", "min_capacity", "min"),
    "max_size": ("maximum_size", "max_capacity", "max"),
    "shard_count": ("shards", "number_of_shards"),
    "port": ("listen_port", "port_number"),
    "protocol": ("ip_protocol", "transport_protocol"),
    "from_port": ("port", "start_port"),
    "to_port": ("end_port",),
    "cidr_ipv4": ("cidr_blocks", "cidr_block"),
    "cidr_blocks": ("cidr", "source_cidr", "ip_ranges"),
    "ip_protocol": ("protocol",),
    "assume_role_policy": ("trust_policy", "assume_role_policy_document"),
    "policy": ("policy_document", "policy_json"),
    "policy_arn": ("policy", "managed_policy_arn"),
    "kms_key_id": ("kms_key", "encryption_key", "kms_key_arn"),
    "kms_master_key_id": ("kms_key_id", "kms_key"),
    "force_destroy": ("force_delete", "allow_destroy"),
    "deletion_protection": ("delete_protection", "enable_delete_protection"),
    "deletion_window_in_days": ("deletion_window", "pending_window_in_days"),
    "tags": ("labels", "tag"),
    "bucket": ("bucket_name", "s3_bucket", "name"),
    "key": ("object_key", "path", "name"),
    "content": ("body", "data"),
    "endpoint": ("url", "address"),
    "zone_id": ("hosted_zone_id", "zone"),
    "records": ("values", "record"),
    "ttl": ("time_to_live",),
    "comment": ("description",),
    "enabled": ("enable", "is_enabled", "active"),
    "role": ("role_arn", "role_name", "iam_role"),
    "role_arn": ("role", "iam_role_arn", "execution_role_arn"),
    "execution_role_arn": ("role_arn", "task_execution_role_arn"),
    "certificate_arn": ("ssl_certificate_arn", "acm_certificate_arn", "certificate"),
    "status": ("state", "enabled"),
    "comparison_operator": ("operator", "comparison"),
    "metric_name": ("metric",),
    "alarm_name": ("name",),
    "function_name": ("name", "lambda_name", "lambda_function_name"),
    "identifier": ("name", "db_instance_identifier", "instance_identifier"),
    "cluster_identifier": ("identifier", "cluster_name", "cluster_id"),
}


def sounds_like(name: str, type_: str, rng: random.Random) -> list[str]:
    """Other names for an argument that sound just as right, in random order."""
    word = word_of(type_)
    found = list(_WORDS.get(name, ()))
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) > len(suffix) + 1:
            stem = name.removesuffix(suffix)
            found += [stem, *(stem + s for s in _SUFFIXES[:5] if s != suffix)]
            break
    if name == "name":
        found += [f"{word}_name", f"{type_.partition('_')[2]}_name", "display_name", "identifier"]
    elif name.endswith("_name"):
        found.append("name")
    if name.endswith("_enabled"):
        found += [f"enable_{name.removesuffix('_enabled')}", name.removesuffix("_enabled"), name.removesuffix("d")]
    if name.startswith("enable_"):
        found += [f"{name.removeprefix('enable_')}_enabled", name.removeprefix("enable_")]
    if name.endswith("_in_days"):
        found += [name.replace("_in_days", "_days"), name.removesuffix("_in_days")]
    if name.endswith("_seconds"):
        found += [name.removesuffix("_seconds"), name.replace("_seconds", "_in_seconds")]
    if "_" in name:
        found += [name.split("_", 1)[1], f"{word}_{name}"]
    else:
        found.append(f"{word}_{name}")
    found = [f for f in dict.fromkeys(found) if f and f != name and re.fullmatch(r"[a-z]\w*", f)]
    return shuffled(rng, found)


INVENTED: Mapping[str, str] = {
    "name": '"main"',
    "description": '"Managed by Terraform"',
    "enabled": "true",
    "enable": "true",
    "encrypted": "true",
    "encryption_enabled": "true",
    "enable_encryption": "true",
    "public": "false",
    "private": "true",
    "versioning": "true",
    "logging": "true",
    "enable_logging": "true",
    "auto_scaling": "true",
    "high_availability": "true",
    "multi_az": "true",
    "backup_enabled": "true",
    "monitoring": "true",
    "arn_suffix": '"main"',
    "environment": '"production"',
    "location": '"us-east-1"',
    "zone": '"us-east-1a"',
    "size": '"small"',
    "type": '"standard"',
    "mode": '"default"',
    "status": '"Enabled"',
    "state": '"ENABLED"',
    "replicas": "2",
    "retention_days": "30",
    "retention_period": "7",
    "timeout_seconds": "30",
    "max_retries": "3",
    "deletion_protection": "true",
    "force_delete": "true",
    "prevent_destroy": "true",
    "owner": '"platform"',
    "labels": '{\n  env = "prod"\n}',
    "tags": '{\n  Name = "main"\n}',
    "instance_count": "1",
    "stream_mode": '"PROVISIONED"',
    "access_level": '"private"',
    "depends": "[]",
}
"""Arguments that models are fond of, with what they set them to."""


def hcl(value: Any) -> str:
    """A JSON value as HCL in one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(hcl(v) for v in value)}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {hcl(v)}" for k, v in value.items()) + " }" if value else "{}"
    return "null" if value is None else str(value)


def plausible(type_: str, name: str, attribute: schemas.Attribute, rng: random.Random) -> str | None:
    """A value that the argument might have, as HCL; None where none comes to mind."""
    held = bundle_of(type_)
    if held is None:
        return None
    if attribute.enum:
        return hcl(rng.choice(attribute.enum))
    cty = schemas.attribute_type(attribute)
    value = value_for(held.source, type_, name, cty, seed=name, ctx=ProviderContext(held.source, held.version))
    return None if value is None else hcl(value)


def complaints(owner: Block, path: Sequence[str], value: Any) -> list[Diagnostic]:
    """What the provider says of one argument's value alone."""
    top = owner.top
    held = bundle_of(top.labels[0])
    if held is None or top.schema is None or not held.has(top.type, top.labels[0]):
        return []
    schema = held.schema(top.type, top.labels[0])
    asked = _holding(schema.block, path, value)
    context = ProviderContext(held.source, held.version)
    found = validate_resource(held.source, top.type, top.labels[0], asked, schema, context)
    return [d for d in found if d.severity == "error" and [s for s in d.path if isinstance(s, str)] == list(path)]


def _holding(block: schemas.Block, names: Sequence[str], value: Any) -> dict[str, Any]:
    """An object of the block's type that is null but for the attribute at the path."""
    held: dict[str, Any] = dict.fromkeys(block.attributes)
    held.update((name, None if b.nesting in ("single", "group") else []) for name, b in block.blocks.items())
    if len(names) == 1:
        held[names[0]] = value
    elif names[0] in block.blocks:
        nested = block.blocks[names[0]]
        inner = _holding(nested.block, names[1:], value)
        held[names[0]] = inner if nested.nesting in ("single", "group") else [inner]
    return held


def other_words(value: str, rng: random.Random) -> list[str]:
    """Other spellings and relatives of a word that a person might take for the right one."""
    spaced = re.sub(r"[-_. ]+", " ", value)
    found = [
        value.lower(),
        value.upper(),
        value.capitalize(),
        spaced.title().replace(" ", ""),
        spaced.replace(" ", "-"),
        spaced.replace(" ", "_"),
        spaced.upper().replace(" ", "_"),
        value.rstrip("dD") if value.lower().endswith("ed") else f"{value}d",
        f"{value}s",
        value.partition("-")[0],
        value.partition("_")[0],
        "default",
        "standard",
        "custom",
    ]
    match value.lower():
        case "enabled" | "enable" | "active" | "on":
            found += ["true", "on", "yes", "Active", "ON"]
        case "disabled" | "suspended" | "off":
            found += ["false", "off", "no", "None", "Disabled"]
    return shuffled(rng, [f for f in dict.fromkeys(found) if f and f != value])


def literals(written: Written, wanted: type) -> list[tuple[Argument, Argument, Any]]:
    """Arguments with a literal value of the type (through a variable's default too): argument, holder, value."""
    found = []
    for argument in written.arguments:
        value, holder = written.literal(argument)
        if type(value) is wanted or (wanted is int and type(value) is float):
            found.append((argument, holder, value))
    return found


def line_starts(config: TerraformConfig, file: str) -> list[int]:
    content = config.files[file]
    return [0, *(m.end() for m in re.finditer(b"\n", content) if m.end() < len(content))]

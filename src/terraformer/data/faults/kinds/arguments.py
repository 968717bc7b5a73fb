"""Arguments: misspelt, guessed, invented, of an older release, misplaced, missing, of the wrong type, in conflict."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from terraformer.data.faults.hand import (
    INVENTED,
    camel,
    hcl,
    misspelt,
    plausible,
    shuffled,
    sounds_like,
)
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import META, Argument, Block, Edit, Written, bundle_of, hints_of
from terraformer.hcl import NOT_LITERAL
from terraformer.provider import schema as schemas
from terraformer.types import Stage

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "aws_autoscaling_group": {"vpc_zone_identifier": "availability_zone_ids"},
    "aws_batch_compute_environment": {
        "name": "compute_environment_name",
        "name_prefix": "compute_environment_name_prefix",
    },
    "aws_db_instance": {"db_name": "name"},
    "aws_eip": {"domain": "vpc"},
    "aws_eks_addon": {
        "resolve_conflicts_on_create": "resolve_conflicts",
        "resolve_conflicts_on_update": "resolve_conflicts",
    },
    "aws_elasticache_cluster": {"preferred_availability_zones": "availability_zones"},
    "aws_elasticache_replication_group": {
        "description": "replication_group_description",
        "num_cache_clusters": "number_cache_clusters",
        "preferred_cache_cluster_azs": "availability_zones",
    },
    "aws_flow_log": {"log_destination": "log_group_name"},
    "aws_iam_user_policy_attachment": {"user": "users"},
    "aws_msk_cluster": {"volume_size": "ebs_volume_size"},
    "aws_route53_zone": {"vpc": "vpc_id"},
    "aws_ssm_association": {"targets": "instance_id"},
}
"""Arguments by what older releases of the provider called them: type -> (now -> then)."""

REMOVED: Final[Mapping[str, tuple[str, ...]]] = {
    "aws_api_gateway_deployment": ('stage_name = "prod"', 'stage_description = "Production"'),
    "aws_autoscaling_group": (
        'tags = [\n  {\n    key                 = "Name"\n    value               = "web"\n'
        "    propagate_at_launch = true\n  },\n]",
    ),
    "aws_db_instance": ("security_group_names = []",),
    "aws_ecs_cluster": ('capacity_providers = ["FARGATE"]',),
    "aws_elasticache_cluster": ("security_group_names = []",),
    "aws_elasticache_replication_group": (
        "cluster_mode {\n  num_node_groups         = 1\n  replicas_per_node_group = 1\n}",
    ),
    "aws_guardduty_organization_configuration": ("auto_enable = true",),
    "aws_instance": ("cpu_core_count = 2", "cpu_threads_per_core = 1"),
    "aws_kinesis_firehose_delivery_stream": ("s3_configuration {\n  buffer_size     = 5\n  buffer_interval = 300\n}",),
    "aws_launch_template": ('elastic_inference_accelerator {\n  type = "eia1.medium"\n}',),
    "aws_opensearch_domain": ('kibana_endpoint = "https://search.example.com/_plugin/kibana/"',),
    "aws_rds_cluster": ('s3_import_role = "import"',),
    "aws_redshift_cluster": ("logging {\n  enable = true\n}", "cluster_security_groups = []"),
    "aws_route53_zone": ('delegation_set = "main"',),
    "aws_secretsmanager_secret": (
        'rotation_lambda_arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"',
        "rotation_rules {\n  automatically_after_days = 30\n}",
    ),
    "aws_security_group_rule": ('group_id = "sg-0123456789abcdef0"',),
    "aws_spot_instance_request": ("block_duration_minutes = 60",),
    "aws_vpc": ("enable_classiclink = false", "enable_classiclink_dns_support = false"),
    "aws_vpc_peering_connection": ("allow_classic_link_to_remote_vpc = true",),
}
"""Arguments and blocks that newer releases of the provider no longer take."""


def _resources_arguments(written: Written) -> list[Argument]:
    return [a for a in written.arguments if a.name not in META]


def _unknown(block: Block, name: str) -> bool:
    """Whether a name is neither argument nor block of a block (nor one of Terraform's own)."""
    schema = block.schema
    return schema is not None and name not in schema.attributes and name not in schema.blocks and name not in META


def _line(argument: Argument) -> str:
    return f"{argument.name} = {argument.text}"


@fault(
    "argument-misspelt",
    "An argument's name with a slip: a letter, a plural, camelCase",
    "unsupported-argument",
    weight=5,
)
def misspelt_name(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _resources_arguments(written)):
        name = misspelt(argument.name, rng)
        if _unknown(argument.owner, name):
            return Broken((written.rename(argument, name),), f"{argument.name} -> {name}")
    return None


@fault("argument-guessed", "Another name for an argument that sounds as right", "unsupported-argument", weight=9)
def guessed(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _resources_arguments(written)):
        for name in sounds_like(argument.name, argument.owner.top.labels[0], rng):
            if _unknown(argument.owner, name):
                return Broken((written.rename(argument, name),), f"{argument.name} -> {name}")
    return None


@fault(
    "argument-outdated",
    "An argument's name of an older provider release, or of another tool",
    "unsupported-argument",
    "unsupported-block",
    weight=4,
)
def outdated(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.bodies if b.top.labels[0] in RENAMED or b.labels]):
        type_ = block.top.labels[0]
        renamed = RENAMED.get(type_, {})
        for argument in shuffled(rng, block.arguments):
            old = renamed.get(argument.name)
            if old is not None and _unknown(block, old):
                edits = [written.rename(argument, old)]
                if type_ == "aws_eip":
                    edits.append(written.value(argument, "true"))
                return Broken(tuple(edits), f"{argument.name} -> {old}")
        for text in shuffled(rng, REMOVED.get(type_, ()) if block.parent is None else ()):
            name = text.split()[0]
            if _unknown(block, name):
                return Broken((written.add(block, ("\n" if "\n" in text else "") + text),), f"+ {name}")
    return None


@fault(
    "argument-invented", "An argument that models are fond of, where there is none", "unsupported-argument", weight=9
)
def invented(written: Written, rng: random.Random) -> Broken | None:
    blocks = shuffled(rng, [b for b in written.bodies if b.type in ("resource", "data") or rng.random() < 0.3])
    for block in blocks:
        for name, value in shuffled(rng, INVENTED.items()):
            if _unknown(block, name):
                after = rng.choice(block.arguments) if block.arguments else None
                return Broken((written.add(block, f"{name} = {value}", after=after),), f"+ {name}")
    return None


@fault("argument-of-another-type", "An argument that a related resource type has", "unsupported-argument", weight=6)
def borrowed(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        type_ = block.labels[0]
        held = bundle_of(type_)
        if held is None:
            continue
        service = "_".join(type_.split("_")[:2])
        family = [t for t in held.resource_types if t.startswith(service) and t != type_]
        for other in rng.sample(family, min(3, len(family))):
            settable = [
                a
                for a in held.resource(other).block.attributes.values()
                if (a.required or a.optional) and not a.deprecated and a.type in ("string", "number", "bool")
            ]
            for attribute in shuffled(rng, settable):
                value = plausible(other, attribute.name, attribute, rng)
                if value is not None and _unknown(block, attribute.name):
                    after = rng.choice(block.arguments) if block.arguments else None
                    edit = written.add(block, f"{attribute.name} = {value}", after=after)
                    return Broken((edit,), f"+ {attribute.name} (of {other})")
    return None


@fault("argument-missing", "A required argument left out", "missing-argument", weight=20)
def missing(written: Written, rng: random.Random) -> Broken | None:
    required = [a for a in written.arguments if a.attribute is not None and a.attribute.required]
    for argument in shuffled(rng, required):
        return Broken((written.gone(argument),), f"- {argument.name}")
    return None


@fault("argument-misplaced", "An argument of a nested block written one level up", "unsupported-argument", weight=4)
def misplaced(written: Written, rng: random.Random) -> Broken | None:
    nested = [a for a in written.arguments if a.owner.parent is not None and a.owner.parent.schema is not None]
    for argument in shuffled(rng, nested):
        parent = argument.owner.parent
        assert parent is not None
        if _unknown(parent, argument.name):
            return Broken(
                (written.gone(argument), _before(written, argument.owner, _line(argument))),
                f"{argument.name} moved out of {argument.owner.type}",
            )
    return None


def _before(written: Written, block: Block, text: str) -> Edit:
    """A line before a nested block, indented as the block is."""
    content = written.config.files[block.file]
    at = content.rfind(b"\n", 0, block.start) + 1
    pad = content[at : block.start].decode()
    return Edit(block.file, at, at, f"{pad}{text}\n" if not pad.strip() else "")


@fault(
    "argument-misplaced-inside",
    "An argument of the resource written into one of its blocks",
    "unsupported-argument",
    weight=2,
)
def misplaced_inside(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.bodies if b.parent is not None and b.parent.schema is not None]):
        assert block.parent is not None
        for argument in shuffled(rng, block.parent.arguments):
            if argument.attribute is not None and _unknown(block, argument.name) and argument.name not in META:
                edits = (written.gone(argument), written.add(block, _line(argument)))
                return Broken(edits, f"{argument.name} moved into {block.type}")
    return None


@fault("argument-computed", "A value for an attribute that only the provider sets", "read-only-attribute", weight=3)
def computed(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        assert block.schema is not None
        attributes = [
            a
            for a in block.schema.attributes.values()
            if a.computed and not a.optional and a.name not in ("id", "tags_all") and not a.deprecated
        ]
        for attribute in shuffled(rng, attributes):
            value = plausible(block.labels[0], attribute.name, attribute, rng)
            if value is not None and isinstance(attribute.type, str):
                return Broken((written.add(block, f"{attribute.name} = {value}"),), f"+ {attribute.name}")
    return None


@fault(
    "argument-duplicate",
    "The same argument twice in a block",
    "duplicate-argument",
    weight=2,
    phase="parse",
    parses=False,
)
def duplicate(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _resources_arguments(written)):
        if "\n" in argument.text or argument.literal is NOT_LITERAL:
            continue
        other = argument.text if rng.random() < 0.5 else _other_literal(argument.literal, rng)
        pad = _padded(argument, written)
        edit = written.add(argument.owner, f"{argument.name}{pad}= {other}", after=_last(argument.owner, rng, argument))
        return Broken((edit,), f"{argument.name} twice")
    return None


def _padded(argument: Argument, written: Written) -> str:
    name_end = argument.start + len(argument.name.encode())
    between = written.text(argument.file, name_end, argument.value.start_byte)
    return between.partition("=")[0] or " "


def _last(block: Block, rng: random.Random, argument: Argument) -> Argument:
    return rng.choice([a for a in block.arguments if a.start >= argument.start])


def _other_literal(value: Any, rng: random.Random) -> str:
    if isinstance(value, bool):
        return hcl(not value)
    if isinstance(value, (int, float)):
        return hcl(value + rng.choice((1, 5, 10)))
    return hcl(f"{value}-2") if isinstance(value, str) else hcl(value)


@fault(
    "argument-conflicting",
    "Two arguments of which the provider takes one",
    "conflicting-arguments",
    "provider-check",
    weight=3,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def conflicting(written: Written, rng: random.Random) -> Broken | None:
    for block, argument, other in shuffled(rng, _exclusive(written)):
        attribute = block.schema.attributes.get(other) if block.schema is not None else None
        if attribute is None or block.argument(other) is not None or not isinstance(attribute.type, str):
            continue
        value = plausible(block.labels[0], other, attribute, rng)
        if other.endswith("_prefix") and isinstance(argument.literal, str):
            value = hcl(argument.literal[:20] + "-")
        if attribute.type == "bool":
            value = "true"
        if value is not None:
            return Broken((written.add(block, f"{other} = {value}", after=argument),), f"{argument.name} and {other}")
    return None


def _exclusive(written: Written) -> Iterator[tuple[Block, Argument, str]]:
    for block in written.known:
        hints = hints_of(block.labels[0], block.type)
        for argument in block.arguments:
            facts = hints.get(argument.name) or {}
            for other in (*facts.get("conflicts", ()), *facts.get("exactly_one", ())):
                if other != argument.name and "." not in other:
                    yield block, argument, other


@fault(
    "argument-one-of-missing",
    "None of several arguments of which one is needed",
    "missing-one-of",
    "missing-required-together",
    "provider-check",
    weight=2,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="provider",
)
def one_of_missing(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        hints = hints_of(block.labels[0], block.type)
        for argument in shuffled(rng, block.arguments):
            facts = hints.get(argument.name) or {}
            gone = None
            if facts.get("exactly_one") or facts.get("at_least_one"):
                gone = argument
            elif needed := facts.get("required_with"):
                gone = next((a for n in needed if (a := block.argument(n)) is not None), None)
            if gone is not None and (gone.attribute is None or not gone.attribute.required):
                return Broken((written.gone(gone),), f"- {gone.name}")
    return None


_HUMAN = ('"20GB"', '"30s"', '"5 minutes"', '"small"', '"two"', '"1 day"', '"unlimited"')


@fault("argument-wrong-type", "A value of another type than the argument takes", "wrong-type", weight=6)
def wrong_type(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _resources_arguments(written)):
        attribute = argument.attribute
        if attribute is None:
            continue
        text = _of_another_type(schemas.attribute_type(attribute), argument, rng)
        if text is not None and text != argument.text:
            return Broken((written.value(argument, text),), f"{argument.name} = {text.splitlines()[0][:60]}")
    return None


def _of_another_type(cty: Any, argument: Argument, rng: random.Random) -> str | None:
    text = argument.text
    if "\n" in text and not (isinstance(cty, list) and cty[0] == "map"):
        return None
    if cty == "string":
        return rng.choice((f"[{text}]", f"{{ value = {text} }}", f"[{text}]"))
    if cty == "number":
        return rng.choice((*_HUMAN, f"[{text}]"))
    if cty == "bool":
        return rng.choice(('"enabled"', '"yes"', '"Enabled"', '"on"', "[true]", '"disabled"'))
    if isinstance(cty, list) and cty[0] in ("list", "set"):
        inside = re.fullmatch(r"\[\s*([^,\[\]]+?)\s*\]", text)
        if inside:
            return inside[1]
        return hcl(", ".join(argument.literal)) if _texts(argument.literal) else None
    if isinstance(cty, list) and cty[0] == "map":
        pairs = argument.literal
        if isinstance(pairs, dict) and pairs and all(isinstance(v, str) for v in pairs.values()):
            way = rng.randrange(3)
            if way == 0:
                return hcl(list(pairs.values()))
            if way == 1:
                return hcl([f"{k}={v}" for k, v in pairs.items()])
            rows = "\n".join(f"    {{ Key = {hcl(k)}, Value = {hcl(v)} }}," for k, v in pairs.items())
            return f"[\n{rows}\n  ]"
    return None


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


@fault(
    "argument-json-object",
    "An object in place of JSON text: jsonencode left out",
    "wrong-type",
    weight=3,
)
def jsonencode_missing(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _resources_arguments(written)):
        inside = re.fullmatch(r"jsonencode\((.*)\)", argument.text, re.S)
        if inside and inside[1].strip().startswith(("{", "[")):
            return Broken((written.value(argument, inside[1].strip()),), f"{argument.name} without jsonencode")
    return None


@fault(
    "argument-camel-case",
    "All arguments of a block in camelCase or CamelCase, as in CloudFormation",
    "unsupported-argument",
    weight=1,
)
def camel_case(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        found = [a for a in block.arguments if "_" in a.name and a.name not in META]
        if not found:
            continue
        upper = rng.random() < 0.4

        def named(name: str, upper: bool = upper) -> str:
            other = camel(name)
            return other[0].upper() + other[1:] if upper else other

        return Broken(tuple(written.rename(a, named(a.name)) for a in found), f"{len(found)} in camelCase")
    return None

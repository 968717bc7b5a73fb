"""References: to what is not declared, by a wrong label or attribute, with an index too few or too many."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from terraformer.data.faults.hand import misspelt, shuffled, word_of
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Block, Edit, Reference, Written, schema_of
from terraformer.provider.schema import Block as SchemaBlock
from terraformer.types import Stage

_LABELS = ("main", "this", "example", "default", "primary", "app", "web", "my")


def _of(written: Written, *kinds: str) -> list[Reference]:
    return [r for r in written.references if r.kind in kinds]


def _resources(written: Written) -> list[Reference]:
    """References to declared resources and data sources, those of depends_on left out."""
    return [
        r
        for r in _of(written, "resource", "data")
        if r.argument.name != "depends_on" and written.declared(r.address) is not None
    ]


def _schema(written: Written, reference: Reference) -> SchemaBlock | None:
    block = written.declared(reference.address)
    return block.schema if block is not None else None


@fault("reference-label", "A reference by a label that no block has", "undeclared-reference", weight=5)
def wrong_label(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _resources(written)):
        at = reference.attributes - 1
        old = reference.steps[at]
        type_ = reference.steps[at - 1]
        prefix = "data." if reference.kind == "data" else ""
        names = [misspelt(old, rng), *_LABELS, f"{old}_{word_of(type_)}", f"{word_of(type_)}", old.split("_")[0]]
        for name in shuffled(rng, dict.fromkeys(names)):
            if name != old and name and written.declared(f"{prefix}{type_}.{name}") is None:
                return Broken((Edit(reference.file, *reference.spans[at], name),), f"{old} -> {name}")
    return None


@fault("reference-type", "A reference to a resource of a type that is not declared", "undeclared-reference", weight=3)
def wrong_type(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _resources(written) if r.kind == "resource"]):
        type_ = reference.steps[0]
        words = type_.split("_")
        near = [f"{type_}_{w}" for w in ("configuration", "group", "policy")] + ["_".join(words[:-1])]
        near += ["aws_iam_policy" if "role" in type_ else "aws_iam_role", "aws_subnet", "aws_security_group"]
        for name in shuffled(rng, near):
            if name != type_ and "_" in name and written.declared(f"{name}.{reference.steps[1]}") is None:
                return Broken((Edit(reference.file, *reference.spans[0], name),), f"{type_} -> {name}")
    return None


@fault(
    "reference-attribute",
    "An attribute that the resource does not have",
    "unsupported-attribute",
    "invalid-reference",
    weight=7,
)
def wrong_attribute(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _resources(written)):
        schema, at = _schema(written, reference), reference.attributes
        if schema is None or len(reference.steps) <= at:
            continue
        old, word = reference.steps[at], word_of(reference.steps[at - 2])
        names = [f"{word}_id", f"{word}_arn", f"{word}_name", "arn", "id", "name", "url", "endpoint", "identifier"]
        names += [misspelt(old, rng), f"{old}s", "dns_name", "self_link", "ref", f"{old}_id", "resource_id"]
        for name in shuffled(rng, dict.fromkeys(names)):
            if name != old and name not in schema.attributes and name not in schema.blocks:
                return Broken((Edit(reference.file, *reference.spans[at], name),), f".{old} -> .{name}")
    return None


@fault(
    "reference-no-attribute",
    "A resource as a whole where one of its attributes belongs",
    "wrong-type",
    "missing-instance-key",
    weight=2,
    stages=(Stage.COMPILE, Stage.DEPLOY),
)
def no_attribute(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _resources(written)):
        at, attribute = reference.attributes, reference.argument.attribute
        if attribute is None or not reference.whole:
            continue
        if len(reference.steps) == at + 1 and reference.key is None and attribute.type in ("string", "number"):
            start = reference.spans[at - 1][1]
            return Broken((Edit(reference.file, start, reference.end, ""),), f"{reference.address} without attribute")
    return None


@fault("reference-no-index", "No index on a resource with count or for_each", "missing-instance-key", weight=4)
def no_index(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _resources(written) if r.key is not None]):
        block = written.declared(reference.address)
        assert reference.key is not None and block is not None
        many = block.argument("count") is not None or block.argument("for_each") is not None
        if many and len(reference.steps) > reference.attributes:
            return Broken((Edit(reference.file, *reference.key, ""),), f"{reference.address} without index")
    return None


@fault(
    "reference-extra-index",
    "An index on a resource without count or for_each",
    "missing-instance-key",
    "invalid-index",
    "invalid-reference",
    weight=2,
)
def extra_index(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _resources(written) if r.key is None and r.kind == "resource"]):
        block = written.declared(reference.address)
        assert block is not None
        if block.argument("count") is None and block.argument("for_each") is None:
            at = reference.spans[reference.attributes - 1][1]
            key = rng.choice(("[0]", "[count.index]", "[each.key]"))
            return Broken((Edit(reference.file, at, at, key),), f"{reference.address}{key}")
    return None


@fault("reference-no-data-prefix", "A data source referred to without data.", "undeclared-reference", weight=2)
def no_data_prefix(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _of(written, "data")):
        if written.declared(reference.address.removeprefix("data.")) is None and len(reference.steps) >= 3:
            edit = Edit(reference.file, reference.start, reference.spans[1][0], "")
            return Broken((edit,), f"{reference.address} without data.")
    return None


@fault(
    "reference-resource-prefix",
    "resource. before a reference, or data. on a resource",
    "undeclared-reference",
    "invalid-reference",
    weight=1,
)
def resource_prefix(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in _resources(written) if r.kind == "resource"]):
        prefix = rng.choice(("data.", "resource.", "resources."))
        if prefix == "resource.":  # Terraform reads that
            continue
        return Broken((Edit(reference.file, reference.start, reference.start, prefix),), f"{prefix}{reference.address}")
    return None


def _without(written: Written, blocks: Iterable[Block], rng: random.Random) -> Broken | None:
    for block in shuffled(rng, blocks):
        if any(r.block is not block for r in written.referring(block.address)):
            return Broken((written.gone(block),), f"- {block.address}")
    return None


@fault(
    "reference-resource-missing", "A resource that others refer to was never written", "undeclared-reference", weight=5
)
def resource_missing(written: Written, rng: random.Random) -> Broken | None:
    return _without(written, written.resources, rng)


@fault(
    "reference-data-missing", "A data source that is referred to was never written", "undeclared-reference", weight=4
)
def data_missing(written: Written, rng: random.Random) -> Broken | None:
    return _without(written, written.data, rng)


@fault("reference-variable-missing", "A variable that was never declared", "undeclared-reference", weight=4)
def variable_missing(written: Written, rng: random.Random) -> Broken | None:
    if rng.random() < 0.6 and written.folder == written.config.root:
        found = _without(written, written.variables.values(), rng)
        if found is not None:
            return found
    for argument in shuffled(rng, written.arguments):
        if isinstance(argument.literal, (str, int, bool)) and "\n" not in argument.text:
            name = argument.name
            for candidate in (name, f"{argument.owner.top.labels[1]}_{name}"):
                if candidate not in written.variables:
                    return Broken((written.value(argument, f"var.{candidate}"),), f"var.{candidate}")
    return None


@fault(
    "reference-variable-misspelt",
    "A variable by a name with a slip",
    "undeclared-reference",
    "invalid-reference",
    weight=2,
)
def variable_misspelt(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _of(written, "var")):
        name = misspelt(reference.steps[1], rng)
        if name not in written.variables:
            return Broken((Edit(reference.file, *reference.spans[1], name),), f"var.{reference.steps[1]} -> var.{name}")
    return None


@fault("reference-local-missing", "A local value that was never defined", "undeclared-reference", weight=3)
def local_missing(written: Written, rng: random.Random) -> Broken | None:
    locals_ = [b for b in written.blocks if b.type == "locals"]
    used = {r.steps[1] for r in _of(written, "local")}
    for argument in shuffled(rng, [a for b in locals_ for a in b.arguments if a.name in used]):
        alone = len(argument.owner.arguments) == 1
        return Broken((written.gone(argument.owner if alone else argument),), f"- local.{argument.name}")
    for argument in shuffled(rng, written.arguments):
        name = "common_tags" if argument.name == "tags" else f"{argument.owner.top.labels[1]}_{argument.name}"
        if argument.name in ("tags", "name", "bucket") and argument.literal and f"local.{name}" not in used:
            return Broken((written.value(argument, f"local.{name}"),), f"local.{name}")
    return None


@fault("reference-var-for-local", "var. in place of local., or the other way round", "undeclared-reference", weight=2)
def var_for_local(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _of(written, "var", "local")):
        other = "local" if reference.kind == "var" else "var"
        wrong = rng.choice((other, f"{reference.kind}s" if reference.kind == "var" else "locals"))
        if wrong in ("var", "local") or reference.kind in ("var", "local"):
            return Broken((Edit(reference.file, *reference.spans[0], wrong),), f"{wrong}.{reference.steps[1]}")
    return None


@fault(
    "reference-module-output",
    "An output that the module does not have",
    "unsupported-attribute",
    "undeclared-reference",
    "cycle",
    weight=2,
)
def module_output(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _of(written, "module")):
        if len(reference.steps) > 2:
            old = reference.steps[2]
            name = rng.choice(
                [f"{old}_id", f"{reference.steps[1]}_{old}", old.split("_")[0] + "_ref", misspelt(old, rng)]
            )
            if name != old:
                return Broken((Edit(reference.file, *reference.spans[2], name),), f".{old} -> .{name}")
    return None


@fault(
    "reference-each-outside",
    "each.key or count.index where nothing is repeated",
    "invalid-reference",
    "undeclared-reference",
    weight=2,
)
def each_outside(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        top = argument.owner.top
        if top.argument("count") or top.argument("for_each") or not isinstance(argument.literal, str):
            continue
        if argument.owner is not top or "\n" in argument.text:
            continue
        text = rng.choice(("each.key", "each.value", f'"{argument.text.strip(chr(34))}-${{count.index}}"'))
        return Broken((written.value(argument, text),), f"{argument.name} = {text}")
    return None


@fault(
    "reference-self",
    "A resource that refers to itself",
    "cycle",
    weight=1,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="plan",
)
def to_itself(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        top = argument.owner.top
        if top.type != "resource" or not isinstance(argument.literal, str) or "\n" in argument.text:
            continue
        attribute = "id" if top.schema is not None and "id" in top.schema.attributes else argument.name
        if top.argument("count") or top.argument("for_each"):
            continue
        text = f"{top.address}.{attribute}"
        return Broken((written.value(argument, text),), f"{argument.name} = {text}")
    return None


@fault(
    "reference-unquoted",
    "A text without its quotes",
    "invalid-reference",
    "undeclared-reference",
    "syntax-error",
    weight=3,
)
def unquoted(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        value = argument.literal
        word = isinstance(value, str) and re.fullmatch(r"(?!true$|false$|null$)[a-z][\w-]*(\.[\w-]+)*", value)
        if word and argument.text.startswith('"') and written.declared(value) is None:
            return Broken((written.value(argument, value),), f"{argument.name} = {value}")
    return None


@fault(
    "reference-foreign-attribute",
    "An attribute in brackets or with a path that the schema does not have",
    "unsupported-attribute",
    "invalid-index",
    "invalid-reference",
    weight=1,
    stages=(Stage.COMPILE, Stage.DEPLOY),
)
def too_deep(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, _resources(written)):
        schema, at = _schema(written, reference), reference.attributes
        attribute = schema.attributes.get(reference.steps[at]) if schema and len(reference.steps) == at + 1 else None
        if attribute is not None and attribute.type == "string":
            tail = rng.choice((".id", ".value", "[0]", ".arn", ".name"))
            return Broken((Edit(reference.file, reference.end, reference.end, tail),), f"...{tail}")
    return None


@fault(
    "reference-guessed-companion",
    "A reference to a supporting resource that was forgotten, in place of the value",
    "undeclared-reference",
    weight=3,
)
def companion(written: Written, rng: random.Random) -> Broken | None:
    likely = {
        "role": ("aws_iam_role", "arn"),
        "role_arn": ("aws_iam_role", "arn"),
        "kms_key_id": ("aws_kms_key", "arn"),
        "kms_master_key_id": ("aws_kms_key", "id"),
        "vpc_id": ("aws_vpc", "id"),
        "subnet_id": ("aws_subnet", "id"),
        "bucket": ("aws_s3_bucket", "id"),
        "policy": ("data.aws_iam_policy_document", "json"),
        "assume_role_policy": ("data.aws_iam_policy_document", "json"),
        "ami": ("data.aws_ami", "id"),
        "db_subnet_group_name": ("aws_db_subnet_group", "name"),
        "cluster": ("aws_ecs_cluster", "id"),
        "topic_arn": ("aws_sns_topic", "arn"),
    }
    for argument in shuffled(rng, written.arguments):
        type_, attribute = likely.get(argument.name, ("", ""))
        if not type_ or argument.owner.parent is not None:
            continue
        label = rng.choice((*_LABELS, argument.owner.top.labels[1]))
        address = f"{type_}.{label}"
        if written.declared(address) is None and schema_of(
            "data" if "data." in type_ else "resource", type_.removeprefix("data.")
        ):
            text = f"{address}.{attribute}"
            return Broken((written.value(argument, text),), f"{argument.name} = {text}")
    return None

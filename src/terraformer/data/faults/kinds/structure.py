"""What Terraform itself gives a meaning: count, for_each, lifecycle, depends_on, cycles, blocks in wrong places."""

from __future__ import annotations

import random
import re

from terraformer.data.faults.hand import hcl, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Argument, Block, Edit, Written
from terraformer.types import Stage


def _plain(written: Written) -> list[Block]:
    """Resources that are not repeated."""
    return [b for b in written.resources if not b.argument("count") and not b.argument("for_each") and b.arguments]


def _first(block: Block, text: str) -> Edit:
    at = block.arguments[0].start
    return Edit(block.file, at, at, f"{text}\n\n  ")


@fault("count-and-for-each", "count and for_each in one block", "invalid-count", weight=3, phase="load")
def both(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.argument("count") or b.argument("for_each")]):
        held = block.argument("count") or block.argument("for_each")
        assert held is not None
        text = 'for_each = toset(["a", "b"])' if held.name == "count" else "count = 2"
        return Broken((written.add(block, text, after=held),), f"{held.name} and {text.split()[0]}")
    for block in shuffled(rng, _plain(written)):
        return Broken((_first(block, 'count    = 1\n  for_each = toset(["main"])'),), "count and for_each")
    return None


@fault("for-each-list", "for_each over a list", "invalid-for-each", "wrong-type", weight=4)
def over_list(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.resources):
        held = block.argument("for_each")
        inside = re.fullmatch(r"toset\((.*)\)", held.text, re.S) if held is not None else None
        if held is not None and inside:
            return Broken((written.value(held, inside[1]),), "for_each of a list")
    for block in shuffled(rng, _plain(written)):
        if not written.referring(block.address):
            names = ["main"] if rng.random() < 0.5 else ["a", "b"]
            return Broken((_first(block, f"for_each = {hcl(names)}"),), "for_each of a list")
    return None


@fault(
    "for-each-unknown",
    "for_each or count over what is known only after apply",
    "invalid-for-each",
    "invalid-count",
    weight=3,
    stages=(Stage.DEPLOY,),
    phase="plan",
)
def unknown(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _plain(written)):
        if written.referring(block.address):
            continue
        seen = [
            r for r in written.references if r.block is block and r.kind == "resource" and r.steps[-1] in ("id", "arn")
        ]
        for reference in shuffled(rng, seen):
            target = written.declared(reference.address)
            if target is None or target.argument("count") or target.argument("for_each") or reference.key is not None:
                continue
            text = written.text(reference.file, reference.start, reference.end)
            line = rng.choice((f"for_each = toset([{text}])", f'count = {text} != "" ? 1 : 0'))
            return Broken((_first(block, line),), line)
    return None


@fault("count-not-a-number", "A count that is no whole number", "invalid-count", "wrong-type", weight=2, phase="check")
def count(written: Written, rng: random.Random) -> Broken | None:
    others = ('"two"', "true", "-1", "1.5", '["a", "b"]')
    for block in shuffled(rng, [b for b in written.resources if b.argument("count")]):
        held = block.argument("count")
        assert held is not None
        other = rng.choice(others)
        return Broken((written.value(held, other),), f"count = {other}")
    for block in shuffled(rng, _plain(written)):
        if not written.referring(block.address):
            other = rng.choice(others)
            return Broken((_first(block, f"count = {other}"),), f"count = {other}")
    return None


@fault(
    "repeated-without-index",
    "count given to a resource that others refer to without an index",
    "missing-instance-key",
    weight=4,
)
def without_index(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _plain(written)):
        others = [r for r in written.referring(block.address) if r.block is not block and len(r.steps) > r.attributes]
        if others:
            line = rng.choice(("count = 2", "count = 1", "count = 3"))
            return Broken((_first(block, line),), f"{line} on {block.address}")
    return None


@fault(
    "lifecycle-invalid",
    "A lifecycle block with what it does not take",
    "unsupported-argument",
    "variables-not-allowed",
    "unsupported-block",
    "wrong-type",
    "syntax-error",
    "invalid-reference",
    "unsupported-attribute",
    weight=3,
    phase="load",
)
def lifecycle(written: Written, rng: random.Random) -> Broken | None:
    lines = (
        'prevent_destroy = "yes"',
        "prevent_destroy = var.protect",
        "ignore_change = [tags]",
        "create_before_destroy = enabled",
        "prevent_deletion = true",
        "ignore_changes = tags",
        "deletion_protection = true",
        "retain = true",
        "replace_triggers = [tags]",
        "prevent_destroy = local.protect",
    )
    for block in shuffled(rng, written.resources):
        line = rng.choice(lines)
        held = next((b for b in block.blocks if b.type == "lifecycle"), None)
        if held is None:
            return Broken((written.add(block, f"\nlifecycle {{\n  {line}\n}}"),), line)
        name = line.split()[0]
        if held.argument(name) is None:
            return Broken((written.add(held, line),), line)
    return None


@fault(
    "lifecycle-ignores-nothing",
    "ignore_changes of an attribute that the type does not have",
    "unsupported-attribute",
    weight=1,
)
def ignores(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.resources if b.schema is not None]):
        assert block.schema is not None
        names = [
            n
            for n in ("tag", "version", "user", "desired_size", "password_hash", "image", "last_updated")
            if n not in block.schema.attributes and n not in block.schema.blocks
        ]
        if names and not any(b.type == "lifecycle" for b in block.blocks):
            name = rng.choice(names)
            return Broken(
                (written.add(block, f"\nlifecycle {{\n  ignore_changes = [{name}]\n}}"),), f"ignore_changes = [{name}]"
            )
    return None


@fault(
    "depends-on-invalid",
    "depends_on of something that is no address: an expression, what is not declared, one that is not in a list",
    "invalid-reference",
    "undeclared-reference",
    "syntax-error",
    weight=3,
    phase="load",
)
def depends(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.resources):
        others = [b for b in written.resources if b is not block]
        target = rng.choice(others).address if others else "aws_iam_role.main"
        held = block.argument("depends_on")
        if held is not None and not others:
            continue
        texts = [
            target,
            f"[{target}.id[0].arn[0]()]",
            f'["{target}-policy"]',
            f"{{ {target.replace('.', '_')} = true }}",
        ]
        text = rng.choice((texts[0], texts[2], texts[3], f"[length({target})]"))
        if held is not None:
            return Broken((written.value(held, text),), f"depends_on = {text}")
        return Broken((written.add(block, f"\ndepends_on = {text}"),), f"depends_on = {text}")
    return None


@fault("depends-on-undeclared", "depends_on of a resource that is not there", "undeclared-reference", weight=2)
def depends_undeclared(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.resources):
        guessed = rng.choice(
            (
                "aws_iam_role_policy_attachment",
                "aws_internet_gateway",
                "aws_s3_bucket_ownership_controls",
                "aws_iam_role_policy",
                "aws_cloudwatch_log_group",
                "aws_s3_bucket_public_access_block",
                "aws_lambda_permission",
            )
        )
        address = f"{guessed}.{rng.choice(('main', 'this', 'example', block.labels[1]))}"
        held = block.argument("depends_on")
        if written.declared(address) is not None:
            continue
        if held is None:
            return Broken((written.add(block, f"\ndepends_on = [{address}]"),), f"depends_on = [{address}]")
        if held.text.startswith("[") and "\n" not in held.text and len(held.text) > 2:
            return Broken((written.value(held, f"[{address}, {held.text[1:]}"),), f"depends_on = [{address}, ...]")
    return None


@fault("cycle", "Two resources that depend on each other", "cycle", weight=3, phase="graph")
def cycle(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in written.references if r.kind == "resource"]):
        target = written.declared(reference.address)
        source = reference.block
        if target is None or target is source or source.type != "resource" or target.type != "resource":
            continue
        if target.argument("depends_on") is not None:
            continue
        text = f"depends_on = [{source.address}]"
        return Broken((written.add(target, f"\n{text}"),), f"{target.address} <-> {source.address}")
    return None


@fault(
    "cycle-by-value",
    "An argument that refers back to what refers to its resource",
    "cycle",
    weight=2,
    phase="graph",
)
def cycle_by_value(written: Written, rng: random.Random) -> Broken | None:
    for reference in shuffled(rng, [r for r in written.references if r.kind == "resource"]):
        target, source = written.declared(reference.address), reference.block
        if target is None or target is source or source.type != "resource" or target.type != "resource":
            continue
        if source.argument("count") or source.argument("for_each"):
            continue
        texts = [
            a for a in target.arguments if isinstance(a.literal, str) and "\n" not in a.text and a.name != "provider"
        ]
        if texts and source.schema is not None and "id" in source.schema.attributes:
            argument: Argument = rng.choice(texts)
            text = f"{source.address}.id"
            return Broken((written.value(argument, text),), f"{argument.name} = {text}")
    return None


@fault("block-in-resource", "A resource, variable or output inside a resource", "unsupported-block", weight=2)
def nested_resource(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.resources):
        others = [
            b for b in written.blocks if b is not block and b.file == block.file and b.type in ("resource", "output")
        ]
        for other in shuffled(rng, others):
            text = written.text(other.file, other.start, other.end)
            if "<<" in text or written.referring(other.address):
                continue
            return Broken(
                (written.gone(other), written.add(block, f"\n{text}")), f"{other.address} inside {block.address}"
            )
    return None


@fault(
    "meta-misspelt",
    "A meta-argument by another name: foreach, depend_on, provider of a module",
    "unsupported-argument",
    "undeclared-reference",
    "unsupported-block",
    "invalid-reference",
    weight=2,
)
def meta(written: Written, rng: random.Random) -> Broken | None:
    others = {
        "count": ("counts", "number", "replicas"),
        "for_each": ("foreach", "for-each", "forEach", "each"),
        "depends_on": ("depend_on", "dependsOn", "depends", "DependsOn"),
        "provider": ("providers", "provider_alias"),
    }
    found = [a for b in (*written.resources, *written.data) for a in b.arguments if a.name in others]
    for argument in shuffled(rng, found):
        other = rng.choice(others[argument.name])
        return Broken((written.rename(argument, other),), f"{argument.name} -> {other}")
    for block in shuffled(rng, [b for b in written.resources for b in b.blocks if b.type == "lifecycle"]):
        other = rng.choice(("life_cycle", "lifecycles"))
        return Broken((written.retype(block, other),), f"lifecycle -> {other}")
    return None

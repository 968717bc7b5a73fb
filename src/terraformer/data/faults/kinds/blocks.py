"""Nested blocks: misspelt, written as arguments, missing, repeated, unwrapped, invented, one level off."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Final

from terraformer.data.faults.hand import misspelt, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import META, Block, Edit, Written


def _nested(written: Written) -> list[Block]:
    """Nested blocks that a schema knows, dynamic ones left out."""
    return [b for b in written.bodies if b.parent is not None and b.nesting is not None and b.type != "dynamic"]


def _unknown(block: Block, name: str) -> bool:
    schema = block.schema
    return schema is not None and name not in schema.attributes and name not in schema.blocks and name not in META


_ENDINGS = ("_configuration", "_config", "_settings", "_options", "_block", "_rule", "s")


@fault("block-misspelt", "A nested block's name with a slip or another ending", "unsupported-block", weight=4)
def misspelt_block(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        assert block.parent is not None
        stem = next((block.type.removesuffix(e) for e in _ENDINGS if block.type.endswith(e)), block.type)
        names = [misspelt(block.type, rng), *(stem + e for e in ("", *_ENDINGS) if stem)]
        for name in shuffled(rng, names):
            if name != block.type and _unknown(block.parent, name):
                return Broken((written.retype(block, name),), f"{block.type} -> {name}")
    return None


@fault("block-as-argument", "A nested block written as an argument, with =", "unsupported-argument", weight=5)
def as_argument(written: Written, rng: random.Random) -> Broken | None:
    blocks = [b for b in _nested(written) if not b.blocks or rng.random() < 0.3]
    for block in shuffled(rng, blocks):
        if any(b.type == "dynamic" for b in block.walk()):
            continue
        # Inner blocks go the same way: an object's members are all written with =.
        edits = [Edit(b.file, b.start, b.inner, f"{b.type} = {{") for b in block.walk() if not b.labels]
        if len(edits) == sum(1 for _ in block.walk()):
            return Broken(tuple(edits), f"{block.type} = {{ ... }}")
    return None


@fault("block-as-list", "A nested block written as a list of objects", "unsupported-argument", weight=2)
def as_list(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in _nested(written) if not b.blocks and b.arguments]):
        first = Edit(block.file, block.start, block.inner, f"{block.type} = [{{")
        last = Edit(block.file, block.close, block.close + 1, "}]")
        return Broken((first, last), f"{block.type} = [{{ ... }}]")
    return None


@fault("argument-as-block", "A map written as a block, without =", "unsupported-block", weight=3)
def as_block(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, written.arguments):
        text, attribute = argument.text, argument.attribute
        cty = attribute.type if attribute is not None else None
        if isinstance(cty, list) and cty[0] == "map" and re.match(r"\{\s*\n", text):
            between = Edit(argument.file, argument.start, argument.value.start_byte, f"{argument.name} ")
            return Broken((between,), f"{argument.name} {{ ... }}")
    return None


@fault(
    "block-missing",
    "A required nested block left out",
    "missing-block",
    "missing-argument",
    "missing-required-block",
    weight=5,
)
def missing_block(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        assert block.parent is not None and block.nesting is not None
        alone = sum(b.type == block.type for b in block.parent.blocks) == 1
        if block.nesting.min_items and alone:
            return Broken((written.gone(block),), f"- {block.type}")
    return None


@fault("block-repeated", "A nested block twice, where one is allowed", "too-many-blocks", weight=3)
def repeated(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        assert block.parent is not None and block.nesting is not None
        if block.nesting.max_items == 1 and all(b.labels == () for b in block.walk()):
            text = written.text(block.file, block.start, block.end)
            content = written.config.files[block.file]
            pad = written.text(block.file, content.rfind(b"\n", 0, block.start) + 1, block.start)
            if not pad.strip():
                return Broken((Edit(block.file, block.end, block.end, f"\n\n{pad}{text}"),), f"{block.type} twice")
    return None


@fault(
    "block-unwrapped",
    "The contents of a nested block without the block around them",
    "unsupported-argument",
    "unsupported-block",
    weight=4,
)
def unwrapped(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        parent = block.parent
        assert parent is not None
        names = {a.name for a in block.arguments} | {b.type for b in block.blocks}
        taken = {a.name for a in parent.arguments}
        if not block.arguments or names & taken or not any(_unknown(parent, n) for n in names):
            continue
        rows = written.text(block.file, block.inner, block.close).strip("\n").rstrip()
        rows = "\n".join(r.removeprefix("  ") for r in rows.split("\n"))
        if "<<" in rows:
            continue
        return Broken((Edit(block.file, block.start, block.end, rows.lstrip()),), f"{block.type} unwrapped")
    return None


_WRAPPERS = ("configuration", "settings", "config", "options", "properties", "spec", "parameters")


@fault("block-wrapped", "Arguments wrapped in a block that does not exist", "unsupported-block", weight=2)
def wrapped(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        held = [a for a in block.arguments if a.name not in META and "\n" not in a.text]
        if len(held) < 2:
            continue
        first = rng.randrange(len(held) - 1)
        chosen = held[first : first + rng.randint(2, 4)]
        names = [*_WRAPPERS, f"{chosen[0].name.split('_')[0]}_settings"]
        name = next((n for n in shuffled(rng, names) if _unknown(block, n)), None)
        if name is None:
            continue
        inside = "\n".join(f"  {a.name} = {a.text}" for a in chosen)
        edits = [written.gone(a) for a in chosen]
        return Broken((*edits, written.add(block, f"{name} {{\n{inside}\n}}")), f"+ {name} {{ ... }}")
    return None


INVENTED: Final[Mapping[str, str]] = {
    "encryption": "enabled = true",
    "encryption_configuration": 'type = "AES256"',
    "versioning": "enabled = true",
    "logging": "enabled = true",
    "logging_configuration": 'level = "INFO"',
    "monitoring": "enabled = true",
    "backup": "retention_days = 7",
    "backup_policy": 'status = "ENABLED"',
    "scaling": "min = 1\nmax = 3",
    "autoscaling": "min_capacity = 1\nmax_capacity = 4",
    "network": 'type = "private"',
    "network_configuration": "assign_public_ip = false",
    "access_control": 'acl = "private"',
    "rule": 'action = "allow"',
    "policy": 'effect = "Allow"',
    "point_in_time_recovery": "enabled = true",
    "lifecycle_rule": "enabled = true",
    "health_check": 'path = "/"\ninterval = 30',
    "tags": 'Name = "main"',
    "tag": 'key   = "Name"\nvalue = "main"',
    "retention": "days = 30",
    "security": "enabled = true",
    "permissions": 'level = "read"',
    "input_schema": 'record_format_type = "JSON"',
}
"""Blocks that models are fond of, with what they put into them."""


@fault("block-invented", "A nested block where there is none of that name", "unsupported-block", weight=4)
def invented(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, written.known):
        assert block.schema is not None
        for name, inside in shuffled(rng, INVENTED.items()):
            if _unknown(block, name):
                rows = "\n".join(f"  {row}" for row in inside.split("\n"))
                return Broken((written.add(block, f"\n{name} {{\n{rows}\n}}"),), f"+ {name}")
    return None


@fault("block-misplaced", "A nested block written one level up or down", "unsupported-block", "missing-block", weight=3)
def misplaced(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        parent = block.parent
        assert parent is not None
        text = "\n".join(r.removeprefix("  ") for r in written.text(block.file, block.start, block.end).split("\n"))
        if "<<" in text:
            continue
        if parent.parent is not None and parent.parent.schema is not None and _unknown(parent.parent, block.type):
            return Broken(
                (written.gone(block), _after(written, parent, text)), f"{block.type} moved out of {parent.type}"
            )
        sibling = next((b for b in parent.blocks if b is not block and _unknown(b, block.type)), None)
        if sibling is not None:
            deeper = _dedented(written, block)
            return Broken(
                (written.gone(block), written.add(sibling, deeper)), f"{block.type} moved into {sibling.type}"
            )
    return None


def _dedented(written: Written, block: Block) -> str:
    content = written.config.files[block.file]
    pad = content[content.rfind(b"\n", 0, block.start) + 1 : block.start].decode()
    rows = written.text(block.file, block.start, block.end).split("\n")
    return "\n".join(r.removeprefix(pad) for r in rows)


def _after(written: Written, block: Block, text: str) -> Edit:
    content = written.config.files[block.file]
    pad = content[content.rfind(b"\n", 0, block.start) + 1 : block.start].decode()
    return Edit(block.file, block.end, block.end, f"\n\n{pad}{text}")


@fault(
    "block-label-added",
    "A label on a nested block that takes none",
    "unsupported-block",
    "syntax-error",
    weight=1,
)
def labelled(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _nested(written)):
        if not block.labels:
            return Broken(
                (Edit(block.file, block.inner - 1, block.inner, f'"{block.type}" {{'),), f'{block.type} "..."'
            )
    return None


@fault(
    "block-dynamic-broken",
    "A dynamic block without its content block",
    "missing-block",
    "unsupported-argument",
    weight=1,
)
def dynamic(written: Written, rng: random.Random) -> Broken | None:
    found = [b for top in written.known for b in top.walk() if b.type == "dynamic" and len(b.blocks) == 1]
    for block in shuffled(rng, found):
        inner = block.blocks[0]
        if inner.type == "content" and inner.arguments and not inner.blocks:
            rows = written.text(inner.file, inner.inner, inner.close).strip("\n").rstrip().split("\n")
            text = "\n".join(r.removeprefix("  ") for r in rows).lstrip()
            return Broken(
                (Edit(inner.file, inner.start, inner.end, text),), f"dynamic {block.labels[0]} without content"
            )
    return None

"""What a configuration is to consist of, and the schemas it is chosen from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.provider.bundle import Bundle
from terraformer.provider.schema import Attribute, Block

__all__ = ["MAX_RESOURCES", "Schemas", "TypeChoice", "identifier", "label_of", "new_choice", "required_paths"]

MAX_RESOURCES: Final = 16


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """One block of the configuration to come.

    ``kind`` is "resource" or "data"; ``label`` its name in Terraform; ``name`` the name that the prompt gives it (""
    when it gives none). ``asked`` tells what the prompt asks for from what was added; ``why`` says how it was found.
    """

    kind: str
    type: str
    label: str
    name: str = ""
    asked: bool = True
    why: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @property
    def key(self) -> str:
        """ "aws_vpc", or "data.aws_ami"."""
        return f"data.{self.type}" if self.kind == "data" else self.type

    @property
    def address(self) -> str:
        return f"{self.key}.{self.label}"


class Schemas:
    """The types of several bundles behind one door: AWS and the small providers beside it."""

    def __init__(self, *bundles: Bundle) -> None:
        self.bundles = bundles

    def has(self, kind: str, type_name: str) -> bool:
        if kind == "resource" and type_name.startswith("data."):
            kind, type_name = "data", type_name[5:]
        return any(b.has(kind, type_name) for b in self.bundles)

    def block(self, key: str) -> Block:
        """The block of "aws_vpc" or "data.aws_ami". Raises KeyError when no bundle has it."""
        kind, name = ("data", key[5:]) if key.startswith("data.") else ("resource", key)
        for bundle in self.bundles:
            if bundle.has(kind, name):
                return bundle.schema(kind, name).block
        raise KeyError(key)

    def source_of(self, key: str) -> str:
        """The provider ("hashicorp/aws") of "aws_vpc" or "data.aws_ami". Raises KeyError when no bundle has it."""
        kind, name = ("data", key[5:]) if key.startswith("data.") else ("resource", key)
        for bundle in self.bundles:
            if bundle.has(kind, name):
                return bundle.source
        raise KeyError(key)

    @property
    def main(self) -> Bundle:
        return self.bundles[0]


def identifier(text: str) -> str:
    """A Terraform name made of the text; "" when nothing is left of it."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", text.strip()).strip("_-")
    if name and not re.match(r"[A-Za-z_]", name):
        name = f"r_{name}"
    return name[:60]


def required_paths(block: Block, prefix: str = "", depth: int = 3) -> Iterator[tuple[str, Attribute]]:
    """Dotted paths of the arguments that cannot be left out, those of required blocks included."""
    for name, attribute in block.attributes.items():
        if attribute.required:
            yield prefix + name, attribute
    if depth:
        for name, nested in block.blocks.items():
            if nested.min_items > 0:
                yield from required_paths(nested.block, f"{prefix}{name}.", depth - 1)


def label_of(name: str) -> str:
    return identifier(name.split(".")[0] if re.fullmatch(r"[\w.-]+\.[a-z]{2,6}", name) else name)


_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth")


def new_choice(key: str, name: str, index: int, count: int, *, asked: bool, why: str) -> TypeChoice:
    kind, type_name = ("data", key[5:]) if key.startswith("data.") else ("resource", key)
    label = label_of(name) if name else ""
    if not label:
        label = "main" if count == 1 else _ORDINALS[index]
    return TypeChoice(kind, type_name, label, name, asked, why)

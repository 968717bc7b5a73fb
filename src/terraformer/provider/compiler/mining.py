"""Attribute texts and type summaries out of a provider's pulumi wheel (Apache-2.0), whose docstrings carry them.

The wheel's classes have no Terraform names. A class is taken for a type when 0.55 x the Jaccard index of their argument
names (singular) + 0.45 x the similarity of their names (trigrams) is the best there is for both, and at least 0.5.
Only texts are taken: defaults, bounds and flags have better sources (see facts.py). Code examples are left out, and
texts that speak of the other tool.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from terraformer.provider.bundle_format import RESOURCE
from terraformer.provider.compiler.writer import BundleContent
from terraformer.provider.schema import Block

__all__ = ["mine_docs", "pulumi_wheel_name"]

THRESHOLD = 0.5
_DISTRIBUTIONS = {
    "hashicorp/aws": "pulumi-aws",
    "hashicorp/google": "pulumi-gcp",
    "hashicorp/google-beta": "pulumi-gcp",
    "hashicorp/azurerm": "pulumi-azure",
    "hashicorp/azuread": "pulumi-azuread",
    "integrations/github": "pulumi-github",
}
_TOKEN = re.compile(r'@pulumi\.type_token\("(\w+):([\w/-]+):(\w+)"\)\nclass (\w+)\(pulumi\.CustomResource\)')
_STATE = re.compile(r"^class _(\w+)State:.*?\n        \"\"\"(.*?)\"\"\"", re.M | re.S)
_INPUT = re.compile(r"^class (\w+)Args:.*?\n        \"\"\"(.*?)\"\"\"", re.M | re.S)
_CLASS_TEXT = re.compile(r'\n        """\n?(.*?)(?:"""|\n\s*\n)', re.S)
_PARAM = re.compile(r"^\s*:param (.+?) (\w+): (.*?)(?=^\s*:param |\Z)", re.M | re.S)


@dataclass(slots=True)
class _Class:
    name: str
    words: str
    summary: str
    arguments: dict[str, tuple[str, str]]  # name -> (type text, doc)
    inputs: dict[str, str] = field(default_factory=dict)  # class -> docstring, shared by its module


def pulumi_wheel_name(source: str) -> str | None:
    """The distribution to mine for a provider, None when there is none."""
    return _DISTRIBUTIONS.get(source)


def _arguments(docstring: str) -> dict[str, tuple[str, str]]:
    return {m[2]: (m[1], m[3]) for m in _PARAM.finditer(docstring)}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _classes(wheel: Path) -> Iterator[_Class]:
    with zipfile.ZipFile(wheel) as archive:
        names = [n for n in archive.namelist() if n.endswith(".py") and "/config/" not in n]
        inputs: dict[str, dict[str, str]] = {}
        for name in names:
            if name.endswith("/_inputs.py"):
                text = archive.read(name).decode()
                inputs[name.rsplit("/", 1)[0]] = {m[1]: m[2] for m in _INPUT.finditer(text)}
        for name in names:
            if "/_" in name or name.count("/") not in (1, 2):
                continue
            text = archive.read(name).decode()
            token = _TOKEN.search(text)
            state = _STATE.search(text)
            if token is None or state is None:
                continue
            summary = _CLASS_TEXT.search(text, token.end())
            folder = name.rsplit("/", 1)[0]
            yield _Class(
                token[4],
                f"{token[2].split('/')[0]}_{_snake(token[4])}",
                summary[1].strip() if summary else "",
                _arguments(state[2]),
                inputs.get(folder, {}),
            )


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _trigrams(text: str) -> frozenset[str]:
    text = f"  {text.replace('_', '')} "
    return frozenset(text[i : i + 3] for i in range(len(text) - 2))


def _similarity(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def _pairs(classes: list[_Class], content: BundleContent) -> dict[str, _Class]:
    """Terraform resource type -> class, greedily from the best score down."""
    left = [
        (c, frozenset(_singular(n) for n in c.arguments), _trigrams(c.words), _trigrams(_snake(c.name)))
        for c in classes
    ]
    scored: list[tuple[float, int, str]] = []
    for (kind, type_name), schema in content.schemas.items():
        if kind != RESOURCE:
            continue
        names = frozenset(_singular(n) for n in (*schema.block.attributes, *schema.block.blocks)) - {"id", "timeout"}
        bare = _trigrams(type_name.split("_", 1)[-1])
        for number, (_, arguments, words, name) in enumerate(left):
            jaccard = _similarity(names, arguments)
            if jaccard < 0.2:
                continue
            score = 0.55 * jaccard + 0.45 * max(_similarity(bare, words), _similarity(bare, name))
            if score >= THRESHOLD:
                scored.append((score, number, type_name))
    found: dict[str, _Class] = {}
    used: set[int] = set()
    for _, number, type_name in sorted(scored, reverse=True):
        if type_name not in found and number not in used:
            found[type_name] = left[number][0]
            used.add(number)
    return found


def _text(doc: str) -> str:
    """The prose of a docstring, "" where it would mislead a Terraform user."""
    doc = re.split(r"\n\s*(?:```|##|\* `|> )", doc.strip(), maxsplit=1)[0]
    doc = re.split(r"\n\s*\n", doc, maxsplit=1)[0]
    if re.search(r"\bpulumi\b|\b(?:aws|gcp|azure)\.\w+\.\w+", doc, re.I):
        sentences = re.split(r"(?<=[.!?])\s+", doc)
        doc = " ".join(s for s in sentences if not re.search(r"\bpulumi\b|\b(?:aws|gcp|azure)\.\w+\.\w+", s, re.I))
    return " ".join(doc.split())


def _walk(
    block: Block, arguments: dict[str, tuple[str, str]], source: _Class, prefix: str, into: dict[str, str]
) -> None:
    by_singular = {_singular(n): v for n, v in arguments.items()}
    members: dict[str, Any] = {**block.attributes, **block.blocks}
    for name, member in members.items():
        given = arguments.get(name) or by_singular.get(_singular(name))
        if given is None:
            continue
        type_text, doc = given
        text = _text(doc)
        if text:
            into.setdefault(prefix + name, text)
        inner = getattr(member, "block", None)
        nested = re.search(r"'(\w+)Args'", type_text)
        if inner is not None and nested and prefix.count(".") < 4:
            docstring = source.inputs.get(nested[1])
            if docstring:
                _walk(inner, _arguments(docstring), source, f"{prefix}{name}.", into)


def mine_docs(wheel: Path, content: BundleContent) -> int:
    """Add texts that the content lacks, in place. Returns how many resource types were found in the wheel."""
    pairs = _pairs(list(_classes(wheel)), content)
    for type_name, found in pairs.items():
        texts = content.docs.setdefault((RESOURCE, type_name), {})
        summary = _text(found.summary)
        if summary:
            texts.setdefault("", summary)
        _walk(content.schemas[RESOURCE, type_name].block, found.arguments, found, "", texts)
    return len(pairs)

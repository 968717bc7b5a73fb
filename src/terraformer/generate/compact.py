"""The short form of dialogue for small models: what they are trained on, and what they are asked.

A small model has no room for rules and schema excerpts, and has learnt both. So there is no system prompt; a request is
the request, followed by the configuration to change or mend and by its findings; the answer is HCL alone, or edits.
Text is compact: ``terraform fmt`` aligns, a model need not.

    generate   request                                  -> main.tf
    mutate     request, files                           -> SEARCH/REPLACE blocks
    repair     request, files, findings                 -> SEARCH/REPLACE blocks
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from terraformer.generate.prompts import clean
from terraformer.models.base import Message
from terraformer.types import Certificate, TerraformConfig

__all__ = ["FINDINGS", "LONGEST", "compact_answer", "compact_hcl", "compact_messages", "render_findings"]

FINDINGS: Final = "Findings:"
LONGEST: Final = 4_000
"""Characters of messages beyond which a small model has seen none."""
_MOST_FINDINGS: Final = 6
_LONGEST_FINDING: Final = 360
_ALIGNED: Final = re.compile(r"^(\s*(?:\"[^\"\n]*\"|[\w.-]+)) {2,}= ")
_APART: Final = re.compile(r"/|(^|_)override\.tf$")
_FIRST: Final = ("terraform", "versions", "backend", "provider", "providers", "variables", "locals", "data")
_HEREDOC: Final = re.compile(r"<<[-~]?\s*\"?(\w+)\"?\s*$")


def compact_messages(
    request: str, before: TerraformConfig | None = None, certificates: Sequence[Certificate] = ()
) -> tuple[Message, ...]:
    """The messages up to the answer. ``before`` is the configuration to change, or with ``certificates`` to mend."""
    parts = [request.strip()]
    if before is not None:
        parts += [f"# {path}\n{before.text(path).rstrip()}" for path in sorted(before.files)]
    if certificates:
        parts.append(f"{FINDINGS}\n{render_findings(certificates)}")
    return ({"role": "user", "content": "\n\n".join(parts)},)


def render_findings(certificates: Sequence[Certificate]) -> str:
    """One line each: place, what is wrong and what to do, bounded in number and length."""
    lines: list[str] = []
    for c in certificates[:_MOST_FINDINGS]:
        place = f"{c.range.file}:{c.range.start.line}" if c.range is not None else ""
        where = " ".join(p for p in (place, c.address or "") if p)
        told = clean(" ".join(f"{c.summary}. {c.detail}".split()), _LONGEST_FINDING)
        lines.append(f"- {where + ': ' if where else ''}{told}")
    return "\n".join(dict.fromkeys(lines))


def compact_answer(config: TerraformConfig) -> str:
    """The configuration as an answer: the text of the root module's files as one, which means the same to Terraform;
    with modules of its own or files of other kinds, all in fences, each named in its first line."""
    names = sorted(config.files, key=_reading_order)
    if all(n.endswith(".tf") and not _APART.search(n) for n in names):
        return "\n".join(compact_hcl(config.text(n)).strip() + "\n" for n in names)
    return "\n\n".join(f"```hcl\n# {n}\n{compact_hcl(config.text(n)).strip()}\n```" for n in names) + "\n"


def _reading_order(name: str) -> tuple[int, str]:
    """Settings, providers, variables and locals come first, outputs last."""
    stem = name.removesuffix(".tf")
    if stem in _FIRST:
        return _FIRST.index(stem), name
    return len(_FIRST) + (stem == "outputs"), name


def compact_hcl(text: str) -> str:
    """HCL without the spaces that align equals signs; heredocs stay as they are. ``terraform fmt`` restores it."""
    lines: list[str] = []
    closing = ""
    for line in text.splitlines():
        if closing:
            if line.strip() == closing:
                closing = ""
            lines.append(line)
            continue
        lines.append(_ALIGNED.sub(lambda m: f"{m[1]} = ", line).rstrip())
        found = _HEREDOC.search(line)
        if found is not None:
            closing = found[1]
    return "\n".join(lines) + "\n"

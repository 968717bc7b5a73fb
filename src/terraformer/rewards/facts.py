"""What a reward has to know of an answer besides its report, and what was expected of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from terraformer.hcl import scan
from terraformer.types import TerraformConfig

__all__ = ["AnswerFacts", "Expectation", "answer_facts"]

_SHORTEST_LINE = 12
"""Characters, without spaces, from which on a line that is also in the context counts as copied: braces and common
arguments are nobody's."""


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """Of one answer. ``resources`` is how many resource blocks it declares by type, ``blocks`` all resources, data
    sources and module calls; ``characters`` leaves out white space, so that formatting does not matter; ``copied`` is
    the share (0 to 1) of its characters in lines that stand in the context as they are."""

    resources: Mapping[str, int] = field(default_factory=dict)
    blocks: int = 0
    characters: int = 0
    copied: float = 0.0


@dataclass(frozen=True, slots=True)
class Expectation:
    """Of an answer to one task; None where it is not known. ``resources`` is the least number of resource instances by
    type that meets the request (empty: none need be planned, as for a change that plans nothing anew), ``characters``
    the size of a known right answer without white space. ``copying`` says that a copy of the context is no answer (the
    configuration to change, handed back)."""

    resources: Mapping[str, int] | None = None
    characters: int | None = None
    copying: bool = False


def answer_facts(config: TerraformConfig | None, context: Sequence[str] = ()) -> AnswerFacts:
    """The facts of an answer; those of an empty one for None. ``context`` are texts that the model was shown (examples,
    the configuration to change). Bounded as ``hcl.scan`` is; never raises on bad HCL."""
    if config is None or not config.files:
        return AnswerFacts()
    tree = scan(config.files, config.root)
    modules = tree.modules.values()
    resources = Counter(r.type for m in modules for r in m.resources)
    blocks = resources.total() + sum(len(m.data) + len(m.module_calls) for m in modules)
    known = {_bare(line) for text in context for line in text.splitlines()}
    lines = [_bare(line) for path in sorted(config.files) for line in config.text(path).splitlines()]
    counted = [line for line in lines if len(line) >= _SHORTEST_LINE]
    total = sum(map(len, counted))
    copied = sum(len(line) for line in counted if line in known) / total if total else 0.0
    return AnswerFacts(dict(resources), blocks, sum(map(len, lines)), copied)


def _bare(line: str) -> str:
    return "".join(line.split())

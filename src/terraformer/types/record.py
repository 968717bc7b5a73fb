"""One row of a dataset: a request with a verified answer, and where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from terraformer.types.config import TerraformConfig
from terraformer.types.report import Certificate
from terraformer.types.task import Policy, Task

__all__ = ["Record", "RecordKind"]


class RecordKind(StrEnum):
    GENERATION = "generation"  # prompt -> after
    MUTATION = "mutation"  # prompt, before -> after
    REPAIR = "repair"  # prompt, before with its certificates -> after


@dataclass(frozen=True, slots=True)
class Record:
    """A request and its answer.

    ``after`` is the answer that was verified; ``before`` the configuration to change (mutation) or to mend (repair,
    whose ``certificates`` are what verification found in it). ``intent`` is what the prompt demands, as JSON data
    (see terraformer.data.intents), ``policies`` the same as Rego. ``messages`` is the chat form where it was fixed.
    ``resource_types`` and ``services`` are those of ``after`` and, for a mutation, of ``before``; ``difficulty`` runs
    from 1 to 6, None where it is not graded.

    Where it comes from: ``source`` (a blueprint's name, or repository and commit), ``family`` (of prompts, the unit of
    splits), ``licence`` (SPDX), ``seed``, ``versions`` (tool, core, bundles that verified it), ``split`` ("train",
    "validation", "test", "heldout-service" or ""), ``metadata`` (anything else, JSON data).

    Raises ValueError when before or certificates do not fit the kind.
    """

    kind: RecordKind
    prompt: str
    after: TerraformConfig
    before: TerraformConfig | None = None
    intent: Mapping[str, Any] | None = None
    policies: tuple[Policy, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    messages: tuple[Mapping[str, str], ...] = ()
    resource_types: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    difficulty: int | None = None
    source: str = ""
    family: str = ""
    licence: str = ""
    seed: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    split: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", RecordKind(self.kind))
        if not self.prompt.strip():
            raise ValueError("a record needs a prompt")
        if (self.kind is RecordKind.GENERATION) != (self.before is None):
            raise ValueError(
                f"a {self.kind} record has {'no' if self.kind is RecordKind.GENERATION else 'a'} configuration before"
            )
        if self.certificates and self.kind is not RecordKind.REPAIR:
            raise ValueError(f"a {self.kind} record has no certificates: they belong to a repair")

    @property
    def id(self) -> str:
        """SHA-256 (hex) of what is asked and answered: kind, prompt, configurations, intent and policies.

        Where the record comes from, and findings (whose words change with the verifier), are left out.
        """
        parts = [
            self.kind.value,
            self.prompt,
            self.before.id if self.before is not None else None,
            self.after.id,
            self.intent,
            [[p.name, p.text] for p in self.policies],
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def task(self) -> Task:
        """The request alone."""
        return Task(self.prompt, self.policies, self.before, {"record": self.id})

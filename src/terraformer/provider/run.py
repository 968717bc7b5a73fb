"""What a run gives to the provider host, and what the host noted down during it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.schema import CtyType, ResourceSchema
from terraformer.provider.values import Unknown

__all__ = [
    "INTERNAL_MARKER",
    "ReadAssumption",
    "RunRecord",
    "RunSpec",
    "SchemaSource",
    "value_digest",
]

INTERNAL_MARKER = "terraformer: internal error of the provider host"
"""Starts the summary of every diagnostic that stands for a failure of ours: never a finding."""


class SchemaSource(Protocol):
    """As much of a Bundle as the host needs."""

    @property
    def source(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def functions(self) -> Mapping[str, Any]: ...
    def provider_schema(self) -> ResourceSchema: ...
    def resource(self, type_name: str, /) -> ResourceSchema: ...
    def data_source(self, type_name: str, /) -> ResourceSchema: ...
    def ephemeral(self, type_name: str, /) -> ResourceSchema: ...


@dataclass(frozen=True, slots=True)
class RunSpec:
    r"""What is served during the coming run.

    ``bundles`` maps a provider source ("hashicorp/aws") to its schemas; ``resources``, ``data`` and ``ephemeral`` are
    the type names in use, those of a prior state included: Terraform learns of no others. ``workdir`` is the root
    module's directory, ``sandbox`` the directory that nothing may read or write outside of.

    ``omit_provider_blocks`` names blocks of provider configurations that are left out of the schema because the
    configuration has none of them: the ``endpoints`` block of AWS, with more than 300 arguments, is a sixth of the time
    of a plan.

    ``words`` are all identifiers in the configuration and the prior state (every ``\w+`` will do; None = not known).
    Nested blocks of resources whose names are not among them are served without their contents: nothing can set or
    read what is inside, the plan shows the same (no such blocks), and Terraform need not digest it (a web ACL of
    wafv2 takes seconds otherwise).

    ``checks`` False: configurations are taken as valid, since values of a made-up state flow into them (they are judged
    by themselves, in a run without such a state). ``applying`` allows ApplyResourceChange; it tells the address of the
    instance that is being applied, "" when that is not known (the protocol does not say it).
    """

    bundles: Mapping[str, SchemaSource]
    resources: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    ephemeral: frozenset[str] = frozenset()
    workdir: str = "."
    sandbox: str = "."
    omit_provider_blocks: frozenset[str] = frozenset()
    words: frozenset[str] | None = None
    checks: bool = True
    applying: Callable[[], str] | None = None

    @property
    def schema_key(self) -> tuple[object, ...]:
        """Runs with equal keys (and bundles) are served equal schemas."""
        return (self.resources, self.data, self.ephemeral, self.omit_provider_blocks, self.words)


@dataclass(frozen=True, slots=True)
class ReadAssumption:
    """One made-up top-level attribute value that a plan may rest on.

    ``kind`` is "data", "ephemeral", "import" or "function"; ``type`` the type (or function) name. The protocol tells a
    provider no resource addresses: ``config_digest`` is the value_digest of the arguments that were given, and
    ``state_digest`` that of the whole answer, which is also what the plan shows of it; both find the address again.
    """

    kind: str
    type: str
    config_digest: str
    attribute: str
    value: Any
    why: str
    state_digest: str = ""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What happened between ``begin`` and ``end``; equal entries are kept once, in order of first appearance.

    ``diagnostics`` holds (kind, type, diagnostic), kind being "provider", "resource", "data" or "ephemeral".
    ``errors`` holds one line for each exception of our own: the run's verdict is not to be trusted when there is any.
    ``calls`` counts the calls by method name. ``repeated`` are the diagnostics that were given more than once: where
    several instances say the same of one place, Terraform shows whichever came first.
    """

    diagnostics: list[tuple[str, str, Diagnostic]] = field(default_factory=list)
    assumptions: list[ReadAssumption] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    repeated: frozenset[tuple[str, str, Diagnostic]] = frozenset()


def value_digest(value: Any, cty: CtyType) -> str:
    """SHA-256 (hex) of a value of a type; the order of set elements, absent object keys and 1 or 1.0 do not matter."""
    return hashlib.sha256(json.dumps(_canonical(value, cty), sort_keys=True).encode("utf-8", "replace")).hexdigest()


def _canonical(value: Any, cty: CtyType) -> Any:
    if value is None:
        return None
    if isinstance(value, Unknown):
        return {"\0unknown": True}
    if isinstance(cty, str):
        if cty == "number" or (cty == "dynamic" and isinstance(value, (int, float)) and not isinstance(value, bool)):
            try:
                number = float(value)
            except (OverflowError, ValueError):
                return str(value)
            return int(number) if number.is_integer() else number
        return value
    kind, inner = cty[0], cty[1]
    if kind == "object":
        return {name: found for name, t in inner.items() if (found := _canonical(value.get(name), t)) is not None}
    if kind == "map":
        return {name: _canonical(item, inner) for name, item in value.items()}
    if kind == "tuple":
        return [_canonical(item, t) for item, t in zip(value, inner, strict=False)]
    items = [_canonical(item, inner) for item in value]
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True)) if kind == "set" else items

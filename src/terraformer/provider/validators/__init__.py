"""What a provider checks beyond its schema, with the provider's own meaning.

Two moments, as in a real run: ``validate_resource`` and ``validate_provider`` are what ``terraform validate`` runs;
``check_plan`` is what the provider checks when it plans (CustomizeDiff, ModifyPlan).

Attribute checks come from facts mined from the provider's sources (``facts_file``, ``mining``); what those cannot say
is written by hand (``custom`` for single values, ``plan_checks`` for whole resources).
Precision first: what is not surely rejected by the real provider passes. Coverage: hashicorp/aws; other providers pass
unchecked but for ``small``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.schema import ResourceSchema
from terraformer.provider.validators import plan_checks, small, walk
from terraformer.provider.validators.facts_file import FactsFile
from terraformer.provider.validators.provider_block import check_configure

__all__ = ["check_configure", "check_plan", "facts", "preload", "validate_provider", "validate_resource"]

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=16)
def facts(source: str) -> FactsFile | None:
    """The compiled facts about a provider's checks ("hashicorp/aws"), None when there are none."""
    path = _DATA / f"{source.replace('/', '__')}.tfvalidators"
    return FactsFile.open(path) if path.is_file() else None


def preload(*sources: str) -> None:
    """Read the facts of these providers (all known ones without arguments) now: later calls need no file access."""
    for source in sources or tuple(p.stem.replace("__", "/") for p in sorted(_DATA.glob("*.tfvalidators"))):
        facts(source)


def validate_resource(
    bundle_source: str,
    kind: str,
    type: str,
    value: Mapping[str, Any],
    schema: ResourceSchema,
    ctx: ProviderContext,
) -> list[Diagnostic]:
    """Complaints of the provider about a block's configuration, as at ValidateResourceConfig.

    ``kind`` is "resource", "data" or "ephemeral"; ``value`` the decoded configuration (all keys present, None = null,
    unknown values allowed and skipped); ``schema`` the type's schema.
    """
    known = facts(bundle_source)
    tree = known.tree(kind, type) if known is not None else None
    found = walk.validate(tree, value, schema.block) if tree is not None else []
    extra = small.CHECKS.get((bundle_source, kind, type))
    return found + extra(value, ctx) if extra is not None else found


def validate_provider(source: str, value: Mapping[str, Any], schema: ResourceSchema) -> list[Diagnostic]:
    """Complaints about a provider block, as at ValidateProviderConfig."""
    known = facts(source)
    tree = known.tree("provider", source.rpartition("/")[2]) if known is not None else None
    return walk.validate(tree, value, schema.block) if tree is not None else []


def check_plan(
    source: str,
    type: str,
    prior: Mapping[str, Any] | None,
    value: Mapping[str, Any],
    planned: Mapping[str, Any],
    ctx: ProviderContext,
) -> list[Diagnostic]:
    """Complaints when planning to create or change a resource: ``value`` is its configuration, ``planned`` the planned
    object (defaults filled in, computed parts unknown), ``prior`` the state or None when it is to be created."""
    return plan_checks.check(source, type, prior, value, planned, ctx)

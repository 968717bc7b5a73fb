"""Data sources: exact where the provider computes locally, honest stand-ins for the rest.

Nothing here reaches the network, runs a program, or reads or writes outside ``ProviderContext.sandbox``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources.generic import finish
from terraformer.provider.data_sources.reading import Reader, Reading, ReadResult
from terraformer.provider.data_sources.registry import check_for, reader_for
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.schema import ResourceSchema
from terraformer.provider.values import contains_unknown

__all__ = ["ReadResult", "read", "validate"]

_NOT_UNDERSTOOD = "data-source-arguments"
_VALIDATED_ELSEWHERE = frozenset({"hashicorp/aws"})
"""Providers whose arguments provider.validators checks at validation; ``read`` still refuses what it cannot use."""


def read(source: str, type: str, value: Mapping[str, Any], schema: ResourceSchema, ctx: ProviderContext) -> ReadResult:
    """Answer one data source.

    ``value`` is the configuration as an object of the schema's implied type (missing keys count as null). The answer
    follows from the arguments alone: equal ones give equal answers. Never raises on odd input: what the provider
    would refuse, and what cannot be understood, becomes an error diagnostic.
    """
    reading = Reading(source, type, value, schema, ctx)
    for step in (check_for(source, type), reader_for(source, type)):
        if step is not None and not reading.failed:
            _run(step, reading)
    return finish(reading)


def validate(
    source: str, type: str, value: Mapping[str, Any], schema: ResourceSchema, ctx: ProviderContext
) -> list[Diagnostic]:
    """What the data source itself refuses at validation, before anything is read; unknown parts are skipped.

    ``read`` repeats these checks, so calling this is only about *when* Terraform reports them. The arguments of AWS
    data sources are the validators' affair: nothing is said of them here.
    """
    step = check_for(source, type)
    if step is None or source in _VALIDATED_ELSEWHERE:
        return []
    reading = Reading(source, type, value, schema, ctx)
    _run(step, reading)
    if contains_unknown(reading.value):
        return [d for d in reading.diagnostics if d.code != _NOT_UNDERSTOOD]
    return reading.diagnostics


def _run(step: Reader, reading: Reading) -> None:
    try:
        step(reading)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError, RecursionError) as error:
        # Only values that a real configuration cannot hold (unknown parts, wrong types) lead here.
        reading.error(
            f"{reading.type}: the arguments cannot be understood",
            f"{error.__class__.__name__}: {error}",
            code=_NOT_UNDERSTOOD,
        )

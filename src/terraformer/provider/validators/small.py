"""Checks of whole resources at validation time that facts cannot say: the provider's ValidateRawResourceConfigFuncs.

Keys are (source, kind, type); a check gets the decoded configuration and the provider context.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.values import is_known

__all__ = ["CHECKS"]


def _combination(detail: str, path: Path, code: str = "conflicting-arguments") -> Diagnostic:
    return Diagnostic("error", "Invalid Attribute Combination", detail, path, code)


def _dynamodb_table(value: Mapping[str, Any], ctx: ProviderContext) -> list[Diagnostic]:
    """dynamodb/table.go: validateGlobalSecondaryIndexes, validateStreamSpecification,
    validateProvisionedThroughputField and validateTTLList."""
    del ctx
    return [*_indexes(value), *_stream(value), *_throughput(value), *_time_to_live(value)]


def _indexes(value: Mapping[str, Any]) -> Iterator[Diagnostic]:
    indexes = value.get("global_secondary_index")
    for index in indexes if isinstance(indexes, list) else []:
        if not isinstance(index, Mapping) or "key_schema" not in index:
            continue
        schema, hash_key, range_key = index["key_schema"], index.get("hash_key"), index.get("range_key")
        no_schema = is_known(schema) and not schema
        path: Path = ("global_secondary_index",)
        if hash_key is None and no_schema:
            wanted = "No attribute specified when one (and only one) of [key_schema, hash_key] is required"
            yield _combination(wanted, path, "missing-one-of")
        elif hash_key is not None and is_known(hash_key) and is_known(schema) and schema:
            yield _combination(
                "2 attributes specified when one (and only one) of [key_schema, hash_key] is required", path
            )
        if range_key is not None and is_known(range_key) and is_known(schema) and schema:
            yield _combination('Attribute "range_key" cannot be specified when "key_schema" is specified.', path)


def _stream(value: Mapping[str, Any]) -> Iterator[Diagnostic]:
    enabled, kind = value.get("stream_enabled"), value.get("stream_view_type")
    if not is_known(enabled) or not is_known(kind):
        return
    if enabled is None and kind:
        detail = 'Attribute "stream_enabled" must be specified when "stream_view_type" is specified.'
        yield _combination(detail, ("stream_view_type",), "missing-required-together")
    elif enabled is True and not kind:
        detail = 'Attribute "stream_view_type" must be specified when "stream_enabled" is "true".'
        yield _combination(detail, ("stream_enabled",), "missing-required-together")


def _throughput(value: Mapping[str, Any]) -> Iterator[Diagnostic]:
    mode = value.get("billing_mode")
    if not isinstance(mode, str):
        return
    for name in ("read_capacity", "write_capacity"):
        capacity = value.get(name)
        if not isinstance(capacity, int | float) or isinstance(capacity, bool):
            continue
        if mode == "PROVISIONED" and capacity < 1:
            yield _combination(f'Attribute "{name}" must be at least 1 when "billing_mode" is "PROVISIONED".', (name,))
        elif mode == "PAY_PER_REQUEST" and capacity != 0:
            detail = f'Attribute "{name}" cannot be specified when "billing_mode" is "PAY_PER_REQUEST".'
            yield _combination(detail, (name,))


def _time_to_live(value: Mapping[str, Any]) -> Iterator[Diagnostic]:
    blocks = value.get("ttl")
    for i, block in enumerate(blocks if isinstance(blocks, list) else []):
        if not isinstance(block, Mapping) or block.get("enabled") is not True:
            continue
        name = block.get("attribute_name")
        if name is None:
            detail = 'Attribute "ttl[0].attribute_name" must be specified when "ttl[0].enabled" is "true".'
            yield _combination(detail, ("ttl", i, "enabled"), "missing-required-together")
        elif name == "":
            detail = 'Attribute "ttl[0].attribute_name" cannot have an empty value when "ttl[0].enabled" is "true"'
            yield Diagnostic(
                "error", "Invalid Attribute Value", detail, ("ttl", i, "attribute_name"), "value-invalid-length"
            )


Check = Callable[[Mapping[str, Any], ProviderContext], list[Diagnostic]]

CHECKS: Final[dict[tuple[str, str, str], Check]] = {
    ("hashicorp/aws", "resource", "aws_dynamodb_table"): _dynamodb_table,
}

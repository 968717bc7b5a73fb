"""What a whole provider plans for all of its resources, beyond terraform-plugin-sdk and -framework.

* AWS: ``tags_all`` = the provider's default_tags overlaid with ``tags`` (internal/verify/tags.go SetTagsDiff for SDK
  resources, internal/provider/framework tags interceptor for framework ones); ``region`` of provider >= 6 follows the
  provider's region (internal/provider/sdkv2/region.go).
* Google: ``project``, ``region`` and ``zone`` follow the provider (tpgresource.DefaultProviderProject ...);
  ``terraform_labels`` and ``effective_labels`` = default_labels overlaid with ``labels`` (SetLabelsDiff).

Not covered: ignore_tags of AWS with key prefixes known only through the environment; labels inside nested templates of
Google resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.schema import ResourceSchema
from terraformer.provider.values import UNKNOWN, Unknown, contains_unknown, is_known

__all__ = ["adjust"]


def adjust(
    schema: ResourceSchema,
    planned: dict[str, Any],
    config: Mapping[str, Any],
    prior: Mapping[str, Any] | None,
    ctx: ProviderContext,
    *,
    legacy: bool,
) -> None:
    """Fill in what follows from the provider block. Changes ``planned`` in place."""
    if ctx.source == "hashicorp/aws":
        _aws_region(schema, planned, config, ctx)
        _aws_tags_all(schema, planned, prior, ctx, legacy)
    elif ctx.source in ("hashicorp/google", "hashicorp/google-beta"):
        _google_location(schema, planned, config, ctx)
        _google_labels(schema, planned, prior, ctx)


def _aws_region(
    schema: ResourceSchema, planned: dict[str, Any], config: Mapping[str, Any], ctx: ProviderContext
) -> None:
    attribute = schema.block.attributes.get("region")
    if attribute is None or not (attribute.optional and attribute.computed) or config.get("region") is not None:
        return
    planned["region"] = UNKNOWN if not is_known(ctx.settings.get("region")) else ctx.region


def _aws_tags_all(
    schema: ResourceSchema,
    planned: dict[str, Any],
    prior: Mapping[str, Any] | None,
    ctx: ProviderContext,
    legacy: bool,
) -> None:
    attributes = schema.block.attributes
    if "tags" not in attributes or "tags_all" not in attributes or not attributes["tags_all"].computed:
        return
    tags = planned.get("tags")
    defaults = _aws_default_tags(ctx)
    if contains_unknown(tags) or defaults is None:
        planned["tags_all"] = UNKNOWN
        return
    merged = {**defaults, **{k: v for k, v in (tags or {}).items() if v is not None}}
    for name in _ignored(ctx, merged):
        del merged[name]
    if merged and (not legacy or all(v != "" for v in merged.values())):
        planned["tags_all"] = merged
    elif not legacy:
        planned["tags_all"] = {}
    elif prior is None or prior.get("tags_all"):
        planned["tags_all"] = UNKNOWN  # the SDK cannot plan an empty or zero-valued computed map
    else:
        planned["tags_all"] = prior.get("tags_all")


def _aws_default_tags(ctx: ProviderContext) -> dict[str, str] | None:
    """The provider's default tags, None when a part of them is unknown."""
    blocks = ctx.settings.get("default_tags")
    if isinstance(blocks, Unknown):
        return None
    merged: dict[str, str] = {}
    for block in blocks or ():
        tags = block.get("tags") if isinstance(block, Mapping) else block
        if contains_unknown(tags):
            return None
        merged.update({k: v for k, v in (tags or {}).items() if v is not None})
    return merged


def _ignored(ctx: ProviderContext, tags: Mapping[str, str]) -> list[str]:
    keys: set[str] = set()
    prefixes: tuple[str, ...] = ()
    blocks = ctx.settings.get("ignore_tags")
    for block in blocks if isinstance(blocks, list) else ():
        if not isinstance(block, Mapping) or contains_unknown(block):
            continue
        keys.update(block.get("keys") or ())
        prefixes += tuple(block.get("key_prefixes") or ())
    return [name for name in tags if name in keys or name.startswith(prefixes or ("\0",))]


def _google_location(
    schema: ResourceSchema, planned: dict[str, Any], config: Mapping[str, Any], ctx: ProviderContext
) -> None:
    for name in ("project", "region", "zone"):
        attribute = schema.block.attributes.get(name)
        if attribute is None or not (attribute.optional and attribute.computed) or config.get(name) is not None:
            continue
        value = ctx.settings.get(name)
        if isinstance(value, str) and value and not is_known(planned.get(name)):
            planned[name] = value


def _google_labels(
    schema: ResourceSchema, planned: dict[str, Any], prior: Mapping[str, Any] | None, ctx: ProviderContext
) -> None:
    attributes = schema.block.attributes
    if not {"labels", "terraform_labels", "effective_labels"} <= attributes.keys():
        return
    labels, defaults = planned.get("labels"), ctx.settings.get("default_labels")
    if contains_unknown(labels) or contains_unknown(defaults):
        planned["terraform_labels"] = planned["effective_labels"] = UNKNOWN
        return
    merged = {k: v for k, v in {**(defaults or {}), **(labels or {})}.items() if v is not None}
    if prior is None and ctx.settings.get("add_terraform_attribution_label") is not False and _major(ctx) >= 6:
        merged["goog-terraform-provisioned"] = "true"
    elif prior is not None:
        # The label is added on creation only, and stays where it is.
        before = prior.get("terraform_labels") or {}
        if "goog-terraform-provisioned" in before:
            merged["goog-terraform-provisioned"] = before["goog-terraform-provisioned"]
    planned["terraform_labels"] = dict(merged)
    if prior is None:
        planned["effective_labels"] = dict(merged)
    else:
        kept = {
            k: v
            for k, v in (prior.get("effective_labels") or {}).items()
            if k not in (prior.get("terraform_labels") or {})
        }
        planned["effective_labels"] = {**kept, **merged}


def _major(ctx: ProviderContext) -> int:
    head = ctx.version.partition(".")[0]
    return int(head) if head.isdigit() else 0

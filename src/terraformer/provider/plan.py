"""What a provider answers to PlanResourceChange: the planned state and what forces a replacement.

Two families of providers plan differently, and the schema tells them apart (``legacy``):

* terraform-plugin-sdk v2: ``id`` is optional and computed. On create every computed attribute that the configuration
  leaves null becomes unknown; defaults replace nulls of the others; strings and collections inside set elements
  become "" and [] instead of null (schemaMap.diffSet in helper/schema, then InstanceDiff.Apply in terraform).
  On update, computed attributes keep their prior value.
* terraform-plugin-framework: only computed attributes may differ from the configuration
  (internal/fwserver/server_planresourcechange.go, MarkComputedNilsAsUnknown), nested attributes included.

What single providers do beyond that (tags_all, region, labels) is in plan_providers.py.

Not covered: CustomizeDiff code of single resources beyond plan_facts.py; which computed attributes an update changes
(they are taken to keep their value); ``force_new`` where neither the bundle nor plan_facts.py knows it (taken as
false).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from terraformer.provider import plan_facts, plan_providers, plan_states, plan_types
from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Path
from terraformer.provider.schema import UNSET, Attribute, Block, NestedBlock, ResourceSchema
from terraformer.provider.values import UNKNOWN, Unknown, contains_unknown, is_known

__all__ = ["Plan", "is_legacy", "plan_change", "same_value"]


@dataclass(frozen=True, slots=True)
class Plan:
    """``planned`` is None for a destroy. ``requires_replace`` lists top-level paths whose change forces replacement."""

    planned: dict[str, Any] | None
    requires_replace: tuple[Path, ...] = ()
    legacy: bool = False


_LEGACY = frozenset(
    {
        "aws_chimesdkmediapipelines_media_insights_pipeline_configuration",
        "aws_chimesdkvoice_voice_profile_domain",
        "aws_cleanrooms_collaboration",
        "aws_codebuild_fleet",
        "aws_finspace_kx_environment",
        "aws_rbin_rule",
    }
)  # of terraform-plugin-sdk, with an id that cannot be set
_FRAMEWORK = frozenset({"aws_elasticache_reserved_cache_node"})  # the other way round


def is_legacy(schema: ResourceSchema) -> bool:
    """Whether the resource is written with terraform-plugin-sdk v2, which as a rule gives ``id`` optional and
    computed."""
    if schema.type in _LEGACY or schema.type in _FRAMEWORK:
        return schema.type in _LEGACY
    identifier = schema.block.attributes.get("id")
    return identifier is not None and identifier.optional and identifier.computed


def plan_change(
    schema: ResourceSchema,
    prior: Mapping[str, Any] | None,
    proposed: Mapping[str, Any] | None,
    config: Mapping[str, Any] | None,
    ctx: ProviderContext,
    *,
    imported: bool = False,
) -> Plan:
    """Plan one change. Values are objects of the schema's implied type; prior None = create, proposed None = destroy.

    ``imported`` says that the prior state came from an import, where attributes that were not read are null: those
    never force a replacement.
    """
    legacy = is_legacy(schema)
    if proposed is None:
        return Plan(None, legacy=legacy)
    facts = plan_facts.facts_for(schema.type)
    planner = _Planner(legacy, facts, plan_states.state_functions(schema.type) if legacy else {})
    planned = planner.block(schema.block, proposed, prior, create=prior is None, in_set=False)
    if ctx.source == "hashicorp/aws":
        plan_types.adjust(schema.type, planned, config or {}, create=prior is None)
    plan_providers.adjust(schema, planned, config or {}, prior, ctx, legacy=legacy)
    if prior is None:
        return Plan(planned, legacy=legacy)
    if not legacy and not same_value(planned, prior):
        # The framework marks computed nulls as unknown as soon as anything changes at all.
        for name, attribute in schema.block.attributes.items():
            if attribute.computed and not attribute.write_only and planned[name] is None:
                planned[name] = UNKNOWN
    return Plan(planned, _replacements(schema, facts, prior, planned, imported), legacy)


def _replacements(
    schema: ResourceSchema,
    facts: plan_facts.Facts,
    prior: Mapping[str, Any],
    planned: Mapping[str, Any],
    imported: bool,
) -> tuple[Path, ...]:
    paths: list[Path] = []
    for name, attribute in schema.block.attributes.items():
        force_new = attribute.force_new
        if force_new is None:
            force_new = name in facts.force_new
        if name == "region" and attribute.optional and attribute.computed and schema.type.startswith("aws_"):
            force_new = is_known(
                planned.get(name)
            )  # internal/provider/sdkv2 and /framework: a resource cannot go to another region
        before = prior.get(name)
        if force_new and not (imported and before is None) and not same_value(before, planned.get(name)):
            paths.append((name,))
    for name, nested in schema.block.blocks.items():
        before, after = prior.get(name), planned.get(name)
        if same_value(before, after) or (imported and not before):
            continue
        if name in facts.force_new:
            paths.append((name,))
        else:
            paths.extend(_nested_replacements((name,), nested, before, after))
    return tuple(paths)


def _nested_replacements(path: Path, nested: NestedBlock, before: Any, after: Any) -> list[Path]:
    """Where changed force_new arguments lie in a block; the whole block for sets and for elements that come or go."""
    if nested.nesting in ("single", "group"):
        pairs = [(path, before, after)]
    elif not isinstance(before, list) or not isinstance(after, list):
        return []
    elif nested.nesting == "set":
        return [path] if _forcing(nested.block, before) != _forcing(nested.block, after) else []
    else:
        common = min(len(before), len(after))
        if any(_forcing(nested.block, before[common:])) or any(_forcing(nested.block, after[common:])):
            return [path]
        pairs = [((*path, i), before[i], after[i]) for i in range(common)]
    found: list[Path] = []
    for at, old, new in pairs:
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            continue
        found += [
            (*at, name)
            for name, attribute in nested.block.attributes.items()
            if attribute.force_new and not same_value(old.get(name), new.get(name))
        ]
        for name, inner in nested.block.blocks.items():
            found += _nested_replacements((*at, name), inner, old.get(name), new.get(name))
    return found


def _forcing(block: Block, elements: list[Any]) -> list[str]:
    """What the elements say in arguments that force a replacement, in a form that compares; computed ones are left out,
    since a changed element gets new ones anyway."""
    said = []
    for element in elements:
        if not isinstance(element, Mapping):
            continue
        words = [
            f"{name}={element[name]!r}"
            for name, attribute in block.attributes.items()
            if attribute.force_new and not attribute.computed and element.get(name) not in (None, "", [])
        ]
        for name, nested in block.blocks.items():
            inner = element.get(name)
            words += _forcing(nested.block, inner if isinstance(inner, list) else [inner])
        said.append("&".join(words))
    return sorted(said) if any(said) else []


def _same_element(block: Block, item: Any, old: Any) -> bool:
    """Whether an element of a set in the configuration is the one in the state, where what the configuration leaves
    out is what the provider has put there: computed values, defaults, and the empty strings of set elements."""
    if not isinstance(item, Mapping) or not isinstance(old, Mapping) or contains_unknown(item):
        return False
    for name, attribute in block.attributes.items():
        value, was = item.get(name), old.get(name)
        if value is None:
            default = None if attribute.default is UNSET else attribute.default
            if not (attribute.computed or was in (None, "", [], {}, 0, False) or same_value(was, default)):
                return False
        elif not same_value(value, was):
            return False
    for name, nested in block.blocks.items():
        inner, had = item.get(name) or [], old.get(name) or []
        if not isinstance(inner, list) or not isinstance(had, list):
            if not same_value(inner, had):
                return False
        elif len(inner) != len(had) or not all(
            _same_element(nested.block, a, b) for a, b in zip(inner, had, strict=True)
        ):
            return False
    return True


def same_value(a: Any, b: Any) -> bool:
    """Equality of values; unknown equals nothing, and 1 equals 1.0 but not True."""
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return False
    if isinstance(a, Mapping):
        return isinstance(b, Mapping) and a.keys() == b.keys() and all(same_value(v, b[k]) for k, v in a.items())
    if isinstance(a, list):
        return isinstance(b, list) and len(a) == len(b) and all(map(same_value, a, b))
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    return bool(a == b)


class _Planner:
    """The walk over one value. Objects are copied; nothing of the arguments is changed."""

    def __init__(
        self, legacy: bool, facts: plan_facts.Facts, state_functions: Mapping[str, plan_states.StateFunc]
    ) -> None:
        self._legacy = legacy
        self._facts = facts
        self._state_functions = state_functions

    def block(
        self,
        block: Block,
        proposed: Mapping[str, Any],
        prior: Mapping[str, Any] | None,
        *,
        create: bool,
        in_set: bool,
        path: str = "",
    ) -> dict[str, Any]:
        """The planned object of a block. ``create``: computed nulls become unknown here; ``path`` ends in a dot."""
        planned: dict[str, Any] = {}
        for name, attribute in block.attributes.items():
            value = proposed.get(name)
            before = prior.get(name) if prior is not None else None
            planned[name] = self._attribute(attribute, value, before, create=create, in_set=in_set, path=path + name)
        for name, nested in block.blocks.items():
            value = proposed.get(name)
            before = prior.get(name) if prior is not None else None
            if (value is None or value == []) and path + name in self._facts.computed_blocks:
                planned[name] = UNKNOWN if create else before
            else:
                planned[name] = self._nested(nested, value, before, create=create, in_set=in_set, path=path + name)
        return planned

    def _nested(self, nested: NestedBlock, value: Any, prior: Any, *, create: bool, in_set: bool, path: str) -> Any:
        if value is None or isinstance(value, Unknown):
            return value
        block, nesting = nested.block, nested.nesting
        path += "."
        if nesting in ("single", "group"):
            if nested.name == "timeouts":
                return dict(value)  # a setting for apply, never computed
            before = prior if isinstance(prior, Mapping) else None
            fresh = create or (before is None and not self._legacy)
            return self.block(block, value, before, create=fresh, in_set=in_set, path=path)
        if nesting == "map":
            old = prior if isinstance(prior, Mapping) else {}
            return {
                k: v
                if isinstance(v, Unknown)
                else self.block(block, v, old.get(k), create=create, in_set=in_set, path=path)
                for k, v in value.items()
            }
        before_items = prior if isinstance(prior, list) else []
        if nesting == "set":
            if not create and same_value(value, before_items):
                return list(value)
            items: list[Any] = []
            for item in value:
                if isinstance(item, Unknown):
                    items.append(item)
                    continue
                kept = next((old for old in before_items if same_value(item, old)), None)
                if kept is None and not create and self._legacy:
                    kept = next((old for old in before_items if _same_element(block, item, old)), None)
                # A changed set is diffed as a whole by the SDK: its elements count as new.
                items.append(
                    kept if kept is not None else self.block(block, item, None, create=True, in_set=True, path=path)
                )
            return items
        return [
            item
            if isinstance(item, Unknown)
            else self.block(
                block,
                item,
                before_items[i] if i < len(before_items) and isinstance(before_items[i], Mapping) else None,
                create=create or (i >= len(before_items) and not self._legacy),
                in_set=in_set,
                path=path,
            )
            for i, item in enumerate(value)
        ]

    def _attribute(self, attribute: Attribute, value: Any, prior: Any, *, create: bool, in_set: bool, path: str) -> Any:
        if attribute.write_only:
            return None
        if value is None:
            if path in self._facts.nested_defaults:
                return self._facts.nested_defaults[path] if create or not attribute.computed else None
            default = self._default(attribute, path)
            if default == "" and self._legacy and not in_set:
                return None  # the SDK sees no difference between unset and an empty string
            if default is not None:
                return default
            if attribute.computed:
                return UNKNOWN if create else None
            return _zero(attribute.type) if in_set and self._legacy and attribute.optional else None
        if isinstance(value, Unknown):
            # What is known of an unknown string (how it begins) need not be true of the form it is written down in.
            return UNKNOWN if path in self._state_functions else value
        if isinstance(value, str):
            written = self._state_functions.get(path)
            if written is None:
                return value
            found = written(value)
            # What says the same is no change: DiffSuppressFunc.
            if isinstance(prior, str) and (written(prior) == found or plan_states.same_policy(prior, found)):
                return prior
            return found
        if self._legacy and isinstance(attribute.type, list) and isinstance(attribute.type[1], str):
            absent = prior is None and not attribute.computed
            return _legacy_collection(attribute, value, create=create or absent)
        if attribute.nested is not None:
            return self._nested_attribute(attribute, value, prior, create=create, path=path)
        if self._legacy and isinstance(attribute.type, list) and attribute.type[0] in ("set", "list"):
            inner = attribute.type[1]
            if isinstance(inner, list) and inner[0] == "object" and isinstance(value, list):
                return [self._as_block(attribute, item, inner[1]) for item in value]
        return value

    def _default(self, attribute: Attribute, path: str) -> Any:
        """The default that the provider's schema itself fills in, None when there is none.

        The SDK allows defaults on attributes that are not computed only, the framework on computed ones only. Any other
        default is one of the remote API's, and unknown while planning.
        """
        if self._legacy == attribute.computed:
            return None
        if attribute.default is not UNSET:
            return attribute.default
        return self._facts.defaults.get(path)

    def _as_block(self, attribute: Attribute, item: Any, types: Mapping[str, Any]) -> Any:
        """An element of a list or set of objects that may be written as a block: nulls become zeros, as in sets."""
        if not isinstance(item, Mapping):
            return item
        defaults = self._facts.element_defaults.get(attribute.name, {})
        item = {k: UNKNOWN if isinstance(v, list) and contains_unknown(v) else v for k, v in item.items()}
        filled = {}
        for name, cty in types.items():
            value = item.get(name)
            if value is None:
                value = defaults.get(name)
            if value is None and attribute.type[0] == "set":
                value = _zero(cty)
            filled[name] = value
        return filled

    def _nested_attribute(self, attribute: Attribute, value: Any, prior: Any, *, create: bool, path: str) -> Any:
        assert attribute.nested is not None
        nesting = attribute.nested.nesting
        if attribute.computed and not attribute.optional:
            return value
        if nesting == "single":
            return self._object(attribute, value, prior, create=create, path=path)
        if nesting == "map":
            old = prior if isinstance(prior, Mapping) else {}
            return {k: self._object(attribute, v, old.get(k), create=create, path=path) for k, v in value.items()}
        before = prior if nesting == "list" and isinstance(prior, list) else []
        return [
            self._object(attribute, v, before[i] if i < len(before) else None, create=create, path=path)
            for i, v in enumerate(value)
        ]

    def _object(self, attribute: Attribute, value: Any, prior: Any, *, create: bool, path: str) -> Any:
        assert attribute.nested is not None
        if not isinstance(value, Mapping):
            return value
        before = prior if isinstance(prior, Mapping) else None
        return {
            name: self._attribute(
                inner,
                value.get(name),
                before.get(name) if before is not None else None,
                create=create or before is None,
                in_set=False,
                path=f"{path}.{name}",
            )
            for name, inner in attribute.nested.attributes.items()
        }


def _legacy_collection(attribute: Attribute, value: Any, *, create: bool) -> Any:
    """A list, set or map of primitives as the SDK plans it: unknown as a whole; an empty set or map is none at all."""
    if isinstance(value, dict):
        value = {k: v for k, v in value.items() if v is not None}
    if contains_unknown(value):
        return UNKNOWN
    if value or not create or attribute.type[0] == "list":
        return value
    return UNKNOWN if attribute.computed else None


def _zero(cty: Any) -> Any:
    """What the SDK plans for an unset argument inside a set element: numbers, bools and maps stay null."""
    if cty == "string":
        return ""
    if isinstance(cty, list) and cty[0] in ("list", "set"):
        return []
    return None

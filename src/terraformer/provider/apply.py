"""What a provider answers to ApplyResourceChange: the state after a change that nobody made.

Everything that the plan leaves unknown becomes a made-up value of the right type (placeholders.py), so that what refers
to it can be evaluated; everything that the plan knows stays as planned, which is what Terraform demands of a provider.
The same resource at the same address gets the same values in every run.

Not covered: what a real API changes of its own accord (defaults that the provider only learns on reading, normalised
names), so the state is the one right after creation as far as the plan tells it. Blocks that the remote API fills in
have one element where they can have only one, else none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider import placeholder_aws, placeholders, plan_facts
from terraformer.provider.context import ProviderContext
from terraformer.provider.plan import is_legacy
from terraformer.provider.schema import UNSET, Attribute, Block, NestedBlock, ResourceSchema, attribute_type
from terraformer.provider.values import Unknown

__all__ = ["apply_change"]

# Arguments that are also the resource's id where the id is not an opaque one, the likeliest first.
_NAMES = ("bucket", "name", "function_name", "identifier", "cluster_identifier", "cluster_name")


def apply_change(
    schema: ResourceSchema, planned: Mapping[str, Any] | None, ctx: ProviderContext, *, seed: str
) -> dict[str, Any] | None:
    """The new state of a resource from its planned state (None, a destroy, stays None).

    ``seed`` tells the instance apart from others of its type: its address. Nothing of the result is unknown.
    """
    if planned is None:
        return None
    return _Maker(ctx, schema, seed).block(schema.block, planned, "")


class _Maker:
    def __init__(self, ctx: ProviderContext, schema: ResourceSchema, seed: str) -> None:
        self._ctx = ctx
        self._type = schema.type
        self._seed = seed
        # Defaults that a plan of creation does not show (a DiffSuppressFunc hides them) are in the state all the same.
        self._defaults = plan_facts.facts_for(schema.type).defaults if is_legacy(schema) else None

    def block(self, block: Block, value: Mapping[str, Any], path: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, attribute in block.attributes.items():
            if not path and name == "id" and isinstance(value.get(name), Unknown):
                made[name] = self._identifier(value, attribute)
            else:
                made[name] = self._attribute(attribute, value.get(name), path + name)
        for name, nested in block.blocks.items():
            made[name] = self._nested(nested, value.get(name), path + name)
        return made

    def _identifier(self, value: Mapping[str, Any], attribute: Attribute) -> Any:
        """The id, which for many resources is the name that the configuration gives them."""
        if self._ctx.source == "hashicorp/aws" and placeholder_aws.id_template(self._type, "id") is None:
            for name in _NAMES:
                given = value.get(name)
                if isinstance(given, str) and given:
                    return given
        return self._make("id", attribute.type, "id")

    def _attribute(self, attribute: Attribute, value: Any, path: str) -> Any:
        if attribute.write_only:
            return None
        if value is None:
            return self._default(attribute, path)
        if isinstance(value, Unknown) and attribute.optional and isinstance(attribute.type, str):
            return self._unset(attribute.name, attribute.type, path)
        return self._value(attribute.name, value, attribute_type(attribute), path)

    def _unset(self, name: str, cty: str, path: str) -> Any:
        """What the provider chooses for an argument that could be set: such that setting it later is a change."""
        if cty == "bool":
            return False
        if cty == "number" and not name.endswith("port"):
            return 0
        if cty == "string" and self._ctx.source == "hashicorp/aws" and name == "availability_zone":
            return f"{self._ctx.region}f"
        return self._make(name, cty, path)

    def _default(self, attribute: Attribute, path: str) -> Any:
        if self._defaults is None or attribute.computed or "." in path:
            return None
        default = self._defaults.get(path) if attribute.default is UNSET else attribute.default
        return None if default == "" else default

    def _nested(self, nested: NestedBlock, value: Any, path: str) -> Any:
        if isinstance(value, Unknown):
            return self._filled_in(nested, path)
        if value is None:
            return None
        if nested.nesting in ("single", "group"):
            return self.block(nested.block, value, f"{path}.")
        if nested.nesting == "map":
            return {
                key: self.block(nested.block, {} if isinstance(item, Unknown) else item, f"{path}.{key}.")
                for key, item in value.items()
            }
        return [
            self._element(nested, f"{path}.{i}.")
            if isinstance(item, Unknown)
            else self.block(nested.block, item, f"{path}.{i}.")
            for i, item in enumerate(value)
        ]

    def _filled_in(self, nested: NestedBlock, path: str) -> Any:
        """A block that is unknown as a whole: the remote API decides about it."""
        if nested.nesting == "map":
            return {}
        if nested.nesting == "single":
            return None
        element = self._element(nested, f"{path}.0.")
        if nested.nesting == "group":
            return element
        return [element] if nested.max_items == 1 else []

    def _element(self, nested: NestedBlock, path: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, attribute in nested.block.attributes.items():
            computed = attribute.computed and not attribute.write_only
            made[name] = self._make(name, attribute_type(attribute), path + name) if computed else None
        for name, inner in nested.block.blocks.items():
            made[name] = {} if inner.nesting == "map" else None if inner.nesting == "single" else []
            if inner.nesting == "group":
                made[name] = self._element(inner, f"{path}{name}.")
        return made

    def _value(self, name: str, value: Any, cty: Any, path: str) -> Any:
        if isinstance(value, Unknown):
            return self._make(name, cty, path)
        if value is None or isinstance(cty, str):
            return self._dynamic(name, value, path) if cty == "dynamic" else value
        kind, inner = cty[0], cty[1]
        if kind == "object" and isinstance(value, Mapping):
            return {n: self._value(n, value.get(n), t, f"{path}.{n}") for n, t in inner.items()}
        if kind == "map" and isinstance(value, Mapping):
            return {k: self._value(name, v, inner, f"{path}.{k}") for k, v in value.items()}
        if kind == "tuple" and isinstance(value, list):
            return [self._value(name, v, t, f"{path}.{i}") for i, (v, t) in enumerate(zip(value, inner, strict=False))]
        if isinstance(value, list):
            return [self._value(name, v, inner, f"{path}.{i}") for i, v in enumerate(value)]
        return value

    def _dynamic(self, name: str, value: Any, path: str) -> Any:
        """A value of no declared type: unknown parts of it become strings."""
        if isinstance(value, Unknown):
            return self._make(name, "string", path)
        if isinstance(value, Mapping):
            return {k: self._dynamic(name, v, f"{path}.{k}") for k, v in value.items()}
        if isinstance(value, list):
            return [self._dynamic(name, v, f"{path}.{i}") for i, v in enumerate(value)]
        return value

    def _make(self, name: str, cty: Any, path: str) -> Any:
        if cty == "dynamic":
            return None
        # What names one object (its id, name and ARN) agrees at the top; below it, each place has its own values.
        seed = self._seed if "." not in path else f"{self._seed}|{path}"
        return placeholders.value_for(self._ctx.source, self._type, name, cty, seed=seed, ctx=self._ctx)

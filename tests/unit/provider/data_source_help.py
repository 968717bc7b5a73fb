"""Small hand-made schemas and a short way to read a data source, for the data source tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources import ReadResult, read
from terraformer.provider.schema import Attribute, Block, NestedBlock, ResourceSchema


def attributes(spec: str, types: dict[str, Any] | None = None) -> dict[str, Attribute]:
    """ "arn:r id:oc names:c" with types in ``types`` (string where not named)."""
    out = {}
    for word in spec.split():
        name, _, flags = word.partition(":")
        out[name] = Attribute(name, (types or {}).get(name, "string"), "r" in flags, "o" in flags, "c" in flags)
    return out


def filled(block: Block, value: dict[str, Any]) -> dict[str, Any]:
    """``value`` as Terraform sends it: every key present, absent list and set blocks empty."""
    out: dict[str, Any] = {name: value.get(name) for name in block.attributes}
    for name, nested in block.blocks.items():
        given = value.get(name)
        if nested.nesting in ("list", "set"):
            out[name] = [filled(nested.block, item) for item in given or []]
        else:
            out[name] = None if given is None else filled(nested.block, given)
    return out


def answer(
    source: str,
    type: str,
    block: Block,
    value: dict[str, Any] | None = None,
    *,
    settings: dict[str, Any] | None = None,
    sandbox: Path | str = ".",
    workdir: Path | str | None = None,
) -> ReadResult:
    ctx = ProviderContext(source, "0.0.0", settings or {}, str(workdir or sandbox), str(sandbox))
    return read(source, type, filled(block, value or {}), ResourceSchema("data", type, block), ctx)


STRINGS = ["set", "string"]

_PRINCIPALS = Block(attributes("type:r identifiers:r", {"identifiers": STRINGS}))
_CONDITION = Block(attributes("test:r variable:r values:r", {"values": ["list", "string"]}))
POLICY_DOCUMENT = Block(
    attributes(
        "id:oc json:c minified_json:c override_json:o override_policy_documents:o policy_id:o source_json:o"
        " source_policy_documents:o version:o",
        {"override_policy_documents": ["list", "string"], "source_policy_documents": ["list", "string"]},
    ),
    {
        "statement": NestedBlock(
            "statement",
            "list",
            Block(
                attributes(
                    "actions:o effect:o not_actions:o not_resources:o resources:o sid:o",
                    dict.fromkeys(("actions", "not_actions", "resources", "not_resources"), STRINGS),
                ),
                {
                    "principals": NestedBlock("principals", "set", _PRINCIPALS),
                    "not_principals": NestedBlock("not_principals", "set", _PRINCIPALS),
                    "condition": NestedBlock("condition", "set", _CONDITION),
                },
            ),
        )
    },
)

FILTER = NestedBlock("filter", "set", Block(attributes("name:r values:r", {"values": STRINGS})))

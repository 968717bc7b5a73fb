"""Subtrees that the provider generator skips (its skipped-attributes.ts), read off the AWS provider's Go sources.

Covered: ``rule.statement`` of aws_wafv2_web_acl and aws_wafv2_rule_group (internal/service/wafv2/schemas.go). The
provider builds its and/or/not statements in a loop, which go_eval does not run, so the levels are put together here:
the innermost statement has only match statements, each level above may nest the one below.
Not covered: the definitions of the quicksight resources, whose arguments stay opaque.
"""

from __future__ import annotations

import json
from typing import Any

from terraformer.provider.bundle_format import encode_record
from terraformer.provider.compiler.go_eval import Closure, Evaluator, Opaque, Struct
from terraformer.provider.compiler.go_schema import SchemaReader
from terraformer.provider.schema import Block, ResourceSchema

__all__ = ["wafv2_splices"]

PACKAGE = "internal/service/wafv2"
_MATCHES = {
    "asn_match_statement": "asnMatchStatementSchema",
    "byte_match_statement": "byteMatchStatementSchema",
    "geo_match_statement": "geoMatchStatementSchema",
    "ip_set_reference_statement": "ipSetReferenceStatementSchema",
    "label_match_statement": "labelMatchStatementSchema",
    "regex_match_statement": "regexMatchStatementSchema",
    "regex_pattern_set_reference_statement": "regexPatternSetReferenceStatementSchema",
    "size_constraint_statement": "sizeConstraintSchema",
    "sqli_match_statement": "sqliMatchStatementSchema",
    "xss_match_statement": "xssMatchStatementSchema",
}
_ROOTS = {"aws_wafv2_web_acl": "webACLRootStatementSchema", "aws_wafv2_rule_group": "ruleGroupRootStatementSchema"}


def _list_of(members: dict[str, Any], **fields: Any) -> Struct:
    element = Struct("schema.Resource", {"Schema": members})
    return Struct("schema.Schema", {"Type": Opaque("schema.TypeList"), "Elem": element, **fields})


def wafv2_splices(evaluator: Evaluator) -> dict[str, Any]:
    """Bundle records by "resource <type> rule.statement". Raises ValueError when the sources look different."""

    def match(name: str) -> Any:
        value = evaluator.global_value(PACKAGE, name)
        return evaluator.call_closure(value) if isinstance(value, Closure) else evaluator.call_function(PACKAGE, name)

    matches = {block: match(function) for block, function in _MATCHES.items()}
    levels: list[Struct] = []
    depth = max(evaluator.global_value(PACKAGE, f"{root}Level") for root in _ROOTS.values())
    for _ in range(depth):
        below = {f"{word}_statement": levels[-1] for word in ("and", "not", "or")} if levels else {}
        levels.append(_list_of({"statement": _list_of({**matches, **below}, Required=True)}, Optional=True, MaxItems=1))
    for key in [k for k in evaluator.calls if k[0] == PACKAGE]:  # what was read without the levels
        del evaluator.calls[key]
    for number, level in enumerate(levels, 1):
        evaluator.calls[PACKAGE, "statementSchema", number] = level
    reader = SchemaReader()
    records = {}
    for type_name, root in _ROOTS.items():
        level = evaluator.global_value(PACKAGE, f"{root}Level")
        block = reader.nested("statement", evaluator.call_function(PACKAGE, root, (level,)))
        record = encode_record(ResourceSchema("resource", type_name, Block({}, {"statement": block})))
        records[f"resource {type_name} rule.statement"] = json.loads(record)
    return records

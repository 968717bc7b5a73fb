"""AWS data sources that only write a JSON document, besides the IAM policy: log data protection, ECR lifecycle rules.

Source: terraform-provider-aws internal/service/logs/data_protection_policy_document_data_source.go and
internal/service/ecr/{lifecycle_policy_document_data_source,lifecycle_policy}.go: field order and omission of empty
fields are those of their structs, layout is Go's with two spaces. NOT covered: the documents of Network Manager and of
Route 53 traffic policies (made up, and said so).
"""

from __future__ import annotations

from typing import Any

from terraformer.provider.data_sources.gosemantics import go_json, hash_code, string_set
from terraformer.provider.data_sources.reading import Reader, Reading

__all__ = ["CHECKS", "READERS"]


def _one(value: Any) -> dict[str, Any] | None:
    """The block of a name that may occur once."""
    if isinstance(value, list):
        value = value[0] if value else None
    return value if isinstance(value, dict) else None


def _filled(pairs: dict[str, Any]) -> dict[str, Any]:
    """Without what Go's omitempty leaves out."""
    return {name: value for name, value in pairs.items() if value is not None and value not in ("", [], 0)}


def _log_data_protection(reading: Reading) -> None:
    statements = [_log_statement(block) for block in reading.blocks("statement")]
    if len(statements) != 2:
        reading.error(f"a data protection policy needs exactly 2 statement blocks, got {len(statements)}")
        return
    for statement, wanted, other, place in (
        (statements[0], "Audit", "Deidentify", "first"),
        (statements[1], "Deidentify", "Audit", "second"),
    ):
        operation = statement.get("Operation") or {}
        if wanted not in operation or other in operation:
            reading.error(f"the {place} policy statement must contain only the {wanted.lower()} operation")
            return
    configuration = _one(reading.get("configuration")) or {}
    custom = [
        {"Name": c.get("name"), "Regex": c.get("regex")} for c in configuration.get("custom_data_identifier") or []
    ]
    fields = {
        "Configuration": {"CustomDataIdentifier": custom} if custom else None,
        "Description": reading.text("description"),
        "Name": reading.text("name"),
        "Statement": statements,
        "Version": reading.text("version") or "2021-06-01",
    }
    # Versions without the configuration block have another field order and no line break at the end.
    modern = "configuration" in reading.types
    order = tuple(fields) if modern else ("Description", "Version", "Name", "Statement")
    text = go_json(_filled({name: fields[name] for name in order}), indent=2) + ("\n" if modern else "")
    reading.set("version", "2021-06-01")
    reading.set("json", text)
    reading.set("id", str(hash_code(text)))


def _log_statement(block: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {}
    given = _one(block.get("operation")) or {}
    audit, deidentify = _one(given.get("audit")), _one(given.get("deidentify"))
    if audit is not None:
        target = _one(audit.get("findings_destination"))
        operation["Audit"] = {} if target is None else {"FindingsDestination": _findings(target)}
    if deidentify is not None:
        operation["Deidentify"] = {} if _one(deidentify.get("mask_config")) is None else {"MaskConfig": {}}
    return _filled(
        {
            "Sid": block.get("sid"),
            "DataIdentifier": string_set(block.get("data_identifiers") or []),
            "Operation": operation if _one(block.get("operation")) is not None else None,
        }
    )


def _findings(block: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for argument, field, inner, name in (
        ("cloudwatch_logs", "CloudWatchLogs", "log_group", "LogGroup"),
        ("firehose", "Firehose", "delivery_stream", "DeliveryStream"),
        ("s3", "S3", "bucket", "Bucket"),
    ):
        found = _one(block.get(argument))
        if found is not None:
            out[field] = _filled({name: found.get(inner)})
    return out


def _ecr_lifecycle(reading: Reading) -> None:
    rules = []
    for block in reading.blocks("rule"):
        selection = _one(block.get("selection"))
        action = _one(block.get("action")) or {"type": "expire"}
        chosen = None
        if selection is not None:
            chosen = _filled(
                {
                    "tagStatus": selection.get("tag_status"),
                    "tagPatternList": selection.get("tag_pattern_list"),
                    "tagPrefixList": selection.get("tag_prefix_list"),
                    "storageClass": selection.get("storage_class"),
                    "countType": selection.get("count_type"),
                    "countUnit": selection.get("count_unit"),
                    "countNumber": selection.get("count_number"),
                }
            )
        rule = _filled(
            {"rulePriority": block.get("priority"), "description": block.get("description"), "selection": chosen}
        )
        rule["action"] = _filled({"targetStorageClass": action.get("target_storage_class")}) | {
            "type": action.get("type")
        }
        rules.append(rule)
    reading.set("json", go_json({"rules": rules}, indent=2))


def _check_ecr_lifecycle(reading: Reading) -> None:
    given = reading.value.get("rule")
    if isinstance(given, list) and not given:
        reading.error(
            "Invalid Block",
            "Block rule must have a configuration value as the provider has marked it as required",
            ("rule",),
        )
    for i, block in enumerate(reading.blocks("rule")):
        for place, name, allowed in (
            ("selection", "count_type", ("imageCountMoreThan", "sinceImagePushed")),
            ("selection", "tag_status", ("tagged", "untagged", "any")),
        ):
            inner = _one(block.get(place))
            value = inner.get(name) if inner else None
            # newer versions have more count types together with storage classes
            newer = inner is not None and "storage_class" in inner
            if isinstance(value, str) and value not in allowed and not newer:
                wanted = " ".join(f'"{a}"' for a in allowed)
                path = f"rule[{i}].{place}[0].{name}"
                reading.error(
                    "Invalid Attribute Value Match",
                    f'Attribute {path} value must be one of: [{wanted}], got: "{value}"',
                    ("rule", i, place, 0, name),
                )


READERS: dict[str, Reader] = {
    "aws_cloudwatch_log_data_protection_policy_document": _log_data_protection,
    "aws_ecr_lifecycle_policy_document": _ecr_lifecycle,
}
CHECKS: dict[str, Reader] = {"aws_ecr_lifecycle_policy_document": _check_ecr_lifecycle}

"""The smaller JSON documents, and outputs of a remote state."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from data_source_help import STRINGS, answer, attributes

from terraformer.provider.schema import Block, NestedBlock


def _list(name: str, block: Block) -> dict[str, NestedBlock]:
    return {name: NestedBlock(name, "list", block)}


_FINDINGS = Block(
    blocks={
        **_list("cloudwatch_logs", Block(attributes("log_group:r"))),
        **_list("firehose", Block(attributes("delivery_stream:r"))),
        **_list("s3", Block(attributes("bucket:r"))),
    }
)
_OPERATION = Block(
    blocks={
        **_list("audit", Block(blocks=_list("findings_destination", _FINDINGS))),
        **_list("deidentify", Block(blocks=_list("mask_config", Block()))),
    }
)
_STATEMENT = Block(
    attributes("sid:o data_identifiers:r", {"data_identifiers": STRINGS}), _list("operation", _OPERATION)
)
_TOP = attributes("id:oc json:c name:r description:o version:o")
_CUSTOM = Block(blocks=_list("custom_data_identifier", Block(attributes("name:r regex:r"))))
OLD = Block(_TOP, _list("statement", _STATEMENT))
NEW = Block(_TOP, {**_list("statement", _STATEMENT), **_list("configuration", _CUSTOM)})

AUDIT: dict[str, Any] = {
    "sid": "Audit",
    "data_identifiers": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
    "operation": [{"audit": [{"findings_destination": [{"s3": [{"bucket": "b"}]}]}]}],
}
MASK: dict[str, Any] = {
    "data_identifiers": ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"],
    "operation": [{"deidentify": [{"mask_config": [{}]}]}],
}


def test_log_data_protection_document() -> None:
    type = "aws_cloudwatch_log_data_protection_policy_document"
    old = answer("hashicorp/aws", type, OLD, {"name": "n", "statement": [AUDIT, MASK]}).state
    assert list(json.loads(old["json"])) == ["Version", "Name", "Statement"]
    new = answer(
        "hashicorp/aws",
        type,
        NEW,
        {
            "name": "n",
            "statement": [AUDIT, MASK],
            "configuration": [{"custom_data_identifier": [{"name": "c", "regex": "x+"}]}],
        },
    ).state
    assert new["json"].endswith("}\n")
    made = json.loads(new["json"])
    assert list(made) == ["Configuration", "Name", "Statement", "Version"]
    assert made["Version"] == "2021-06-01"
    assert made["Statement"][0]["Operation"] == {"Audit": {"FindingsDestination": {"S3": {"Bucket": "b"}}}}
    assert made["Statement"][1]["Operation"] == {"Deidentify": {"MaskConfig": {}}}
    assert "Sid" not in made["Statement"][1]
    assert new["id"] == str(zlib.crc32(new["json"].encode()))
    swapped = answer("hashicorp/aws", type, OLD, {"name": "n", "statement": [MASK, AUDIT]})
    assert "the first policy statement must contain only the audit operation" in swapped.diagnostics[0].summary


_SELECTION = Block(
    attributes(
        "tag_status:r tag_prefix_list:o tag_pattern_list:o count_type:r count_unit:o count_number:r",
        {"tag_prefix_list": ["list", "string"], "tag_pattern_list": ["list", "string"], "count_number": "number"},
    )
)
ECR = Block(
    attributes("json:c"),
    _list(
        "rule",
        Block(
            attributes("priority:r description:o", {"priority": "number"}),
            {**_list("selection", _SELECTION), **_list("action", Block(attributes("type:r")))},
        ),
    ),
)


def test_ecr_lifecycle_document() -> None:
    type = "aws_ecr_lifecycle_policy_document"
    selection = {
        "tag_status": "tagged",
        "tag_prefix_list": ["v"],
        "count_type": "imageCountMoreThan",
        "count_number": 5,
    }
    rule = {"priority": 1, "description": "<few>", "selection": [selection]}
    result = answer("hashicorp/aws", type, ECR, {"rule": [rule]})
    assert result.state["json"] == (
        '{\n  "rules": [\n    {\n      "rulePriority": 1,\n      "description": "\\u003cfew\\u003e",\n'
        '      "selection": {\n        "tagStatus": "tagged",\n        "tagPrefixList": [\n          "v"\n        ],\n'
        '        "countType": "imageCountMoreThan",\n        "countNumber": 5\n      },\n'
        '      "action": {\n        "type": "expire"\n      }\n    }\n  ]\n}'
    )
    assert result.assumed == {}
    assert answer("hashicorp/aws", type, ECR, {}).failed
    wrong = {"priority": 1, "selection": [{**selection, "tag_status": "some"}]}
    assert "must be one of" in answer("hashicorp/aws", type, ECR, {"rule": [wrong]}).diagnostics[0].detail


REMOTE_STATE = Block(
    attributes(
        "backend:r config:o defaults:o outputs:c workspace:o",
        {"config": "dynamic", "defaults": "dynamic", "outputs": "dynamic"},
    )
)


@pytest.mark.parametrize(
    ("use", "key", "shape"),
    [
        ("data.terraform_remote_state.net.outputs.vpc_id", "vpc_id", "vpc-"),
        ("data.terraform_remote_state.net.outputs.subnet_ids", "subnet_ids", ["subnet-", "subnet-"]),
        ("data.terraform_remote_state.net.outputs.hosts[0]", "hosts", ["db.example", "db.example"]),
        ("toset(data.terraform_remote_state.net.outputs.things)", "things", ["example-", "example-"]),
        ('data.terraform_remote_state.net.outputs["region"]', "region", "us-east-1"),
        ("data.terraform_remote_state.net.outputs.db.port", "db", {"port": "5432"}),
    ],
)
def test_remote_state(tmp_path: Path, use: str, key: str, shape: Any) -> None:
    (tmp_path / "main.tf").write_text(f"locals {{\n  x = {use}\n}}\n")
    source = "terraform.io/builtin/terraform"
    value = {"backend": "s3", "config": {"bucket": "b"}, "defaults": {"extra": True}}
    result = answer(source, "terraform_remote_state", REMOTE_STATE, value, sandbox=tmp_path)
    outputs = result.state["outputs"]
    assert outputs.keys() == {key, "extra"}
    if isinstance(shape, list):
        assert [v.startswith(s) for v, s in zip(outputs[key], shape, strict=True)] == [True, True]
        assert outputs[key][0] != outputs[key][1]
    elif isinstance(shape, dict):
        assert outputs[key] == shape
    else:
        assert outputs[key].startswith(shape)
    assert "outputs" in result.assumed

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from data_source_help import POLICY_DOCUMENT, answer

from terraformer.provider.data_sources import ReadResult


def document(**value: Any) -> ReadResult:
    return answer("hashicorp/aws", "aws_iam_policy_document", POLICY_DOCUMENT, value)


def text(**value: Any) -> str:
    result = document(**value)
    assert not result.diagnostics
    return str(result.state["json"])


def statements(**value: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text(**value))["Statement"]
    return found


def problem(**value: Any) -> str:
    result = document(**value)
    assert result.failed
    return result.diagnostics[0].summary


def test_layout_order_and_defaults() -> None:
    result = document(
        policy_id="shelf",
        statement=[
            {
                "sid": "Read",
                "actions": ["sqs:Alpha", "sqs:Zeta", "sqs:Mid"],
                "resources": ["arn:aws:sqs:::q"],
                "principals": [{"type": "Service", "identifiers": ["a.amazonaws.com", "b.amazonaws.com"]}],
            },
            {"effect": "Deny", "not_actions": ["iam:*"], "not_resources": ["*"]},
        ],
    )
    assert result.state["json"] == (
        "{\n"
        '  "Version": "2012-10-17",\n'
        '  "Id": "shelf",\n'
        '  "Statement": [\n'
        "    {\n"
        '      "Sid": "Read",\n'
        '      "Effect": "Allow",\n'
        '      "Action": [\n'
        '        "sqs:Zeta",\n'
        '        "sqs:Mid",\n'
        '        "sqs:Alpha"\n'
        "      ],\n"
        '      "Resource": "arn:aws:sqs:::q",\n'
        '      "Principal": {\n'
        '        "Service": [\n'
        '          "b.amazonaws.com",\n'
        '          "a.amazonaws.com"\n'
        "        ]\n"
        "      }\n"
        "    },\n"
        "    {\n"
        '      "Effect": "Deny",\n'
        '      "NotAction": "iam:*",\n'
        '      "NotResource": "*"\n'
        "    }\n"
        "  ]\n"
        "}"
    )
    assert result.state["minified_json"] == json.dumps(json.loads(result.state["json"]), separators=(",", ":"))
    assert result.state["id"] == str(zlib.crc32(result.state["json"].encode()))
    assert result.state["version"] == "2012-10-17"
    assert result.assumed == {}


def test_empty_document() -> None:
    assert text() == '{\n  "Version": "2012-10-17"\n}'
    assert text(source_policy_documents=[""], override_policy_documents=["", None]) == text()


def test_the_stored_statement_has_defaults_and_zero_values() -> None:
    (stored,) = document(statement=[{"actions": ["s3:*"]}]).state["statement"]
    assert stored["effect"] == "Allow"
    assert stored["sid"] == ""
    assert stored["resources"] == [] and stored["condition"] == []


def test_go_escapes_html_and_keeps_other_letters() -> None:
    made = text(statement=[{"sid": "A", "actions": ["x:<&>"], "resources": ["bücher\u2028/\x01"]}])
    assert '"x:\\u003c\\u0026\\u003e"' in made
    assert '"bücher\\u2028/\\u0001"' in made


def test_policy_variables() -> None:
    (one,) = statements(
        statement=[
            {
                "actions": ["s3:&{x}"],
                "resources": ["arn:aws:s3:::b/&{aws:username}"],
                "principals": [{"type": "AWS", "identifiers": ["&{who}"]}],
                "condition": [{"test": "StringLike", "variable": "s3:prefix", "values": ["", "home/&{aws:username}"]}],
            }
        ]
    )
    assert one["Action"] == "s3:&{x}"
    assert one["Resource"] == "arn:aws:s3:::b/${aws:username}"
    assert one["Principal"] == {"AWS": "${who}"}
    assert one["Condition"] == {"StringLike": {"s3:prefix": ["", "home/${aws:username}"]}}


@pytest.mark.parametrize(
    ("argument", "value", "where"),
    [
        ("resources", ["&{a}"], "reading resources: "),
        ("not_resources", ["&{a}"], "reading not_resources: "),
        ("principals", [{"type": "AWS", "identifiers": ["&{a}"]}], "reading principals: reading identifiers: "),
        ("condition", [{"test": "t", "variable": "v", "values": ["&{a}"]}], "reading condition: reading values: "),
    ],
)
def test_no_policy_variables_in_the_old_version(argument: str, value: Any, where: str) -> None:
    said = problem(version="2008-10-17", statement=[{argument: value}])
    assert said == f"{where}found &{{ sequence in (&{{a}}), which is not supported in document version 2008-10-17"


def test_only_star_star_is_the_bare_star() -> None:
    star = [{"type": "*", "identifiers": ["*"]}]
    assert statements(statement=[{"principals": star}])[0]["Principal"] == "*"
    aws = [{"type": "AWS", "identifiers": ["*"]}]
    assert statements(statement=[{"not_principals": aws}])[0]["NotPrincipal"] == {"AWS": "*"}
    assert statements(statement=[{"principals": star + aws}])[0]["Principal"] == {"*": "*", "AWS": "*"}


def _roots(*digits: str) -> dict[str, Any]:
    return {"type": "AWS", "identifiers": [f"arn:aws:iam::{d * 12}:root" for d in digits]}


@pytest.mark.parametrize(
    ("blocks", "order"),
    [
        ([_roots("1"), _roots("2", "3")], "132"),
        ([_roots("1", "2"), _roots("3"), _roots("4")], "3421"),
    ],
)
def test_blocks_of_one_principal_type_join_in_the_order_of_the_sdk_set(blocks: list[Any], order: str) -> None:
    # The orders are those that the real provider was seen to write.
    (one,) = statements(statement=[{"principals": blocks}])
    assert [arn.split(":")[4][0] for arn in one["Principal"]["AWS"]] == list(order)


def test_conditions_are_grouped_and_sorted() -> None:
    def condition(test: str, variable: str, *values: str) -> dict[str, Any]:
        return {"test": test, "variable": variable, "values": list(values)}

    (one,) = statements(
        statement=[
            {
                "condition": [
                    condition("StringEquals", "s3:x-amz-acl", "private"),
                    condition("StringEquals", "aws:SourceArn", "z", "a"),
                    condition("Bool", "aws:SecureTransport", "false"),
                    condition("StringLike", "s3:prefix", "one/", "two/"),
                    condition("StringLike", "s3:prefix", "three/"),
                ]
            }
        ]
    )
    assert list(one["Condition"]) == ["Bool", "StringEquals", "StringLike"]
    assert list(one["Condition"]["StringEquals"]) == ["aws:SourceArn", "s3:x-amz-acl"]
    assert one["Condition"]["StringEquals"]["aws:SourceArn"] == ["z", "a"]
    assert one["Condition"]["Bool"] == {"aws:SecureTransport": "false"}
    assert sorted(one["Condition"]["StringLike"]["s3:prefix"]) == ["one/", "three/", "two/"]


def _policy(*statements: dict[str, Any], **top: Any) -> str:
    return json.dumps({"Version": "2012-10-17", **top, "Statement": list(statements)})


def test_sources_come_first_and_later_sids_replace_in_place() -> None:
    made = statements(
        source_policy_documents=[
            _policy({"Sid": "Keep", "Action": "a:1"}, {"Action": "a:2"}),
            _policy({"Sid": "Mine", "Action": "a:3"}),
        ],
        statement=[{"sid": "Mine", "actions": ["b:1"]}, {"actions": ["b:2"]}],
        override_policy_documents=[
            _policy({"Sid": "Keep", "Effect": "Deny", "Action": ["c:1", "c:2"]}, {"Sid": "New"})
        ],
    )
    assert [(s.get("Sid"), s.get("Action")) for s in made] == [
        ("Keep", ["c:1", "c:2"]),
        (None, "a:2"),
        ("Mine", "b:1"),
        (None, "b:2"),
        ("New", None),
    ]


def test_ids_and_versions_merge() -> None:
    top = json.loads(
        text(
            version="2008-10-17",
            source_policy_documents=['{"version": "2012-10-17", "ID": "first"}'],
            override_policy_documents=['{"Version": "2008-10-17", "Id": "last"}'],
        )
    )
    assert top == {"Version": "2012-10-17", "Id": "last"}


def test_foreign_statements_are_normalised_as_the_provider_does() -> None:
    (one,) = statements(
        source_policy_documents=[
            _policy(
                {
                    "Effect": "Allow",
                    "Action": ["s3:B", "s3:C", "s3:A"],
                    "Resource": [],
                    "Principal": {"AWS": ["b", "c", "a"], "Service": "x"},
                    "NotPrincipal": "*",
                    "Condition": {"Null": {"k": False}, "S": {"one": ["v"], "dropped": 5}},
                    "Unheard": 1,
                }
            )
        ]
    )
    assert one == {
        "Effect": "Allow",
        "Action": ["s3:B", "s3:C", "s3:A"],
        "Resource": [],
        "Principal": {"AWS": ["c", "b", "a"], "Service": "x"},
        "NotPrincipal": "*",
        "Condition": {"Null": {"k": "false"}, "S": {"one": "v"}},
    }


def test_duplicate_sids() -> None:
    twice = [{"sid": "A"}, {"sid": ""}, {"sid": ""}, {"sid": "A"}]
    assert problem(statement=twice) == (
        "writing IAM Policy Document: duplicate Sid (A). Remove the Sid or ensure the Sid is unique."
    )
    said = problem(source_policy_documents=[_policy({"Sid": "A"}), _policy({}, {"Sid": "A"})])
    assert said == (
        "writing IAM Policy Document: merging source document 1: duplicate Sid (A) in source_policy_documents "
        "(statement 1). Remove the Sid or ensure Sids are unique."
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{"Statement": {}}', "cannot unmarshal object into Go struct field IAMPolicyDoc.Statement"),
        ("[]", "cannot unmarshal array into Go value"),
        ('{"Statement": [null]}', "cannot unmarshal null"),
        ('{"Statement": [{"Principal": 5}]}', "Unsupported data type float64 for IAMPolicyStatementPrincipalSet"),
        ('{"Statement": [{"Principal": {"AWS": [1]}}]}', "Unsupported element type float64"),
        ('{"Statement": [{"Condition": []}]}', "cannot unmarshal array"),
        ('{"Statement": [{"Condition": {"a": {"b": [1]}}}]}', "must be strings"),
    ],
)
def test_documents_of_the_wrong_shape(source: str, said: str) -> None:
    assert said in problem(source_policy_documents=[source])
    assert said in problem(override_policy_documents=[source])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"source_policy_documents": ["{"]}, '"source_policy_documents.0" contains an invalid JSON: unexpected end'),
        ({"override_policy_documents": ["", "{a}"]}, '"override_policy_documents.1" contains an invalid JSON: invalid'),
        ({"source_policy_documents": ["[" * 100_000]}, "contains an invalid JSON"),
        ({"source_json": "{}"}, 'expected "source_json" to be an empty string: got {}'),
        ({"version": "2020-01-01"}, 'expected version to be one of ["2008-10-17" "2012-10-17"], got 2020-01-01'),
        ({"statement": [{"effect": "allow"}]}, 'expected statement.0.effect to be one of ["Allow" "Deny"], got allow'),
        ({"statement": [{}, {"sid": "a b"}]}, "invalid value for statement.1.sid"),
    ],
)
def test_what_is_refused_before_anything_is_merged(value: dict[str, Any], said: str) -> None:
    assert said in problem(**value)

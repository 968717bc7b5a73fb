"""Reading and writing intents, their sentences, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from terraformer.data.intents import Intent, evaluate, explain, load_intent, rule_names, to_rego
from terraformer.errors import UsageError
from terraformer.types import Policy
from terraformer.verify.stages.rego import read_policy

BUCKET = {"type": "aws_s3_bucket"}


def of(*demands: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": 1, "demands": list(demands), **more}


def having(*conditions: Any) -> dict[str, Any]:
    return of({**BUCKET, "having": list(conditions)})


REFUSED: dict[str, tuple[Any, str]] = {
    "no object": ([], "must be an object, not a list"),
    "no version": ({"demands": [BUCKET]}, '"version" is null; this release reads version 1'),
    "another version": ({"version": 2, "demands": [BUCKET]}, '"version" is 2'),
    "nothing": ({"version": 1}, "it demands nothing"),
    "unknown key": (of({**BUCKET, "lable": "a"}), 'demands[0]: unknown key "lable"; did you mean "label"?'),
    "no type": (of({}), 'a resource demand needs a "type"'),
    "type of an output": (of({"subject": "output", "type": "x"}), "has no type: choose by label"),
    "subject": (of({"subject": "thing"}), '"thing" is none of resource, data, output'),
    "count": (of({**BUCKET, "count": -1}), "must be a whole number of 0 or more, not -1"),
    "impossible count": (of({**BUCKET, "count": {"at_least": 3, "at_most": 2}}), "is impossible"),
    "no condition": (having({"equals": 1}), "no condition: it needs one of path, block"),
    "no test": (having({"path": "a"}), "a path has exactly one test, not 0"),
    "two tests": (having({"path": "a", "equals": 1, "set": True}), "exactly one test, not 2"),
    "misspelt test": (having({"path": "a", "equal": 1}), 'did you mean "equals"?'),
    "empty step": (having({"path": "a..b", "equals": 1}), "has an empty step"),
    "member in the middle": (having({"path": "a[*].b", "equals": 1}), "[*] can only end a path"),
    "operand": (having({"path": "a", "at_least": "x"}), "at_least: 'x' is not a number"),
    "null": (having({"path": "a", "equals": None}), "is not text, a number or a boolean"),
    "huge": (having({"path": "a", "equals": 10**15}), "less than 16 digits"),
    "half a character": (having({"path": "a", "equals": "\ud800"}), "half a character"),
    "pattern": (having({"path": "a", "matches": "("}), "pattern '('"),
    "look-ahead": (having({"path": "a", "matches": "(?=x)"}), "only (?:...) and a leading (?i)"),
    "word boundary": (having({"path": "a", "matches": r"\bx"}), "not understood by every engine"),
    "possessive": (having({"path": "a", "matches": "a*+"}), "a repetition of a repetition"),
    "open bracket": (having({"path": "a", "matches": "[a"}), "does not end"),
    "empty any": (having({"any": []}), "any: it needs conditions"),
    "effect": (having({"policy": "policy", "effect": "allow"}), '"Allow" or "Deny"'),
    "empty policy": (having({"policy": "policy"}), "a policy condition needs"),
    "two targets": (having({"refers_to": {"type": "a", "data": "b"}}), "exactly one of type, data, variable, local and module"),
    "reference in a block": (having({"block": "b", "having": [{"refers_to": "aws_x"}]}), "only values can be asked"),
    "depends_on of an output": (of({"subject": "output", "having": [{"depends_on": "a"}]}), "cannot be asked of the subject output"),
    "name": (of({**BUCKET, "name": "Is Valid"}), "small letters, digits and underscores"),
    "action": ({"version": 1, "change": {"demands": [{"action": "grown", "type": "a"}]}}, '"grown" is none of added'),
    "aimless": ({"version": 1, "change": {"demands": [{"action": "added"}]}}, 'name a "type" or an "address"'),
    "paths of an addition": ({"version": 1, "change": {"demands": [{"action": "added", "type": "a", "paths": ["b"]}]}}, "what is added has none"),
    "before an addition": ({"version": 1, "change": {"demands": [{"action": "added", "type": "a", "before": [{"path": "b", "set": True}]}]}}, "was not there"),
    "deep": (having(__import__("functools").reduce(lambda c, _: {"not": c}, range(20), {"path": "a", "set": True})), "nested more than 12 deep"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    data, words = REFUSED[name]
    file = tmp_path / "intent.json"
    file.write_text(json.dumps(data), "utf-8")
    with pytest.raises(UsageError) as caught:
        load_intent(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.json", '{"version": 1,}', "not JSON"),
        ("a.json", '{"version": NaN}', "NaN is no JSON number"),
        ("a.toml", "version = ", "not TOML"),
        ("a.txt", "version = 1", "a TOML file's name ends in .toml"),
        ("a.json", "[" * 100_000, "not JSON"),
    ],
)
def test_files_that_are_not_read(name: str, text: str, words: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    with pytest.raises(UsageError, match=re.escape(words)):
        load_intent(tmp_path / name)
    with pytest.raises(UsageError, match="cannot read the intent"):
        load_intent(tmp_path / "none.json")


FULL = of(
    {**BUCKET, "label": "logs", "having": [{"path": "tags.Name", "equals": "logs"}, {"path": ["tags", "a.b/c"], "set": True}]},
    {**BUCKET, "quantifier": "every", "count": {"at_least": 0}, "having": [{"path": "force_destroy", "equals": False}]},
    {
        "type": "aws_security_group",
        "having": [
            {"not": {"block": "ingress", "having": [{"path": "cidr_blocks[*]", "equals": "0.0.0.0/0"}, {"path": "from_port", "equals": 22}]}},
            {"block": "egress", "count": {"at_most": 1}},
        ],
    },
    {"type": "aws_iam_role", "having": [{"policy": "assume_role_policy", "effect": "Allow", "actions": ["sts:AssumeRole"], "principals": {"Service": ["lambda.amazonaws.com"]}, "unknown": True}]},
    {"type": "aws_iam_user", "count": 0},
    {"subject": "output", "having": [{"refers_to": {"type": "aws_s3_bucket", "attribute": "arn"}}]},
    change={"demands": [{"action": "removed", "address": "aws_vpc.old"}, {"action": "added", "type": "aws_subnet", "count": {"at_least": 2}}]},
    title="Logs",
)  # fmt: skip


def test_an_intent_is_the_same_after_writing_and_reading() -> None:
    intent = Intent.from_dict(FULL)
    written = json.loads(json.dumps(intent.to_dict()))
    assert Intent.from_dict(written) == intent
    assert Intent.from_dict(written).to_dict() == written
    assert hash(intent.demands[0]) is not None


def test_toml(tmp_path: Path) -> None:
    file = tmp_path / "intent.toml"
    file.write_text(
        'version = 1\n\n[[demands]]\ntype = "aws_s3_bucket"\ncount = 2\nhaving = [{ path = "bucket", starts_with = "a" }]\n',
        "utf-8",
    )
    assert load_intent(file) == Intent.from_dict(
        of({**BUCKET, "count": 2, "having": [{"path": "bucket", "starts_with": "a"}]})
    )


def test_sentences() -> None:
    assert explain(Intent.from_dict(FULL)) == (
        'There is at least one aws_s3_bucket named "logs" where tags.Name is "logs" and tags.a.b/c is set.',
        "For every aws_s3_bucket, force_destroy is false.",
        "There is at least one aws_security_group where it is not so that in some ingress block some member of cidr_blocks"
        ' is "0.0.0.0/0" and from_port is 22 and it has at most one egress block.',
        "There is at least one aws_iam_role where assume_role_policy allows sts:AssumeRole to Service lambda.amazonaws.com"
        " (or is known only after apply).",
        "There is no aws_iam_user.",
        "There is at least one output where it refers to the arn of some aws_s3_bucket.",
        "At least one resource at aws_vpc.old is removed.",
        "At least two aws_subnet resources are added.",
        "Nothing else is added, removed, replaced, moved or updated.",
    )


def test_names_are_different_and_given_ones_are_kept() -> None:
    intent = Intent.from_dict(of(BUCKET, BUCKET, {**BUCKET, "name": "logs"}, {**BUCKET, "name": "logs"}))
    assert rule_names(intent) == (
        "is_valid_aws_s3_bucket",
        "is_valid_aws_s3_bucket_2",
        "is_valid_logs",
        "is_valid_logs_2",
    )


def test_the_rego_is_one_a_person_would_write() -> None:
    intent = Intent.from_dict(of({**BUCKET, "having": [{"path": "bucket", "equals": "logs"}]}, title="Logs"))
    assert (
        to_rego(intent, package="shop.logs")
        == """\
# Logs

package shop.logs

import rego.v1

# The configuration meets every demand.
default is_configuration_valid := false

is_configuration_valid if {
	is_valid_aws_s3_bucket_bucket
}

# There is at least one aws_s3_bucket where bucket is "logs".
default is_valid_aws_s3_bucket_bucket := false

is_valid_aws_s3_bucket_bucket if {
	some resource in resources
	resource.type == "aws_s3_bucket"
	resource.change.after.bucket == "logs"
}

# Every managed resource instance that there is after apply.
resources := [resource |
	some resource in input.resource_changes
	resource.mode == "managed"
	not "deposed" in object.keys(resource)
	is_object(resource.change.after)
	not "forget" in resource.change.actions
]
"""
    )
    with pytest.raises(UsageError, match="package 'a b'"):
        to_rego(intent, package="a b")


def test_words_of_the_intent_cannot_leave_their_place_in_the_rego() -> None:
    hostile = 'x"\n}\nis_configuration_valid := true # `'
    intent = Intent.from_dict(
        of(
            {"type": hostile, "label": hostile, "module": hostile, "text": hostile,
             "having": [{"path": [hostile, "input"], "equals": hostile}, {"path": "default.import.in", "includes": hostile},
                        {"path": "a", "matches": "`"}, {"refers_to": {"type": hostile, "label": hostile}}]},
            title=hostile,
        )
    )  # fmt: skip
    module = read_policy(Policy("intent.rego", to_rego(intent)))
    assert not module.v0
    plan = {"planned_values": {}, "configuration": {}, "resource_changes": []}
    assert [v.passed for v in evaluate(intent, plan)] == [False]
    assert len(module.rules["is_configuration_valid"].alternatives) == 1


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(UsageError, match="not a plan in JSON"):
        evaluate(Intent.from_dict(of(BUCKET)), {"values": {}})

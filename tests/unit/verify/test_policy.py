"""The policy stage: which rules decide, in which syntax, and what is said about those that fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from terraformer.types import Policy, Severity, TerraformConfig
from terraformer.verify import VerifierPool
from terraformer.verify.stages.policy import PolicyOutcome, check_policies

PLAN: dict[str, Any] = {
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_sqs_queue.a",
                    "type": "aws_sqs_queue",
                    "name": "a",
                    "expressions": {"name": {"constant_value": "alpha"}, "delay_seconds": {"constant_value": 5}},
                },
                {
                    "address": "aws_sqs_queue.b",
                    "type": "aws_sqs_queue",
                    "name": "b",
                    "expressions": {"name": {"constant_value": "beta"}},
                },
                {
                    "address": "aws_sns_topic.t",
                    "type": "aws_sns_topic",
                    "name": "t",
                    "expressions": {"name": {"constant_value": "topic"}},
                },
            ]
        }
    },
    "resource_changes": [
        {
            "address": "aws_sqs_queue.a",
            "type": "aws_sqs_queue",
            "change": {"actions": ["create"], "after": {"name": "alpha"}},
        }
    ],
}


def check(*texts: str) -> PolicyOutcome:
    policies = [Policy(f"p{i}.rego", text) for i, text in enumerate(texts)]
    return check_policies(policies, json.dumps(PLAN), PLAN)


V0 = """package terraform.validation

default is_configuration_valid = false
default is_valid_queue = false

is_valid_queue {
    some i
    resource := input.configuration.root_module.resources[i]
    resource.type == "aws_sqs_queue"
    resource.expressions.name.constant_value == "%s"
}

is_configuration_valid {
    is_valid_queue
}
"""


def test_boolean_rules_in_the_old_syntax() -> None:
    assert check(V0 % "alpha").passed is True
    outcome = check(V0 % "gamma")
    assert outcome.passed is False
    assert {r.rule: r.passed for r in outcome.rules} == {
        "data.terraform.validation.is_configuration_valid": False,
        "data.terraform.validation.is_valid_queue": False,
    }


def test_a_failed_condition_names_line_resources_and_what_was_found() -> None:
    (found,) = check(V0 % "gamma").certificates
    assert found.code == "policy-rule-failed"
    assert found.rule == "data.terraform.validation.is_valid_queue"
    assert 'resource.expressions.name.constant_value == "gamma"' in found.summary
    (condition,) = found.notes["conditions"]
    assert condition["line"] == 10
    assert condition["reached"] == ["aws_sqs_queue.a", "aws_sqs_queue.b"]
    assert condition["found"] == ["alpha", "beta"]
    assert found.attribute_path == "name"


def test_a_missing_resource_is_said_to_be_missing() -> None:
    text = (V0 % "x").replace("aws_sqs_queue", "aws_vpc")
    (found,) = check(text).certificates
    assert "no resource of type aws_vpc" in found.detail
    assert found.fix is not None
    assert "aws_vpc" in found.fix


def test_conditions_in_functions_are_followed() -> None:
    text = """package main

import rego.v1

default allow := false

named(queue, wanted) if {
  queue.type == "aws_sqs_queue"
  queue.expressions.name.constant_value == wanted
}

allow if {
  some queue in input.configuration.root_module.resources
  named(queue, "gamma")
}
"""
    (found,) = check(text).certificates
    assert "queue.expressions.name.constant_value == wanted" in found.summary
    assert found.notes["conditions"][0]["line"] == 9


def test_alternatives_blame_the_one_that_came_furthest() -> None:
    text = """package main

import rego.v1

default allow := false

allow if {
  input.nothing
}

allow if {
  some r in input.configuration.root_module.resources
  r.type == "aws_sqs_queue"
  r.expressions.delay_seconds.constant_value > 10
}
"""
    (found,) = check(text).certificates
    assert "delay_seconds.constant_value > 10" in found.summary
    assert found.notes["conditions"][0]["found"] == [5]


@pytest.mark.parametrize(
    "text",
    [
        "package a\n\nvalid {\n  input.resource_changes\n}\n",
        "package a\n\nimport future.keywords.in\n\ndefault valid := false\n\nvalid {\n  some r in "
        "input.resource_changes\n  "
        'r.type == "aws_sqs_queue"\n}\n',
        "package a\n\nimport rego.v1\n\nallow if input.resource_changes\n",
        "package a\n\nallow := true if {\n  count(input.resource_changes) == 1\n}\n",
        "package a\n\nimport future.keywords.if\n\nallow if {\n  input.resource_changes\n}\n",
        "package a.b.c\n\ndefault is_valid_x := false\n\nis_valid_x if {\n  every r in input.resource_changes {\n    "
        "r.type == "
        '"aws_sqs_queue"\n  }\n}\n',
    ],
)
def test_both_syntaxes_are_taken(text: str) -> None:
    outcome = check(text)
    assert outcome.tool_errors == []
    assert outcome.passed is True


def test_an_entry_point_that_is_undefined_did_not_pass() -> None:
    outcome = check("package a\n\nvalid {\n  input.nothing\n}\n")
    assert outcome.passed is False
    assert outcome.rules[0].message == "is undefined"


def test_helpers_do_not_decide() -> None:
    text = """package a

import rego.v1

default allow := false

default exempt := false

exempt if input.nothing

allow if not exempt

limit := 5
"""
    outcome = check(text)
    assert outcome.passed is True
    assert [r.rule for r in outcome.rules] == ["data.a.allow"]


def test_conftest_sets() -> None:
    text = """package main

import rego.v1

deny contains msg if {
  some change in input.resource_changes
  msg := sprintf("%s is forbidden", [change.address])
}

violation_names contains {"msg": "bad name", "address": "aws_sqs_queue.a"} if {
  true
}

warn contains "be careful" if true
"""
    outcome = check(text)
    assert outcome.passed is False
    found = {c.summary: (c.code, c.severity, c.address) for c in outcome.certificates}
    assert found == {
        "aws_sqs_queue.a is forbidden": ("policy-denied", Severity.ERROR, "aws_sqs_queue.a"),
        "bad name": ("policy-denied", Severity.ERROR, "aws_sqs_queue.a"),
        "be careful": ("policy-warning", Severity.WARNING, None),
    }


def test_empty_sets_and_warnings_pass() -> None:
    text = 'package main\n\ndeny[msg] {\n  input.nothing\n  msg := "no"\n}\n\nwarn[msg] {\n  msg := "hm"\n}\n'
    outcome = check(text)
    assert outcome.passed is True
    assert [c.code for c in outcome.certificates] == ["policy-warning"]


def test_each_policy_is_judged_by_itself_and_libraries_are_seen() -> None:
    library = 'package lib.names\n\nimport rego.v1\n\nis_queue(r) if r.type == "aws_sqs_queue"\n'
    user = (
        "package main\n\nimport rego.v1\n\nimport data.lib.names\n\nallow if {\n  some r in input.resource_changes\n  "
        "names.is_queue(r)\n}\n"
    )
    outcome = check(library, user, V0 % "gamma")
    assert outcome.tool_errors == []
    assert (outcome.rules[0].policy, outcome.rules[0].passed) == ("p1.rego", True)
    assert outcome.passed is False


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("package a\n\nallow if {\n", "not valid Rego"),
        ("this is not rego", "not valid Rego"),
        ("", "not valid Rego"),
        ("package a\n\nlimit := 5\n", "no rule to judge by"),
    ],
)
def test_policies_that_cannot_be_used_are_tool_errors(text: str, part: str) -> None:
    outcome = check(text)
    assert outcome.certificates == []
    assert [e.kind for e in outcome.tool_errors] == ["policy-invalid"]
    assert part in outcome.tool_errors[0].message
    assert "p0.rego" in outcome.tool_errors[0].message
    assert outcome.passed is None


def test_errors_of_built_in_functions_are_undefined_as_in_opa() -> None:
    text = """package a

import rego.v1

default allow := false

broken := to_number("abc")

allow if count(input.resource_changes) == 1
"""
    assert check(text).passed is True


def test_a_some_that_is_reached_twice() -> None:
    text = """package a

default valid = false

valid {
  some i
  resource := input.configuration.root_module.resources[i]
  some key
  resource.expressions[key].constant_value == 5
}
"""
    assert check(text).passed is True


def test_test_rules_are_left_out() -> None:
    text = "package a\n\nimport rego.v1\n\nallow if true\n\ntest_allow if false\n"
    outcome = check(text)
    assert [r.rule for r in outcome.rules] == ["data.a.allow"]


def test_through_a_whole_verification(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text('resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n')
    good = pool.verify(config, policies=(Policy("p.rego", V0 % "jobs"),))
    assert (good.correct, good.exit_code) == (True, 0)
    bad = pool.verify(config, policies=(Policy("p.rego", V0 % "tasks"),))
    assert (bad.deployable, bad.correct, bad.exit_code) == (True, False, 2)
    (found,) = bad.certificates
    assert found.address == "aws_sqs_queue.jobs"
    assert found.range is not None
    assert found.range.start.line == 1
    broken = pool.verify(config, policies=(Policy("p.rego", "package a\n\nallow if {"),))
    assert (broken.deployable, broken.correct, broken.exit_code) == (True, None, 1)

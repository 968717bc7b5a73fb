"""Intents of a change, on real plans of the configuration after against the applied state of the one before: right
answers, and a wrong one of each kind (nothing done, something else done, resource deleted, resource replaced)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from intent_configurations import config_of

from terraformer.data.intents import Intent, change_scope, evaluate, policy_of
from terraformer.types import Severity
from terraformer.verify import VerifierPool, VerifySettings, compare
from terraformer.verify.stages.policy import check_policies

BEFORE = """
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"

  tags = {
    env = "test"
  }
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "app" {
  count                  = 2
  ami                    = "ami-0123456789abcdef0"
  instance_type          = "t3.micro"
  vpc_security_group_ids = [aws_security_group.web.id]
}

output "bucket" {
  value = aws_s3_bucket.logs.arn
}
"""


def edit(*pairs: tuple[str, str]) -> str:
    text = BEFORE
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


VERSIONED = ('"Suspended"', '"Enabled"')
RETAGGED = ('env = "test"', 'env = "prod"')
RENAMED_GROUP = ('name = "web"', 'name = "front"')  # forces its replacement
KEY = 'resource "aws_kms_key" "logs" {\n  description = "logs"\n}\n'
KEYED = ('output "bucket"', KEY + "\n" + 'output "bucket"')
MOVED = "moved {\n  from = aws_s3_bucket.logs\n  to   = aws_s3_bucket.audit\n}\n"
VERSIONING = BEFORE[BEFORE.index('resource "aws_s3_bucket_versioning"') : BEFORE.index('resource "aws_security_group"')]

VERSION: dict[str, Any] = {
    "demands": [
        {
            "action": "updated",
            "address": "aws_s3_bucket_versioning.logs",
            "paths": ["versioning_configuration.status"],
            "having": [{"path": "versioning_configuration.status", "equals": "Enabled"}],
            "name": "versioned",
        }
    ]
}
RENAME: dict[str, Any] = {"demands": [{"action": "moved", "type": "aws_s3_bucket", "previous": "aws_s3_bucket.logs", "address": "aws_s3_bucket.audit", "name": "renamed"}]}  # fmt: skip
ADD: dict[str, Any] = {"demands": [{"action": "added", "type": "aws_kms_key", "count": 1, "name": "key"}]}
REMOVE: dict[str, Any] = {"demands": [{"action": "removed", "type": "aws_s3_bucket_versioning", "before": [{"path": "versioning_configuration.status", "equals": "Suspended"}], "name": "gone"}]}  # fmt: skip
REPLACE: dict[str, Any] = {"demands": [{"action": "replaced", "address": "aws_security_group.web", "paths": ["name"], "having": [{"path": "name", "equals": "front"}], "name": "front"}]}  # fmt: skip
BUCKET: dict[str, Any] = {"demands": [{"action": "replaced", "address": "aws_s3_bucket.logs", "name": "other_bucket"}]}
SCALE: dict[str, Any] = {"demands": [{"action": "added", "type": "aws_instance", "count": 1, "name": "one_more"}, {"action": "unchanged", "type": "aws_instance", "count": 2, "name": "the_others"}]}  # fmt: skip
FREE: dict[str, Any] = {**VERSION, "rest_unchanged": False}
REST = "rest_unchanged"

# name: (change, configuration after, rules that fail)
CASES: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "versioned": (VERSION, edit(VERSIONED), set()),
    "nothing done": (VERSION, BEFORE, {"versioned"}),
    "done, and something else": (VERSION, edit(VERSIONED, RETAGGED), {REST}),
    "something else, when the rest is free": (FREE, edit(VERSIONED, RETAGGED), set()),
    "done, and something else replaced": (VERSION, edit(VERSIONED, RENAMED_GROUP), {REST}),
    "done, and something else added": (VERSION, edit(VERSIONED, KEYED), {REST}),
    "done, and something else removed": (VERSION, edit(VERSIONED, ("count                  = 2", "count                  = 1")), {REST}),
    "deleted instead": (VERSION, edit((VERSIONING, "")), {"versioned", REST}),
    "renamed without moved": (RENAME, edit(("aws_s3_bucket\" \"logs", "aws_s3_bucket\" \"audit"), ("aws_s3_bucket.logs", "aws_s3_bucket.audit")), {"renamed", REST}),
    "renamed": (RENAME, edit(("aws_s3_bucket\" \"logs", "aws_s3_bucket\" \"audit"), ("aws_s3_bucket.logs", "aws_s3_bucket.audit")) + MOVED, set()),
    "renamed and changed": (RENAME, edit(("aws_s3_bucket\" \"logs", "aws_s3_bucket\" \"audit"), ("aws_s3_bucket.logs", "aws_s3_bucket.audit"), RETAGGED) + MOVED, {REST}),
    "moved where nobody asked": (VERSION, edit(VERSIONED, ("aws_s3_bucket\" \"logs", "aws_s3_bucket\" \"audit"), ("aws_s3_bucket.logs", "aws_s3_bucket.audit")) + MOVED, {REST}),
    "added": (ADD, edit(KEYED), set()),
    "added twice": (ADD, edit(KEYED) + KEY.replace('"logs"', '"other"'), {"key"}),
    "removed": (REMOVE, edit((VERSIONING, "")), set()),
    "not removed": (REMOVE, BEFORE, {"gone"}),
    # The instances refer to the group: that their argument is known only after apply is a consequence.
    "replaced": (REPLACE, edit(RENAMED_GROUP), set()),
    "replaced, and more than the name": (REPLACE, edit(RENAMED_GROUP, ("    from_port   = 22", "    from_port   = 21")), {REST}),
    # So is the replacement of the versioning of a bucket that is replaced.
    "replaced, and what belongs to it": (BUCKET, edit(('"acme-logs"', '"acme-audit"')), set()),
    "scaled": (SCALE, edit(("count                  = 2", "count                  = 3")), set()),
    "scaled and resized": (SCALE, edit(("count                  = 2", "count                  = 3"), ("t3.micro", "t3.large")), {"the_others", REST}),
    "an output lost": (VERSION, edit(VERSIONED)[: edit(VERSIONED).index("output ")], {REST}),
    "an output lost as asked": ({**VERSION, "removed_outputs": ["bucket"]}, edit(VERSIONED)[: edit(VERSIONED).index("output ")], set()),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(cache=False)) as made:
        yield made


@pytest.mark.parametrize("name", CASES)
def test_verdicts_of_a_change(pool: VerifierPool, name: str) -> None:
    change, after, failing = CASES[name]
    intent = Intent.from_dict({"version": 1, "change": change})
    comparison = compare(config_of({"main.tf": BEFORE}), config_of({"main.tf": after}), pool=pool)
    assert comparison.change is not None and comparison.change.plan is not None
    plan = dict(comparison.change.plan)
    verdicts = evaluate(intent, plan)
    assert {v.rule.removeprefix("is_valid_") for v in verdicts if not v.passed} == failing, verdicts
    outcome = check_policies([policy_of(intent)], json.dumps(plan), plan)
    assert not outcome.tool_errors
    told = {r.rule.rpartition(".")[2]: r.passed for r in outcome.rules}
    assert told == {**{v.rule: v.passed for v in verdicts}, "is_configuration_valid": not failing}


def test_a_scope_of_addresses() -> None:
    intent = Intent.from_dict({"version": 1, "change": {"demands": [*REMOVE["demands"], *REPLACE["demands"]]}})
    scope = change_scope(intent)
    assert scope.elsewhere is Severity.ERROR
    assert scope.source == "intent"
    assert scope.may_remove("aws_s3_bucket_versioning.logs") and scope.may_remove(
        "module.a.aws_s3_bucket_versioning.b[0]"
    )
    assert not scope.may_remove("aws_s3_bucket.logs")
    assert scope.may_replace("aws_security_group.web") and not scope.may_replace("aws_security_group.other")
    assert not scope.may_change("aws_s3_bucket.logs") and not scope.may_add("aws_kms_key.a")
    rename = change_scope(Intent.from_dict({"version": 1, "change": RENAME}))
    assert rename.may_move("aws_s3_bucket.logs", "aws_s3_bucket.audit") and not rename.may_move(
        "aws_vpc.a", "aws_vpc.b"
    )
    free = change_scope(Intent.from_dict({"version": 1, "change": FREE}))
    assert free.may_change("aws_vpc.a") and not free.may_remove("aws_vpc.a")

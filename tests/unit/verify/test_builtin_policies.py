"""The built-in policy library: every rule objects to its bad example and not to its good one, both planned for real."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from terraformer.errors import PolicyError
from terraformer.types import Certificate, Policy, Severity, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, load_policies
from terraformer.verify.policies import PolicyRule, builtin_names, policy_rules

LIBRARY = load_policies("builtin:aws-baseline")
RULES = policy_rules()


def judge(pool: VerifierPool, files: str | dict[str, str]) -> VerificationReport:
    given = {"main.tf": files} if isinstance(files, str) else files
    config = TerraformConfig({name: text.encode() for name, text in given.items()})
    report = pool.verify(config, policies=LIBRARY)
    assert report.tool_errors == ()
    assert report.deployable is True, report.certificates
    return report


def objections(report: VerificationReport, rule: str) -> list[Certificate]:
    path = next(r.rego for r in RULES if r.id == rule)
    return [c for c in report.certificates if c.rule == path]


@pytest.mark.parametrize("rule", RULES, ids=[r.id for r in RULES])
def test_a_rule_tells_good_from_bad(pool: VerifierPool, rule: PolicyRule) -> None:
    bad = objections(judge(pool, rule.bad), rule.id)
    assert bad, rule.bad
    assert {c.severity for c in bad} == {rule.severity}
    for certificate in bad:
        assert certificate.address and certificate.range and certificate.snippet
        assert certificate.summary.startswith(f"{certificate.address}: ")
        assert certificate.notes["metadata"]["rule"] == rule.id
        what, _, how = certificate.summary.removeprefix(f"{certificate.address}: ").partition("; ")
        assert what and certificate.fix == f"{how[0].upper()}{how[1:]}."
    report = judge(pool, rule.good)
    assert not objections(report, rule.id), rule.good
    assert next(r for r in report.rules if r.rule == rule.rego).passed


def test_every_rule_is_described() -> None:
    written = {
        f"data.{re.search(r'^package (.+)$', policy.text, re.M)[1]}.{name}"  # type: ignore[index]
        for policy in LIBRARY
        for name in re.findall(r"^((?:deny|warn)_\w+) contains", policy.text, re.M)
    }
    assert written == {rule.rego for rule in RULES}
    for rule in RULES:
        assert rule.title and not rule.title.endswith(".")
        assert rule.why.endswith(".") and rule.fix.endswith(".")
        assert any(f'\n\t"{rule.id}", ' in policy.text for policy in LIBRARY), rule.id


def test_an_unknown_library_names_those_there_are() -> None:
    with pytest.raises(PolicyError, match=r'"aws-basline".*aws-baseline'):
        load_policies("builtin:aws-basline")
    assert "aws-baseline" in builtin_names()


def test_a_library_of_another_distribution_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "policies_of_ours.py").write_text(
        "from terraformer.types import Policy\n\n"
        "def library():\n    return [Policy('ours.rego', 'package ours\\n\\nallow := true\\n')]\n"
    )
    information = tmp_path / "policies_of_ours-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: policies-of-ours\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[terraformer.policies]\nours = policies_of_ours:library\nbroken = policies_of_ours:nothing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert builtin_names() == ("aws-baseline", "broken", "ours")
    assert [p.name for p in load_policies("builtin:ours")] == ["ours.rego"]
    with pytest.raises(PolicyError, match="cannot be loaded"):
        load_policies("builtin:broken")


def test_no_objection_to_an_empty_plan(pool: VerifierPool) -> None:
    report = judge(pool, 'output "nothing" {\n  value = 1\n}\n')
    assert report.certificates == ()
    assert report.correct is True


BUCKET = 'resource "aws_s3_bucket" "b" {\n  bucket_prefix = "data-"\n}\n'
BLOCK = """resource "aws_s3_bucket_public_access_block" "b" {{
  {}
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}}
"""


def test_settings_in_other_resources_are_found_by_reference_in_child_modules(pool: VerifierPool) -> None:
    module = BUCKET + BLOCK.format("bucket = aws_s3_bucket.b.id")
    call = 'module "{0}" {{\n  source   = "./m"\n  for_each = toset(["a.b[0]", "c"])\n}}\n'
    whole = {"main.tf": call.format("data"), "m/main.tf": module}
    assert not objections(judge(pool, whole), "s3-public-access-block")
    report = judge(pool, {"main.tf": call.format("data"), "m/main.tf": BUCKET})
    assert sorted(c.address or "" for c in objections(report, "s3-public-access-block")) == [
        'module.data["a.b[0]"].aws_s3_bucket.b',
        'module.data["c"].aws_s3_bucket.b',
    ]


def test_the_setting_of_one_resource_is_not_taken_for_anothers(pool: VerifierPool) -> None:
    other = BUCKET.replace('"b"', '"other"')
    report = judge(pool, BUCKET + other + BLOCK.format("bucket = aws_s3_bucket.b.id"))
    assert [c.address for c in objections(report, "s3-public-access-block")] == ["aws_s3_bucket.other"]


def test_settings_in_other_resources_are_found_by_equal_names(pool: VerifierPool) -> None:
    named = BUCKET.replace('bucket_prefix = "data-"', 'bucket = "data-of-ours"')
    report = judge(pool, named + BLOCK.format('bucket = "data-of-ours"'))
    assert not objections(report, "s3-public-access-block")
    report = judge(pool, named + BLOCK.format('bucket = "data-of-others"'))
    assert objections(report, "s3-public-access-block")


def test_what_only_the_apply_tells_is_not_objected_to(pool: VerifierPool) -> None:
    files = {
        "main.tf": BUCKET + 'module "block" {\n  source = "./m"\n  name   = aws_s3_bucket.b.id\n}\n',
        "m/main.tf": 'variable "name" {\n  type = string\n}\n' + BLOCK.format("bucket = var.name"),
    }
    assert not objections(judge(pool, files), "s3-public-access-block")
    topic = (
        'resource "aws_kms_key" "k" {\n  enable_key_rotation = true\n}\n'
        'resource "aws_sns_topic" "t" {\n  name              = "t"\n  kms_master_key_id = aws_kms_key.k.id\n}\n'
    )
    assert not objections(judge(pool, topic), "sns-encryption")


def test_every_instance_of_count_is_judged(pool: VerifierPool) -> None:
    text = 'resource "aws_kms_key" "k" {\n  count               = 3\n  enable_key_rotation = count.index == 1\n}\n'
    found = objections(judge(pool, text), "kms-rotation")
    assert [c.address for c in found] == ["aws_kms_key.k[0]", "aws_kms_key.k[2]"]


WORLD = """
resource "aws_security_group" "sg" {
  name   = "sg"
  vpc_id = "vpc-0123456789abcdef0"
}

resource "aws_vpc_security_group_ingress_rule" "one" {
  security_group_id = aws_security_group.sg.id
  cidr_ipv6         = "::/0"
  ip_protocol       = "-1"
}

resource "aws_security_group_rule" "two" {
  type              = "ingress"
  security_group_id = aws_security_group.sg.id
  cidr_blocks       = ["10.0.0.0/8", "0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 5000
  to_port           = 6000
}

resource "aws_security_group_rule" "web" {
  type              = "ingress"
  security_group_id = aws_security_group.sg.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_security_group_rule" "out" {
  type              = "egress"
  security_group_id = aws_security_group.sg.id
  cidr_blocks       = ["0.0.0.0/0"]
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
}
"""


def test_rules_of_security_groups_in_resources_of_their_own(pool: VerifierPool) -> None:
    found = objections(judge(pool, WORLD), "security-group-open")
    assert [c.address for c in found] == [
        "aws_vpc_security_group_ingress_rule.one",
        "aws_security_group_rule.two",
    ]
    assert "PostgreSQL, Redshift" in found[1].summary and "SSH" not in found[1].summary


def test_documents_that_wait_for_the_apply_are_judged_by_their_statements(pool: VerifierPool) -> None:
    text = """
resource "aws_s3_bucket" "b" {
  bucket_prefix = "b"
}

data "aws_iam_policy_document" "all" {
  statement {
    actions   = ["*"]
    resources = [aws_s3_bucket.b.arn]
  }
}

resource "aws_iam_policy" "all" {
  name   = "all"
  policy = data.aws_iam_policy_document.all.json
}
"""
    found = objections(judge(pool, text), "iam-admin")
    assert [c.address for c in found] == ["data.aws_iam_policy_document.all"]


def test_the_library_does_not_disturb_other_policies(pool: VerifierPool) -> None:
    own = Policy("own.rego", "package mine\n\nimport rego.v1\n\nallow if count(input.resource_changes) == 1\n")
    config = TerraformConfig.from_text('resource "aws_kms_key" "k" {\n  enable_key_rotation = true\n}\n')
    report = pool.verify(config, policies=(*LIBRARY, own))
    assert report.tool_errors == ()
    assert report.correct is True
    assert all(c.severity is Severity.WARNING for c in report.certificates)
    assert any(r.rule == "data.mine.allow" and r.passed for r in report.rules)

"""What a provider says becomes one certificate at one place, whichever walk or instance said it first."""

from __future__ import annotations

import pytest

from terraformer.hcl import scan
from terraformer.provider.diagnostics import Diagnostic
from terraformer.types import Certificate, Severity, Stage, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.certificates import DiagnosticReader
from terraformer.verify.fixes import FixBook


def certificates(pool: VerifierPool, text: str, settings: VerifySettings | None = None) -> tuple[Certificate, ...]:
    report = pool.verify(TerraformConfig({"main.tf": text.encode()}), settings=settings or VerifySettings(cache=False))
    assert report.tool_errors == ()
    return report.certificates


DEPRECATED = """
resource "aws_s3_bucket" "site" {
  bucket = "site-4711"
  acl    = "private"
}

resource "aws_s3_bucket_object" "page" {
  bucket = aws_s3_bucket.site.bucket
  key    = "index.html"
}
"""


@pytest.mark.parametrize("stages", [(Stage.COMPILE,), (Stage.COMPILE, Stage.DEPLOY)])
def test_deprecated_arguments_and_types_are_warned_of_once(pool: VerifierPool, stages: tuple[Stage, ...]) -> None:
    found = certificates(pool, DEPRECATED, VerifySettings(cache=False, stages=stages))
    places = [(c.address, c.attribute_path, c.range.start.line) for c in found if c.range]
    assert places[0] == ("aws_s3_bucket.site", "acl", 4)
    assert ("aws_s3_bucket_object.page", "key", 9) in places
    assert len(set(places)) == len(places) == len(found)
    assert {(c.code, c.severity) for c in found} == {("deprecated", Severity.WARNING)}
    assert "aws_s3_bucket_acl" in found[0].detail
    assert "Deprecated Resource" in {c.summary for c in found}


def test_a_warning_of_several_instances_names_none_of_them(pool: VerifierPool) -> None:
    text = """
variable "acl" {
  default = "private"
}

resource "aws_s3_bucket" "site" {
  count  = 5
  bucket = "site-${count.index}"
  acl    = var.acl
}
"""
    assert [(c.code, c.address) for c in certificates(pool, text)] == [("deprecated", "aws_s3_bucket.site")]


def test_an_error_of_one_instance_names_it(pool: VerifierPool) -> None:
    text = """
variable "topics" {
  default = ["arn:aws:sns:us-east-1:123456789012:jobs", "nonsense"]
}

resource "aws_sns_topic_subscription" "mail" {
  count     = length(var.topics)
  topic_arn = var.topics[count.index]
  protocol  = "sqs"
  endpoint  = "arn:aws:sqs:us-east-1:123456789012:jobs"
}
"""
    assert [(c.code, c.address) for c in certificates(pool, text)] == [
        ("value-invalid-arn", "aws_sns_topic_subscription.mail[1]")
    ]


def test_a_group_without_a_member_is_one_finding_for_each_resource(pool: VerifierPool) -> None:
    route = 'resource "aws_route" "%s" {\n  route_table_id = "rtb-1"\n  destination_cidr_block = "0.0.0.0/0"\n}\n'
    found = certificates(pool, route % "a" + route % "b")
    assert [(c.code, c.address) for c in found] == [
        ("missing-one-of", "aws_route.a"),
        ("missing-one-of", "aws_route.b"),
    ]
    assert "nat_gateway_id" in found[0].detail


def test_members_that_exclude_each_other_are_one_finding(pool: VerifierPool) -> None:
    text = """
resource "aws_route" "a" {
  route_table_id         = "rtb-1"
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = "igw-1"
  nat_gateway_id         = "nat-1"
}

resource "aws_sqs_queue" "a" {
  name        = "jobs"
  name_prefix = "jobs"
}
"""
    found = certificates(pool, text)
    assert [(c.code, c.address, c.range.start.line) for c in found if c.range] == [
        ("conflicting-arguments", "aws_route.a", 5),
        ("conflicting-arguments", "aws_sqs_queue.a", 10),
    ]


BLOCKS = b"""resource "x_thing" "a" {
  rule {
    id = "a"
  }
  rule {
    id = "b"
  }
}
"""


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_equal_findings_of_two_blocks_stay_two(suffix: str) -> None:
    """A framework provider names the members without the block that they lie in."""
    name = f"main.tf{suffix}"
    config = TerraformConfig({name: BLOCKS})
    tree = scan({"main.tf": BLOCKS})
    reader = DiagnosticReader(config, tree, FixBook(config, tree, {}), [("resource", "x_thing", FRAMEWORK)])

    def diagnostic(line: int) -> dict[str, object]:
        start = sum(len(text) + 1 for text in BLOCKS.split(b"\n")[: line - 1]) + 2
        place = {"line": line, "column": 3, "byte": start}
        shown = {"filename": name, "start": place, "end": {**place, "byte": start + 4}}
        said = {"severity": "error", "summary": FRAMEWORK.summary, "detail": FRAMEWORK.detail}
        return {**said, "range": shown, "address": "x_thing.a"}

    found = reader.certificates([diagnostic(6), diagnostic(2), diagnostic(2)], Stage.COMPILE)
    assert [c.range.start.line for c in found if c.range] == [2, 6]


FRAMEWORK = Diagnostic(
    "error",
    "Invalid Attribute Combination",
    "No attribute specified when one (and only one) of [days,date] is required",
    ("rule", 0, "days"),
    "missing-one-of",
)

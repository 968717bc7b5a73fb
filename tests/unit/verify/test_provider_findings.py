"""What a provider says becomes one certificate at one place, whichever walk or instance said it first."""

from __future__ import annotations

import pytest

from terraformer.types import Certificate, Severity, Stage, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings


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

"""Modules tell the provider who they are: ``provider_meta`` blocks."""

from __future__ import annotations

import pytest

from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

TEXT = """terraform {
  provider_meta "aws" {
    user_agent = %s
  }
}

data "aws_region" "here" {}

resource "aws_s3_bucket" "b" {
  bucket = "with-meta-${data.aws_region.here.region}"
}
"""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ('["github.com/acme/infra"]', ""),
        ("null", ""),
        ("{ a = 1 }", "wrong-type"),
    ],
)
def test_the_block_is_understood(value: str, problem: str) -> None:
    with VerifierPool(1, VerifySettings(cache=False)) as pool:
        report = pool.verify(TerraformConfig.from_text(TEXT % value))
    assert not report.tool_errors
    if problem:
        assert report.errors
    else:
        assert report.deployable and not report.certificates

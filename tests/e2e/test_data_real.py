"""A dataset of real configurations from the command line: made, proven anew, and the same with any number of workers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from terraformer.cli.app import run
from terraformer.data.records import read_records

pytest.importorskip("pyarrow")

NETWORK = """variable "cidr" {
  default = "10.40.0.0/16"
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
}

resource "aws_subnet" "app" {
  count      = 2
  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet(var.cidr, 8, count.index)
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.this.id
  ingress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
"""
STORAGE = """resource "aws_s3_bucket" "reports" {
  bucket = "quarterly-reports-2031"
}

resource "aws_s3_bucket_versioning" "reports" {
  bucket = aws_s3_bucket.reports.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "reports" {
  bucket                  = aws_s3_bucket.reports.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
"""
TORN = """resource "aws_sqs_queue" "jobs" {
  name              = "jobs"
  kms_master_key_id = aws_kms_key.main.id
  tags              = var.tags
}
"""


def test_made_and_proven(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = tmp_path / "infra"
    for name, text in (("net", NETWORK), ("storage", STORAGE), ("queue", TORN)):
        (top / name).mkdir(parents=True)
        (top / name / "main.tf").write_text(text)
    content = []
    for out, jobs in (("one", "1"), ("two", "2")):
        command = ["data", "synth", "tf-gen-real", "--count", "8", "--seed", "4", "--out", str(tmp_path / out)]
        command += [
            "--option",
            f"source=acme/infra={top}",
            "--option",
            "licence=MIT",
            "--near",
            "0",
            "--part-size",
            "3",
        ]
        assert run([*command, "--jobs", jobs, "--json"]) == 0
        content.append(json.loads(capsys.readouterr().out)["content"])
    assert content[0] == content[1]
    records = list(read_records(tmp_path / "one" / "data"))
    assert len(records) == 8 == len({r.id for r in records})
    assert {r.source for r in records} == {"acme/infra:net", "acme/infra:queue", "acme/infra:storage"}
    torn = next(r for r in records if r.source == "acme/infra:queue")
    assert "replaced aws_kms_key.main.id by var.kms_key_id" in torn.metadata["changes"]
    assert run(["data", "validate", str(tmp_path / "one")]) == 0
    assert "0 do not hold" in capsys.readouterr().out


def test_sources_that_give_nothing_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "main.tf").write_text(STORAGE)
    command = ["data", "synth", "tf-gen-real", "--count", "1", "--out", str(tmp_path / "out")]
    assert run(command) == 1
    assert "source=PATH" in capsys.readouterr().err
    assert run([*command, "--option", f"source={tmp_path}"]) == 1
    assert "no configuration in it that may be used" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()

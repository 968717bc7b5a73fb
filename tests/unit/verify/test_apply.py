"""The hermetic apply: a state without a cloud, deterministic, and nothing that runs programs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.hermetic import ApplyWatch, configured_provisioners, normalised_state, state_words

NETWORK = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "app" {
  count      = 2
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
}

resource "aws_instance" "web" {
  count         = 2
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.app[0].id
}

resource "terraform_data" "marker" {
  input = aws_vpc.main.id
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
  tags = { marker = terraform_data.marker.id }
}

output "addresses" {
  value = { for i in aws_instance.web : i.id => i.private_ip }
}

output "volume" {
  value = aws_instance.web[0].root_block_device[0].volume_id
}
"""


def instances(state: bytes) -> dict[str, dict[str, Any]]:
    found = {}
    for resource in json.loads(state)["resources"]:
        for instance in resource["instances"]:
            key = f"[{json.dumps(instance['index_key'])}]" if "index_key" in instance else ""
            found[f"{resource['type']}.{resource['name']}{key}"] = instance["attributes"]
    return found


def test_a_state_with_values_where_the_plan_has_none(pool: VerifierPool) -> None:
    applied = pool.apply(TerraformConfig.from_text(NETWORK))
    assert applied.report.deployable is True
    assert applied.problem == ""
    assert applied.drift is None
    assert applied.state is not None
    found = instances(applied.state)
    vpc = found["aws_vpc.main"]
    assert vpc["id"].startswith("vpc-")
    assert vpc["id"] in vpc["arn"]
    assert found["aws_subnet.app[1]"]["vpc_id"] == vpc["id"]
    assert found["aws_subnet.app[1]"]["cidr_block"] == "10.0.1.0/24"
    assert found["aws_sqs_queue.jobs"]["name"] == "jobs"
    # Two instances with the same arguments are two objects.
    outputs = json.loads(applied.state)["outputs"]
    assert len(outputs["addresses"]["value"]) == 2
    assert outputs["volume"]["value"].startswith("vol-")


def test_the_same_state_every_time(pool: VerifierPool) -> None:
    config = TerraformConfig.from_text(NETWORK)
    states = {pool.apply(config).state for _ in range(3)}
    with VerifierPool(1, VerifySettings(cache=False)) as other:
        states.add(other.apply(config).state)
    assert len(states) == 1


def test_write_only_arguments_are_not_in_the_state(pool: VerifierPool) -> None:
    text = """
    resource "aws_ssm_parameter" "token" {
      name             = "/token"
      type             = "SecureString"
      value_wo         = "secret-text"
      value_wo_version = 1
    }
    """
    applied = pool.apply(TerraformConfig.from_text(text))
    assert applied.state is not None, applied.report.errors
    assert b"secret-text" not in applied.state
    assert instances(applied.state)["aws_ssm_parameter.token"]["value_wo"] is None


def test_what_does_not_deploy_has_no_state(pool: VerifierPool) -> None:
    applied = pool.apply(TerraformConfig.from_text('resource "aws_sqs_queue" "a" { nam = "a" }'))
    assert applied.state is None
    assert applied.report.compilable is False
    assert applied.report.tool_errors == ()


def test_without_resources_the_state_is_empty(pool: VerifierPool) -> None:
    applied = pool.apply(TerraformConfig.from_text('output "x" {\n  value = 1\n}\n'))
    assert applied.state is not None
    assert json.loads(applied.state)["resources"] == []


def test_modules_and_keys(pool: VerifierPool) -> None:
    config = TerraformConfig(
        {
            "main.tf": b'module "q" {\n  for_each = toset(["a", "b"])\n  source   = "./q"\n  name     = each.key\n}\n'
            b'output "arns" {\n  value = { for k, m in module.q : k => m.arn }\n}\n',
            "q/main.tf": b'variable "name" {}\nresource "aws_sqs_queue" "q" {\n  name = var.name\n}\n'
            b'output "arn" {\n  value = aws_sqs_queue.q.arn\n}\n',
        }
    )
    applied = pool.apply(config)
    assert applied.state is not None
    assert len(set(json.loads(applied.state)["outputs"]["arns"]["value"].values())) == 2


# --- hostile --------------------------------------------------------------------------------------------------------


def hostile(marker: Path) -> dict[str, str]:
    touch = f"touch {marker}"
    return {
        "local-exec": f"""
        resource "null_resource" "a" {{
          provisioner "local-exec" {{
            command = "{touch}"
          }}
        }}
        """,
        "interpreter": f"""
        resource "terraform_data" "a" {{
          triggers_replace = [timestamp()]
          provisioner "local-exec" {{
            interpreter = ["/bin/sh", "-c"]
            command     = "{touch}"
          }}
          provisioner "local-exec" {{
            when    = destroy
            command = "{touch}"
          }}
        }}
        """,
        "remote-exec": """
        resource "aws_instance" "a" {
          ami           = "ami-0123456789abcdef0"
          instance_type = "t3.micro"
          connection {
            type = "ssh"
            host = "127.0.0.1"
            user = "root"
          }
          provisioner "remote-exec" {
            inline = ["id"]
          }
          provisioner "file" {
            content     = "x"
            destination = "/tmp/x"
          }
        }
        """,
        "local_file": f"""
        resource "local_file" "a" {{
          filename = "{marker}"
          content  = "x"
        }}
        """,
        "external": f"""
        data "external" "a" {{
          program = ["sh", "-c", "{touch}; echo {{}}"]
        }}
        resource "aws_sqs_queue" "a" {{
          name = jsonencode(data.external.a.result)
        }}
        """,
    }


@pytest.mark.parametrize("name", ["local-exec", "interpreter", "remote-exec", "local_file", "external"])
def test_nothing_runs_programs(pool: VerifierPool, tmp_path: Path, name: str) -> None:
    marker = tmp_path / "ran"
    applied = pool.apply(TerraformConfig.from_text(hostile(marker)[name]))
    assert not marker.exists()
    assert applied.report.tool_errors == ()
    assert applied.problem == ""


@pytest.mark.parametrize(
    "files",
    [
        {
            "main.tf.json": '{"resource": {"null_resource": {"a": {"provisioner": [{"local-exec": '
            '{"command": "touch MARKER"}}, {"local-exec": {"command": "touch MARKER"}}]}, '
            '"b": {"provisioner": {"local-exec": {"command": "touch MARKER"}}}}}}'
        },
        {
            "main.tf": 'resource "null_resource" "a" {}\n',
            "x_override.tf": 'resource "null_resource" "a" {\n  provisioner "local-exec" {\n    command = "touch MARKER"'
            "\n  }\n}\n",
        },
        {
            "main.tf": 'module "m" {\n  source = "./m"\n}\n',
            "m/main.tf": 'resource "null_resource" "a" {\n  provisioner local-exec {\n    command = "touch MARKER"\n'
            "  }\n}\n",
        },
    ],
    ids=["json", "override", "module"],
)
def test_provisioners_in_odd_places(pool: VerifierPool, tmp_path: Path, files: dict[str, str]) -> None:
    marker = tmp_path / "ran"
    config = TerraformConfig({name: text.replace("MARKER", str(marker)).encode() for name, text in files.items()})
    applied = pool.apply(config)
    assert not marker.exists()
    assert applied.report.deployable is True
    # Either they were taken out, or nothing is applied and that is said.
    assert applied.state is not None or "provisioners" in applied.problem


def test_provisioners_that_are_left_are_seen() -> None:
    plan = {
        "configuration": {
            "root_module": {
                "resources": [{"address": "null_resource.a"}],
                "module_calls": {
                    "m": {"module": {"resources": [{"address": "null_resource.b", "provisioners": [{"type": "x"}]}]}}
                },
            }
        }
    }
    assert configured_provisioners(plan) == ["null_resource.b"]


def test_a_huge_count_is_stopped(pool: VerifierPool) -> None:
    text = 'resource "aws_sqs_queue" "a" {\n  count = 1000000\n  name  = "q${count.index}"\n}\n'
    applied = pool.apply(TerraformConfig.from_text(text), settings=VerifySettings(cache=False, timeout=3))
    assert applied.state is None
    assert [c.code for c in applied.report.errors] == ["resource-limit"]


# --- format ---------------------------------------------------------------------------------------------------------


def test_format_is_terraform_fmt(pool: VerifierPool) -> None:
    config = TerraformConfig(
        {
            "main.tf": b'resource "aws_sqs_queue" "a" {\nname = "a"\n  delay_seconds=1 # soon\n}\n',
            "broken.tf": b'resource "aws_sqs_queue" {\nname =\n',
            "m/deep/x.tf": b"locals{\na=1\n}\n",
            "a.tfvars": b"x=1\nlonger=2\n",
            "notes.txt": b"a=1\n",
        }
    )
    done = pool.format(config)
    assert (
        done.text("main.tf") == 'resource "aws_sqs_queue" "a" {\n  name          = "a"\n  delay_seconds = 1 # soon\n}\n'
    )
    assert done.text("a.tfvars") == "x      = 1\nlonger = 2\n"
    assert done.files["broken.tf"] == config.files["broken.tf"]
    assert done.files["notes.txt"] == config.files["notes.txt"]
    assert pool.format(done) == done


def test_format_survives_nonsense(pool: VerifierPool) -> None:
    for content in (b"\xff\xfe\x00", b"{" * 100_000, b""):
        config = TerraformConfig({"main.tf": content})
        assert pool.format(config) == config


# --- around it ------------------------------------------------------------------------------------------------------


def test_states_are_cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    config = TerraformConfig.from_text('resource "aws_sqs_queue" "a" {\n  name = "a"\n}\n')
    with VerifierPool(1) as first:
        applied = first.apply(config)
        assert not applied.report.cached
        assert first.apply(config).state == applied.state
    with VerifierPool(1) as second:
        again = second.apply(config)
    assert again.report.cached
    assert again.state == applied.state
    assert again.report.plan == applied.report.plan


def test_a_missing_core_is_a_tool_error() -> None:
    with VerifierPool(1, VerifySettings(core="tofu", cache=False)) as pool:
        config = TerraformConfig.from_text("locals{}\n")
        try:
            applied = pool.apply(config)
        finally:
            assert pool.format(config).files
    assert applied.state is not None or [e.kind for e in applied.report.tool_errors] == ["core-missing"]


def test_many_at_once(pool: VerifierPool) -> None:
    texts = [f'resource "aws_sqs_queue" "q" {{\n  name = "q{i}"\n}}\n' for i in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda t: pool.apply(TerraformConfig.from_text(t)), texts))
    names = [instances(a.state)["aws_sqs_queue.q"]["name"] for a in found if a.state is not None]
    assert names == [f"q{i}" for i in range(6)]


def test_the_watch_reads_what_is_being_applied(tmp_path: Path) -> None:
    path = tmp_path / "out"
    watch = ApplyWatch()
    assert watch.current() == ""
    with path.open("wb", buffering=0) as out, path.open("rb") as reader:
        watch.opened(reader.fileno())
        assert watch.current() == ""
        out.write(b'{"type":"apply_start","hook":{"resource":{"addr":"a.b[0]"}}}\n{"type":"apply_st')
        assert watch.current() == "a.b[0]"
        out.write(b'art","hook":{"resource":{"addr":"a.b[1]"}}}\n{"type":"apply_complete"}\n')
        assert watch.current() == "a.b[1]"


def test_states_lose_what_is_random() -> None:
    state = {
        "version": 4,
        "lineage": "x",
        "serial": 9,
        "resources": [
            {
                "mode": "managed",
                "type": "terraform_data",
                "name": "a",
                "instances": [{"attributes": {"id": "c4f5ed3d-42f1-8a0d-5a3b-0d2d2f1f0000"}}],
            },
            {"mode": "managed", "type": "x_y", "name": "b", "instances": [{"attributes": {"ref": "z"}}]},
        ],
    }
    other = json.loads(json.dumps(state).replace("c4f5ed3d", "d5f5ed3d").replace('"x"', '"y"'))
    assert normalised_state(json.dumps(state).encode(), "1") == normalised_state(json.dumps(other).encode(), "1")
    with pytest.raises(ValueError, match="not a state"):
        normalised_state(b"[]", "1")


def test_words_of_a_state_are_those_that_hold_something() -> None:
    state = {
        "resources": [{"instances": [{"attributes": {"a": None, "b": [], "c": [{"d": "", "e": False}], "f": [{}]}}]}]
    }
    assert state_words(json.dumps(state).encode()) == {"c", "e"}

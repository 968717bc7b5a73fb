"""Comparing configurations through the pool: what Terraform says about one against the state of the other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from terraformer.types import ChangeKind, ChangeSummary, Policy, ResourceChange, TerraformConfig
from terraformer.types.change import address_matches, bare_address
from terraformer.verify import Comparison, VerifierPool, VerifySettings, load_config
from terraformer.verify.compare import compare
from terraformer.verify.textual import compare_text, text_difference, tokens

GOLDEN = Path(__file__).resolve().parents[2] / "golden"

BASE = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "app" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
  tags = {
    Team = "a"
  }
}

resource "aws_db_instance" "main" {
  identifier     = "main"
  engine         = "postgres"
  instance_class = "db.t3.micro"
  username       = "admin1"
  password       = "Passw0rd-123"
  allocated_storage = 20
}

output "queue" {
  value = aws_sqs_queue.jobs.name
}
"""


def compared(pool: VerifierPool, before: str, after: str, **more: object) -> Comparison:
    done = compare(TerraformConfig.from_text(before), TerraformConfig.from_text(after), pool=pool, **more)  # type: ignore[arg-type]
    assert done.tool_errors == ()
    return done


def one(summary: ChangeSummary) -> ResourceChange:
    assert len(summary.resources) == 1, summary
    return summary.resources[0]


def test_the_same_is_no_change(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE)
    assert done.summary == ChangeSummary()
    assert done.summary.empty


def test_an_argument_changed_in_place(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace('Team = "a"', 'Team = "b"\n    Cost = "1"'))
    change = one(done.summary)
    assert (change.address, change.kind) == ("aws_sqs_queue.jobs", ChangeKind.CHANGED)
    # tags_all mirrors tags
    assert {a.path: (a.before, a.after) for a in change.attributes} == {
        "tags.Team": ("a", "b"),
        "tags.Cost": (None, "1"),
    }


def test_what_is_made_up_is_not_shown_as_before(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace('"db.t3.micro"', '"db.t3.micro"\n  multi_az = true'))
    (attribute,) = one(done.summary).attributes
    assert (attribute.path, attribute.before, attribute.after) == ("multi_az", None, True)


def test_sensitive_values_are_hidden(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace("Passw0rd-123", "Passw0rd-456"))
    (attribute,) = one(done.summary).attributes
    assert attribute.path == "password"
    assert attribute.sensitive
    assert attribute.before is attribute.after is None
    assert "Passw0rd" not in json.dumps(done.summary.to_dict())


def test_a_replacement_and_what_follows(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace("10.0.0.0/16", "10.1.0.0/16"))
    by_address = {r.address: r for r in done.summary.resources}
    vpc, subnet = by_address["aws_vpc.main"], by_address["aws_subnet.app"]
    assert vpc.kind is subnet.kind is ChangeKind.REPLACED
    assert vpc.replace_paths == ("cidr_block",)
    assert subnet.replace_paths == ("vpc_id",)
    assert subnet.follows == ("aws_vpc.main",)
    assert vpc.follows == ()


def test_added_and_removed(pool: VerifierPool) -> None:
    after = BASE.replace('resource "aws_subnet" "app"', 'resource "aws_subnet" "web"').replace("10.0.1.0", "10.0.2.0")
    done = compared(pool, BASE, after)
    assert [(r.address, r.kind) for r in done.summary.resources] == [
        ("aws_subnet.app", ChangeKind.REMOVED),
        ("aws_subnet.web", ChangeKind.ADDED),
    ]
    assert all(r.looks_renamed_to is None and r.looks_renamed_from is None for r in done.summary.resources)
    assert {a.path for a in done.summary.added[0].attributes} == {"cidr_block", "vpc_id"}


def test_a_rename_without_moved_is_noted(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace('aws_subnet" "app', 'aws_subnet" "web'))
    removed, added = done.summary.removed[0], done.summary.added[0]
    assert removed.looks_renamed_to == "aws_subnet.web"
    assert added.looks_renamed_from == "aws_subnet.app"


def test_a_move(pool: VerifierPool) -> None:
    after = BASE.replace('aws_subnet" "app', 'aws_subnet" "web')
    after += "moved {\n  from = aws_subnet.app\n  to   = aws_subnet.web\n}\n"
    change = one(compared(pool, BASE, after).summary)
    assert (change.kind, change.address, change.previous_address) == (
        ChangeKind.MOVED,
        "aws_subnet.web",
        "aws_subnet.app",
    )
    change = one(compared(pool, BASE, after.replace('10.0.1.0/24"', '10.0.1.0/24"\n  tags = { a = "b" }')).summary)
    assert (change.kind, change.previous_address) == (ChangeKind.CHANGED, "aws_subnet.app")


def test_out_of_the_state_but_not_destroyed(pool: VerifierPool) -> None:
    gone = BASE[: BASE.index('resource "aws_db_instance"')] + BASE[BASE.index('output "queue"') :]
    after = gone + "removed {\n  from = aws_db_instance.main\n  lifecycle {\n    destroy = false\n  }\n}\n"
    change = one(compared(pool, BASE, after).summary)
    assert change.kind is ChangeKind.REMOVED
    assert change.forgotten


def test_outputs(pool: VerifierPool) -> None:
    after = BASE.replace('name = "jobs"', 'name = "tasks"').replace('output "queue"', 'output "q"')
    done = compared(pool, BASE, after)
    assert [(o.name, o.kind, o.before, o.after) for o in done.summary.outputs] == [
        ("q", ChangeKind.ADDED, None, "tasks"),
        ("queue", ChangeKind.REMOVED, "jobs", None),
    ]


def test_clocks_are_no_change(pool: VerifierPool) -> None:
    text = """
    resource "null_resource" "always" {
      triggers = { now = timestamp() }
    }
    resource "aws_sqs_queue" "a" {
      name = "a"
      tags = { Created = timestamp(), Id = uuid() }
    }
    output "now" {
      value = timestamp()
    }
    """
    assert compared(pool, text, text).summary.empty
    change = one(compared(pool, text, text.replace('name = "a"', 'name = "a"\n  delay_seconds = 5')).summary)
    assert [a.path for a in change.attributes] == ["delay_seconds"]


def test_default_tags_of_the_provider(pool: VerifierPool) -> None:
    text = 'provider "aws" {\n  region = "us-east-1"\n  default_tags {\n    tags = { a = "1" }\n  }\n}\n'
    done = compared(pool, text + BASE, text.replace('"1"', '"2"') + BASE)
    assert "aws_sqs_queue.jobs" in {r.address for r in done.summary.resources}
    change = done.summary.find("aws_sqs_queue.jobs")
    assert change is not None
    assert [a.path for a in change.attributes] == ["tags_all.a"]


def test_set_blocks_are_matched_by_content(pool: VerifierPool) -> None:
    def group(*ports: int) -> str:
        rules = "".join(
            f'  ingress {{\n    from_port = {p}\n    to_port = {p}\n    protocol = "tcp"\n'
            f'    cidr_blocks = ["10.0.0.0/8"]\n  }}\n'
            for p in ports
        )
        return f'resource "aws_security_group" "a" {{\n  name = "a"\n{rules}}}\n'

    change = one(compared(pool, group(22, 80, 443), group(22, 443)).summary)
    assert {a.before for a in change.attributes if a.path.endswith("from_port")} == {80}
    assert all(a.after is None for a in change.attributes)
    assert compared(pool, group(22, 443), group(443, 22)).summary.empty


def test_count_and_for_each(pool: VerifierPool) -> None:
    def queues(n: int) -> str:
        return f'resource "aws_sqs_queue" "a" {{\n  count = {n}\n  name = "q${{count.index}}"\n}}\n'

    done = compared(pool, queues(3), queues(2))
    assert [(r.address, r.block, r.kind) for r in done.summary.resources] == [
        ("aws_sqs_queue.a[2]", "aws_sqs_queue.a", ChangeKind.REMOVED)
    ]


def test_policies_judge_the_plan_of_after_by_itself(pool: VerifierPool) -> None:
    rego = """package main
import rego.v1
deny contains "all is new" if {
  every change in input.resource_changes { change.change.actions == ["create"] }
}"""
    done = compared(pool, BASE, BASE, policies=[Policy("a.rego", rego)])
    assert done.after.correct is False
    assert done.change is not None
    assert done.change.plan is not None
    assert {tuple(c["change"]["actions"]) for c in done.change.plan["resource_changes"]} == {("no-op",)}


def test_variables_of_one_side_only(pool: VerifierPool) -> None:
    before = 'resource "aws_sqs_queue" "a" {\n  name = "x"\n}\n'
    after = 'variable "name" {}\nresource "aws_sqs_queue" "a" {\n  name = var.name\n}\n'
    settings = VerifySettings(cache=False, vars={"name": "x"})
    assert compared(pool, before, after, settings=settings).summary.empty


def test_prevent_destroy_is_a_finding_of_the_change(pool: VerifierPool) -> None:
    text = 'resource "aws_sqs_queue" "a" {\n  name = "x"\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    done = compared(pool, text, text.replace('"x"', '"y"'))
    assert done.after.deployable is True
    assert done.findings
    assert done.summary.by_text
    assert "does not deploy" in done.by_text_because


# --- by text --------------------------------------------------------------------------------------------------------


def test_what_does_not_deploy_is_compared_by_text(pool: VerifierPool) -> None:
    broken = BASE.replace("engine  ", "engin  ").replace('cidr_block = "10.0.0.0/16"', 'cidr = "10.0.0.0/16"')
    fixed = broken.replace("cidr =", "cidr_block =").replace('Team = "a"', 'Team = "b"')
    fixed = fixed[: fixed.index('resource "aws_db_instance"')] + fixed[fixed.index('output "queue"') :]
    done = compared(pool, broken, fixed)
    assert done.summary.by_text
    assert "before does not deploy" in done.by_text_because
    assert {r.address: r.kind for r in done.summary.resources} == {
        "aws_vpc.main": ChangeKind.CHANGED,
        "aws_sqs_queue.jobs": ChangeKind.CHANGED,
        "aws_db_instance.main": ChangeKind.REMOVED,
    }
    vpc = done.summary.find("aws_vpc.main")
    assert vpc is not None
    assert {(a.path, a.before, a.after) for a in vpc.attributes} == {
        ("cidr", '"10.0.0.0/16"', None),
        ("cidr_block", None, '"10.0.0.0/16"'),
    }


def test_by_text_comments_and_layout_do_not_count() -> None:
    old = TerraformConfig.from_text('resource "x_y" "a" {\n  b = 1 # one\n}\n')
    new = TerraformConfig.from_text('/* first */\nresource "x_y" "a" {\n\n  b   = 1\n}\n')
    assert compare_text(old, new).empty
    assert text_difference(old, new).any
    assert not text_difference(old, new).code
    moved = TerraformConfig({"other.tf": new.files["main.tf"]})
    assert not text_difference(old, moved).code
    assert text_difference(old, TerraformConfig.from_text('resource "x_y" "a" {\n  b = "# one"\n}\n')).code


def test_by_text_moves_renames_modules_and_outputs() -> None:
    old = TerraformConfig.from_text(
        'resource "x_y" "a" {\n  b = 1\n}\nresource "x_y" "c" {\n  d {\n    e = 1\n  }\n}\nmodule "m" {\n  source = "a/b/c"\n}\n'
        'output "o" {\n  value = 1\n}\n'
    )
    new = TerraformConfig.from_text(
        'resource "x_y" "a2" {\n  b = 1\n}\nmoved {\n  from = x_y.a\n  to = x_y.a2\n}\n'
        'resource "x_y" "c2" {\n  d {\n    e = 1\n  }\n}\noutput "o" {\n  value = 2\n}\n'
    )
    summary = compare_text(old, new)
    assert {(r.address, r.kind, r.previous_address) for r in summary.resources} == {
        ("x_y.a2", ChangeKind.MOVED, "x_y.a"),
        ("x_y.c", ChangeKind.REMOVED, None),
        ("x_y.c2", ChangeKind.ADDED, None),
        ("module.m", ChangeKind.REMOVED, None),
    }
    assert summary.removed[1].looks_renamed_to == "x_y.c2"
    assert [(o.name, o.before, o.after) for o in summary.outputs] == [("o", "1", "2")]


def test_by_text_survives_nonsense() -> None:
    for content in (b"\xff\x00", b'resource "a" "b" {' * 500, b'resource "a" "b"', b'{"resource": '):
        config = TerraformConfig({"main.tf": content, "x.tf.json": content})
        assert compare_text(config, config).empty
        tokens(content)


# --- types ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("aws_subnet.a", "aws_subnet.a", True),
        ("aws_subnet.a", "aws_subnet.a[0]", True),
        ("aws_subnet.a", 'aws_subnet.a["x.y]"]', True),
        ("aws_subnet.a[0]", "aws_subnet.a[0]", True),
        ("aws_subnet.a[0]", "aws_subnet.a[1]", False),
        ("aws_subnet.a", "aws_subnet.ab", False),
        ("aws_subnet.*", "aws_subnet.ab", True),
        ("aws_subnet.*", "module.m.aws_subnet.ab", False),
        ("*", 'module.m["k"].aws_subnet.ab[3]', True),
        ("module.m", 'module.m["k"].aws_subnet.ab[3]', True),
        ("module.m", "module.m.module.n.aws_subnet.ab", True),
        ("module.m", "module.mm.aws_subnet.ab", False),
        ("module.m.module.n", "module.m.module.n[1].aws_subnet.ab", True),
        ('module.m["k"]', 'module.m["k"].aws_subnet.ab', True),
        ('module.m["k"]', 'module.m["l"].aws_subnet.ab', False),
        ("output.*", "output.x", True),
    ],
)
def test_address_patterns(pattern: str, address: str, expected: bool) -> None:
    assert address_matches(pattern, address) is expected


def test_bare_addresses() -> None:
    assert bare_address('module.m["a.b[c]\\"]"].aws_x.y[0]') == "module.m.aws_x.y"


def test_summaries_as_data(pool: VerifierPool) -> None:
    done = compared(pool, BASE, BASE.replace("10.0.0.0/16", "10.1.0.0/16").replace('name = "jobs"', 'name = "tasks"'))
    data = json.loads(json.dumps(done.summary.to_dict()))
    assert ChangeSummary.from_dict(data) == done.summary
    assert done.summary.counts()["replaced"] == 3


# --- everything at hand ---------------------------------------------------------------------------------------------


def test_every_golden_configuration_equals_itself(pool: VerifierPool) -> None:
    compared_cases = 0
    for case in sorted(GOLDEN.iterdir()):
        if not (case / "config").is_dir():
            continue
        config = load_config(case / "config")
        if pool.verify(config).deployable is not True:
            continue
        done = compare(config, config, pool=pool)
        assert done.summary == ChangeSummary(), case.name
        compared_cases += 1
    assert compared_cases >= 20


def test_the_example_of_the_guide_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    root = GOLDEN.parents[1]
    example = re.search(r"```python\n(.*?)```", (root / "docs/guide/changes.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(root)
    exec(compile(example[1], "changes.md", "exec"), {})


def test_another_region_is_another_resource(pool: VerifierPool) -> None:
    text = 'provider "aws" {\n  region = "eu-west-1"\n}\nresource "aws_sqs_queue" "a" {\n  name = "a"\n}\n'
    change = one(compared(pool, text, text.replace("eu-west-1", "eu-west-3")).summary)
    assert (change.kind, change.replace_paths) == (ChangeKind.REPLACED, ("region",))


def test_what_is_imported_is_new(pool: VerifierPool) -> None:
    bucket = 'resource "aws_s3_bucket" "b" {\n  bucket = "old-one"\n}\n'
    after = BASE + bucket + 'import {\n  to = aws_s3_bucket.b\n  id = "old-one"\n}\n'
    change = one(compared(pool, BASE, after).summary)
    assert (change.address, change.kind) == ("aws_s3_bucket.b", ChangeKind.ADDED)
    assert compared(pool, after, BASE + bucket).summary.empty


def test_a_condition_that_made_up_values_fail(pool: VerifierPool) -> None:
    text = """
    resource "aws_sqs_queue" "a" {
      name = "a"
      lifecycle {
        postcondition {
          condition     = self.url == "x"
          error_message = "Not x."
        }
      }
    }
    """
    done = compared(pool, text, text.replace('name = "a"', 'name = "b"'))
    assert "applying with made-up values failed: Resource postcondition failed" in done.by_text_because
    assert [r.kind for r in done.summary.resources] == [ChangeKind.CHANGED]


def test_set_blocks_with_computed_values_stay(pool: VerifierPool) -> None:
    text = """
    resource "aws_dynamodb_table" "a" {
      name             = "a"
      billing_mode     = "PAY_PER_REQUEST"
      hash_key         = "id"
      stream_enabled   = true
      stream_view_type = "NEW_IMAGE"
      attribute {
        name = "id"
        type = "S"
      }
      replica {
        region_name = "us-east-2"
      }
    }
    resource "aws_iam_group_membership" "g" {
      name  = "g"
      group = "g"
      users = []
    }
    """
    config = TerraformConfig.from_text(text)
    assert pool.apply(config).drift is None
    second = text.replace(
        "      replica {", '      replica {\n        region_name = "eu-west-1"\n      }\n      replica {'
    )
    change = one(compared(pool, text, second).summary)
    assert change.kind is ChangeKind.CHANGED
    assert "eu-west-1" in {a.after for a in change.attributes}
    assert all(a.before is None for a in change.attributes)

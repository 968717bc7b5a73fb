"""Every kind of demand on a real configuration, through the real verifier: met by it, and by an edit of it no more.

The edit breaks one demand, so just that rule fails, in the Rego as in the direct evaluation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from intent_configurations import CONFIGURATIONS, config_of

from terraformer.data.intents import Demand, Intent, Operator, evaluate, mutants, policy_of
from terraformer.types import Stage
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.stages.policy import check_policies

FILES = CONFIGURATIONS["services"]
B, R = {"type": "aws_s3_bucket"}, "aws_iam_role"

# name: (demand, (text, its replacement) that breaks it)
CASES: dict[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "resource": ({"type": "aws_kms_key", "label": "main"}, ("aws_kms_key\" \"main", "aws_kms_key\" \"other|aws_kms_key.main.arn|aws_kms_key.other.arn")),
    "count_exactly": ({"type": "aws_subnet", "count": 2}, ("count             = 2", "count             = 1")),
    "count_at_most": ({"type": "aws_subnet", "count": {"at_most": 2}, "label": "a*"}, ('["eu-central-1a", "eu-central-1b"]', '["eu-central-1a", "eu-central-1b", "c"]|count             = 2|count             = 3')),
    "absence": ({"type": "aws_iam_user", "count": 0}, ('resource "aws_vpc"', 'resource "aws_iam_user" "u" {\n  name = "u"\n}\n\nresource "aws_vpc"')),
    "in_module": ({"type": "aws_sqs_queue", "module": "module.queue"}, ("module \"queue\"", "module \"jobs\"|module.queue.url|module.jobs.url")),
    "equals": ({**B, "label": "logs", "having": [{"path": "bucket", "equals": "acme-logs-2024"}]}, ("acme-logs-2024", "acme-logs-2025")),
    "equals_boolean": ({**B, "label": "logs", "having": [{"path": "force_destroy", "equals": True}]}, ("force_destroy = true", "force_destroy = false")),
    "equals_list": ({"type": "aws_security_group", "having": [{"path": "ingress.cidr_blocks", "equals": ["10.0.0.0/8", "0.0.0.0/0"]}]}, ('"0.0.0.0/0", "10.0.0.0/8"', '"10.0.0.0/8"')),
    "equals_map": ({**B, "label": "logs", "having": [{"path": "tags", "equals": {"Name": "logs", "env": "prod"}}]}, ('    env  = "prod"\n', "")),
    "default_tags": ({**B, "label": "logs", "having": [{"path": "tags_all", "has_key": "team"}]}, ("      team = \"data\"", "      crew = \"data\"")),
    "one_of": ({"type": "aws_instance", "having": [{"path": "instance_type", "one_of": ["t3.nano", "t3.micro"]}]}, ("t3.micro", "t3.large")),
    "at_least": ({"type": R, "having": [{"path": "max_session_duration", "at_least": 7200}]}, ("= 7200", "= 3600")),
    "at_most": ({"type": "aws_kms_key", "having": [{"path": "deletion_window_in_days", "at_most": 10}]}, ("= 10\n", "= 20\n")),
    "matches": ({**B, "label": "logs", "having": [{"path": "bucket", "matches": r"-\d{4}$"}]}, ("acme-logs-2024", "acme-logs")),
    "starts_with": ({**B, "label": "copy", "having": [{"path": "bucket", "starts_with": "acme-"}]}, ("acme-logs-copy", "logs-copy")),
    "ends_with": ({**B, "label": "copy", "having": [{"path": "bucket", "ends_with": "-copy"}]}, ("acme-logs-copy", "acme-copy-1")),
    "includes": ({"type": "aws_ecs_task_definition", "having": [{"path": "container_definitions", "includes": "nginx"}]}, ("nginx:1.27", "caddy")),
    "contains": ({"type": "aws_security_group", "having": [{"path": "egress.cidr_blocks", "contains": "0.0.0.0/0"}]}, ('    protocol    = "-1"\n    cidr_blocks = ["0.0.0.0/0"]', '    protocol    = "-1"\n    cidr_blocks = ["10.0.0.0/8"]')),
    "member": ({"type": "aws_security_group", "having": [{"path": "ingress.cidr_blocks[*]", "starts_with": "10."}]}, (', "10.0.0.0/8"', "")),
    "has_key": ({**B, "having": [{"path": "tags", "has_key": "env"}]}, ("    env  =", "    zone =")),
    "length_at_least": ({"type": "aws_security_group", "having": [{"path": "ingress.cidr_blocks", "length_at_least": 2}]}, (', "10.0.0.0/8"', "")),
    "length_at_most": ({**B, "having": [{"path": "tags", "length_at_most": 2}]}, ('    env  = "prod"', '    env  = "prod"\n    a    = "b"')),
    "set_unknown": ({"type": "aws_s3_bucket_server_side_encryption_configuration", "having": [{"path": "rule.apply_server_side_encryption_by_default.kms_master_key_id", "set": True}]}, ("      kms_master_key_id = aws_kms_key.main.arn\n", "")),
    "absent": ({"type": "aws_instance", "having": [{"path": "key_name", "absent": True}]}, ("= \"t3.micro\"", "= \"t3.micro\"\n  key_name               = \"ops\"")),
    "block": ({"type": "aws_security_group", "having": [{"block": "ingress", "having": [{"path": "from_port", "equals": 443}, {"path": "protocol", "equals": "tcp"}]}]}, ("from_port   = 443", "from_port   = 80")),
    "block_absent": ({"type": "aws_instance", "having": [{"block": "ebs_block_device", "count": 0}]}, ("  root_block_device {", '  ebs_block_device {\n    device_name = "/dev/sdb"\n  }\n\n  root_block_device {')),
    "block_every": ({"type": "aws_instance", "having": [{"block": "root_block_device", "quantifier": "every", "having": [{"path": "encrypted", "equals": True}]}]}, ("encrypted   = true", "encrypted   = false")),
    "json": ({"type": "aws_ecs_task_definition", "having": [{"json": "container_definitions", "count": 1, "having": [{"path": "essential", "equals": True}, {"path": "memory", "at_least": 512}]}]}, ("memory = 512", "memory = 256")),
    "policy_json": ({"type": "aws_iam_role_policy", "having": [{"policy": "policy", "effect": "Allow", "actions": ["s3:GetObject"], "resources": ["*"]}]}, ('"s3:GetObject", ', "")),
    "policy_only": ({"type": "aws_iam_role_policy", "having": [{"policy": "policy", "actions": ["s3:GetObject", "s3:ListBucket"], "only": True}]}, ('"s3:ListBucket"]', '"s3:ListBucket", "s3:PutObject"]')),
    "policy_document": ({"type": R, "having": [{"policy": "assume_role_policy", "actions": ["sts:AssumeRole"], "principals": {"Service": ["ec2.amazonaws.com"]}}]}, ("ec2.amazonaws.com", "lambda.amazonaws.com")),
    "policy_unknown_document": ({"type": "aws_s3_bucket_policy", "having": [{"policy": "policy", "effect": "Deny", "actions": ["s3:GetObject"], "principals": {"*": ["*"]}, "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "value": "false"}]}]}, ("aws:SecureTransport", "aws:ViaAWSService")),
    "refers_to": ({"type": "aws_s3_bucket_versioning", "having": [{"refers_to": "aws_s3_bucket", "path": "bucket"}]}, ('"aws_s3_bucket_versioning" "logs" {\n  bucket = aws_s3_bucket.logs.id', '"aws_s3_bucket_versioning" "logs" {\n  bucket = "acme-logs-2024"')),
    "refers_to_one_that": ({"type": "aws_s3_bucket_versioning", "having": [{"refers_to": {"type": "aws_s3_bucket", "having": [{"path": "tags.env", "equals": "prod"}]}, "path": "bucket"}]}, ('"aws_s3_bucket_versioning" "logs" {\n  bucket = aws_s3_bucket.logs.id', '"aws_s3_bucket_versioning" "logs" {\n  bucket = aws_s3_bucket.copy.id')),
    "refers_through_module": ({"type": "aws_sqs_queue", "having": [{"refers_to": {"type": "aws_kms_key", "attribute": "arn"}, "path": "kms_master_key_id"}]}, ("key    = aws_kms_key.main.arn", 'key    = "alias/aws/sqs"')),
    "refers_through_local": ({"type": "aws_s3_bucket_policy", "having": [{"refers_to": {"type": "aws_s3_bucket", "label": "logs"}, "path": "bucket"}]}, ("bucket = local.bucket", 'bucket = "acme-logs-2024"')),
    "refers_to_variable": ({"type": "aws_subnet", "quantifier": "every", "having": [{"refers_to": {"variable": "azs"}, "path": "availability_zone"}]}, ("= var.azs[count.index]", '= "eu-central-1a"')),
    "refers_to_data": ({"type": "aws_instance", "having": [{"refers_to": {"data": "aws_ami"}, "path": "ami"}]}, ("= data.aws_ami.linux.id", '= "ami-0123456789abcdef0"')),
    "referred_by": ({**B, "label": "logs", "having": [{"referred_by": {"type": "aws_s3_bucket_versioning", "path": "bucket", "having": [{"path": "versioning_configuration.status", "equals": "Enabled"}]}}]}, ("Enabled", "Suspended")),
    "depends_on": ({"type": "aws_instance", "having": [{"depends_on": R}]}, ("[aws_iam_role.app]", "[aws_vpc.main]")),
    "provider_of": ({**B, "label": "copy", "having": [{"provider": "aws.west"}, {"path": "region", "equals": "us-west-2"}]}, ("  provider = aws.west\n", "")),
    "repeated": ({"type": "aws_subnet", "quantifier": "every", "count": 2, "having": [{"repeated": "count"}]}, ("count             = 2", 'for_each          = toset(["0", "1"])|count.index|tonumber(each.key)|aws_subnet.app[each.value]|aws_subnet.app[tostring(each.value)]')),
    "not": ({"type": "aws_security_group", "quantifier": "every", "having": [{"not": {"block": "ingress", "having": [{"path": "from_port", "equals": 22}]}}]}, ("from_port   = 443", "from_port   = 22|to_port     = 443|to_port     = 22")),
    "any": ({"type": "aws_instance", "having": [{"any": [{"path": "instance_type", "equals": "t3.micro"}, {"path": "instance_type", "equals": "t3.nano"}]}]}, ("t3.micro", "t3.small")),
    "every": ({**B, "quantifier": "every", "having": [{"path": "bucket", "starts_with": "acme-logs-"}]}, ("acme-logs-copy", "copies")),
    "where": ({**B, "where": [{"path": "region", "equals": "us-west-2"}], "having": [{"path": "bucket", "ends_with": "copy"}], "count": 1}, ('bucket   = "acme-logs-copy"', 'bucket   = "acme-logs-two"')),
    "distinct": ({"type": "aws_subnet", "distinct": {"path": "availability_zone", "at_least": 2}}, ('"eu-central-1b"]', '"eu-central-1a"]')),
    "data": ({"subject": "data", "type": "aws_ami", "having": [{"path": "most_recent", "equals": True}, {"path": "owners", "contains": "amazon"}]}, ('["amazon"]', '["self"]')),
    "data_unknown": ({"subject": "data", "type": "aws_iam_policy_document", "label": "tls", "having": [{"path": "statement.effect", "equals": "Deny"}]}, ('effect    = "Deny"', 'effect    = "Allow"')),
    "output": ({"subject": "output", "label": "*arn*", "having": [{"refers_to": {"type": "aws_s3_bucket", "attribute": "arn"}}, {"path": "description", "set": True}]}, ("aws_s3_bucket.logs.arn\n}", "aws_s3_bucket.logs.id\n}")),
    "output_value": ({"subject": "output", "having": [{"path": "value", "equals": "acme-logs-2024"}]}, ("value = aws_s3_bucket.logs.bucket\n", "value = aws_s3_bucket.logs.arn\n")),
    "output_sensitive": ({"subject": "output", "having": [{"path": "sensitive", "equals": True}, {"refers_to": {"module": "queue"}}]}, ("  sensitive = true\n", "")),
    "output_through_module": ({"subject": "output", "having": [{"refers_to": "aws_sqs_queue"}]}, ("module.queue.url", '"https://example.com"')),
    "variable": ({"subject": "variable", "label": "region", "having": [{"path": "type", "equals": "string"}, {"path": "default", "starts_with": "eu-"}, {"path": "description", "set": True}]}, ('  description = "Where to."\n', "")),
    "variable_default": ({"subject": "variable", "label": "azs", "having": [{"path": "has_default", "equals": True}, {"path": "type", "equals": "list"}]}, ('variable "azs" {\n  type    = list(string)\n', 'variable "zones" {\n  type    = list(string)\n|var.azs|var.zones')),
    "provider": ({"subject": "provider", "label": "aws", "having": [{"path": "alias", "absent": True}, {"path": "region", "equals": "eu-central-1"}]}, ('default     = "eu-central-1"', 'default     = "eu-west-1"')),
    "provider_version": ({"subject": "provider", "label": "aws", "having": [{"path": "version", "equals": "~> 6.0"}]}, ("~> 6.0", ">= 6.0")),
    "provider_block": ({"subject": "provider", "having": [{"path": "default_tags.tags.team", "equals": "data"}]}, ("team = \"data\"", "team = \"ops\"")),
    "module": ({"subject": "module", "label": "queue", "having": [{"path": "source", "equals": "./queue"}, {"path": "name", "equals": "jobs"}]}, ('name   = "jobs"', 'name   = "tasks"')),
}  # fmt: skip


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(cache=False)) as made:
        yield made


ALL = Intent.from_dict({"version": 1, "demands": [{**demand, "name": name} for name, (demand, _) in CASES.items()]})


def edited(edit: tuple[str, str]) -> dict[str, str]:
    """The configuration with each "old|new" pair replaced; the first pair must occur in main.tf."""
    old, *rest = (edit[0], *edit[1].split("|"))
    text = FILES["main.tf"]
    assert old in text
    text = text.replace(old, rest[0])
    for this, that in zip(rest[1::2], rest[2::2], strict=True):
        assert this in text
        text = text.replace(this, that)
    return {**FILES, "main.tf": text}


def verdicts(pool: VerifierPool, files: dict[str, str], intent: Intent) -> dict[str, bool]:
    report = pool.verify(config_of(files), policies=[policy_of(intent)])
    assert report.plan is not None, [c.detail for c in report.errors]
    assert not report.tool_errors
    told = {r.rule.rpartition(".")[2]: r.passed for r in report.rules}
    direct = {v.rule: v.passed for v in evaluate(intent, report.plan)}
    assert {**direct, "is_configuration_valid": all(direct.values())} == told
    failed = {c.rule.rpartition(".")[2] for c in report.certificates if c.rule is not None and c.stage is Stage.POLICY}
    assert failed == {rule for rule, passed in direct.items() if not passed}
    assert report.correct is all(direct.values())
    return direct


def test_a_configuration_meets_all_demands(pool: VerifierPool) -> None:
    direct = verdicts(pool, FILES, ALL)
    assert [rule for rule, passed in direct.items() if not passed] == []
    assert len(direct) == len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_an_edit_breaks_the_demand(pool: VerifierPool, name: str) -> None:
    demand, edit = CASES[name]
    intent = Intent.from_dict({"version": 1, "demands": [{**demand, "name": name}, {"type": "aws_vpc"}]})
    assert verdicts(pool, edited(edit), intent) == {f"is_valid_{name}": False, "is_valid_aws_vpc": True}


def test_a_mutant_of_the_plan_breaks_one_demand_only(pool: VerifierPool) -> None:
    plan = pool.verify(config_of(FILES)).plan
    assert plan is not None
    vpc = Demand(type="aws_vpc")
    missing = [d.name for d in ALL.demands if f"is_valid_{d.name}" not in mutants(Intent((d, vpc)), plan)]
    assert missing == []
    # Told by the Rego as well.
    some = Intent(
        tuple(d for d in ALL.demands if d.name in ("equals", "block", "policy_document", "output", "absence"))
    )
    found = mutants(some, plan)
    assert len(found) == 5
    for rule, mutant in found.items():
        outcome = check_policies([policy_of(some)], json.dumps(mutant), mutant)
        failed = {r.rule.rpartition(".")[2] for r in outcome.rules if not r.passed}
        assert failed == {rule, "is_configuration_valid"}
    with pytest.raises(ValueError, match="does not meet"):
        mutants(Intent((Demand(type="aws_nothing"),)), plan)


def test_every_operator_has_a_case() -> None:
    used = str([demand for demand, _ in CASES.values()])
    assert [o for o in Operator if f"'{o}'" not in used] == []


def test_the_example_of_the_guide_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).parents[3]
    example = re.search(r"```python\n(.*?)```", (root / "docs" / "guide" / "intents.md").read_text("utf-8"), re.DOTALL)
    assert example is not None
    monkeypatch.chdir(root)
    exec(compile(example[1], "intents.md", "exec"), {})

"""Repair of a configuration that someone has: certain fixes, a model's edits, nothing deleted, nothing else touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terraformer.errors import UsageError
from terraformer.generate import GenerateSettings, repair
from terraformer.generate.certain import near
from terraformer.models.mock import MockModel
from terraformer.types import Policy, Stage, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

QUEUE = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as made:
        yield made


def config(text: str, **others: str) -> TerraformConfig:
    return TerraformConfig({"main.tf": text.encode(), **{f"{k}.tf": v.encode() for k, v in others.items()}})


def run(pool: VerifierPool, given: TerraformConfig, replies: list[Any] | None = None, **options: Any) -> Any:
    model = MockModel(replies) if replies is not None else None
    settings = GenerateSettings(**{"rounds": 3, "schema_chars": 4_000, **options})
    return repair(given, model=model, settings=settings, pool=pool), model


def edit(search: str, new: str) -> str:
    return f"main.tf\n```hcl\n<<<<<<< SEARCH\n{search}\n=======\n{new + chr(10) * bool(new)}>>>>>>> REPLACE\n```\n"


# certain fixes ---------------------------------------------------------------------------------------------------

CERTAIN = [
    ('resource "aws_sqs_queue" "a" {\n  nme = "x"\n}\n', 'resource "aws_sqs_queue" "a" {\n  name = "x"\n}\n'),
    ('resource "aws_sqs_quue" "a" {\n  name = "x"\n}\noutput "u" {\n  value = aws_sqs_quue.a.url\n}\n',
     'resource "aws_sqs_queue" "a" {\n  name = "x"\n}\noutput "u" {\n  value = aws_sqs_queue.a.url\n}\n'),
    ('data "aws_regoin" "r" {}\noutput "r" {\n  value = data.aws_regoin.r.name\n}\n',
     'data "aws_region" "r" {}\noutput "r" {\n  value = data.aws_region.r.name\n}\n'),
    ('resource "aws_sqs_queue" "a" {\n  tags {\n    a = "b" # why\n  }\n}\n',
     'resource "aws_sqs_queue" "a" {\n  tags = {\n    a = "b" # why\n  }\n}\n'),
    ('resource "aws_instance" "a" {\n  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n'
     "  root_block_device = {\n    encrypted = true\n  }\n}\n",
     'resource "aws_instance" "a" {\n  ami           = "ami-0123456789abcdef0"\n  instance_type = "t3.micro"\n'
     "  root_block_device {\n    encrypted = true\n  }\n}\n"),
    (QUEUE + 'output "u" {\n  value = aws_sqs_queue.job.url\n}\n', QUEUE + 'output "u" {\n  value = aws_sqs_queue.jobs.url\n}\n'),
    (QUEUE + 'output "u" {\n  value = aws_sqs_queue.jobs.ulr\n}\n', QUEUE + 'output "u" {\n  value = aws_sqs_queue.jobs.url\n}\n'),
    ('variable "region" {\n  default = "x"\n}\noutput "u" {\n  value = var.regoin\n}\n',
     'variable "region" {\n  default = "x"\n}\noutput "u" {\n  value = var.region\n}\n'),
    ('resource "aws_s3_bucket_versioning" "a" {\n  bucket = "a-bucket"\n  versioning_configuration {\n    status = "ENABLED"\n  }\n}\n',
     'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "a-bucket"\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'),
    ('resource "random_password" "p" {\n  length = 9\n}\noutput "p" { value = random_password.p.result }\n',
     'resource "random_password" "p" {\n  length = 9\n}\noutput "p" {\n  value     = random_password.p.result\n  sensitive = true\n}\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CERTAIN, ids=[str(i) for i in range(len(CERTAIN))])
def test_certain_fixes_need_no_model(pool: VerifierPool, before: str, after: str) -> None:
    trace, _ = run(pool, config(before))
    assert trace.config.text("main.tf") == after
    assert trace.stopped == "clean" and trace.report.passed and trace.model == "none"
    assert [a.origin for a in trace.attempts] == ["given", "fixes"] and trace.best == 1
    assert trace.attempts[1].reply.startswith("main.tf:")


def test_many_at_once_in_several_files_the_rest_byte_for_byte(pool: VerifierPool) -> None:
    main = "".join(a.replace('"a"', f'"a{i}"').replace(".a.", f".a{i}.") for i, (a, _) in enumerate(CERTAIN[:2]))
    notes = "\ufeff# Umlauts: äöü\r\nlocals {\r\n  a=1\r\n}\r\n"
    given = config(main, notes=notes)
    trace, _ = run(pool, given)
    assert trace.stopped == "clean" and trace.config.files["notes.tf"] == given.files["notes.tf"]


@pytest.mark.parametrize(
    "text",
    [
        'resource "aws_sqs_queue" "a" {\n  zzzz = "x"\n}\n',
        'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "a-bucket"\n}\n',
        'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "a-bucket"\n  versioning_configuration {\n    status = "On"\n  }\n}\n',
        'resource "aws_sqs_queue" "a" {\n  name = "x"\n',
        'output "u" {\n  value = aws_sqs_queue.jobs["a"]\n}\n' + QUEUE,
    ],
)
def test_what_needs_a_choice_is_left(pool: VerifierPool, text: str) -> None:
    trace, _ = run(pool, config(text))
    assert trace.stopped == "no-model" and trace.config.text("main.tf") == text and not trace.report.passed


def test_fixes_are_kept_though_they_bring_more_to_light(pool: VerifierPool) -> None:
    text = (
        'resource "aws_s3_bucket_versioning" "a" {\n  bucket = "a-bucket"\n'
        '  versioning_configuration {\n    status = "On"\n    mfa_delte = "Never"\n  }\n}\n'
    )
    trace, _ = run(pool, config(text))
    assert trace.config.text("main.tf") == text.replace("mfa_delte", "mfa_delete")
    assert trace.stopped == "no-model" and [a.standing for a in trace.attempts] == ["first", "better"]


def test_replacements_of_lint_rules(pool: VerifierPool) -> None:
    text = (
        'variable "n" {\n  type    = string\n  default = "a"\n}\n'
        'resource "aws_sqs_queue" "a" {\n  count = 2\n  name  = "${var.n}"\n}\n'
        'output "u" {\n  value = aws_sqs_queue.a.*.url\n}\n'
    )
    settings = VerifySettings(stages=(Stage.COMPILE, Stage.DEPLOY, Stage.LINT))
    trace, _ = run(pool, config(text), verify=settings)
    assert trace.config.text("main.tf") == text.replace('"${var.n}"', "var.n").replace(".*.", "[*].")
    assert trace.stopped == "clean" and [a.standing for a in trace.attempts] == ["first", "better"]
    assert len(run(pool, config(text))[0].attempts) == 1, "no stage that finds fault with it was asked for"


def test_files_that_cannot_be_read(pool: VerifierPool) -> None:
    text = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs\n}\n\n' + QUEUE.replace("jobs", "work")
    trace, _ = run(pool, config(text), [edit('  name = "jobs', '  name = "jobs"')])
    assert trace.stopped == "clean" and trace.config.text("main.tf") == text.replace('"jobs\n', '"jobs"\n')


def test_nothing_to_do(pool: VerifierPool) -> None:
    model = MockModel([])
    trace = repair(config(QUEUE), model=model, pool=pool)
    assert trace.stopped == "clean" and trace.best == 0 and not model.calls and len(trace.attempts) == 1
    with pytest.raises(UsageError, match="no Terraform file"):
        repair(TerraformConfig({"notes.txt": b""}))


def test_names_that_are_near_and_unlike_all_others() -> None:
    assert near("nme", ["name"]) == "name" and near("tagz", ["tags", "tags_all"]) == "tags"
    assert near("fifo_queu", ["fifo_queue", "name"]) == "fifo_queue"
    assert near("subnet_ids", ["subnet_id", "subnets"]) == "subnet_id"
    assert near("name_1", ["name_2", "name_3"]) is None and near("x", []) is None and near("abc", ["xyz"]) is None


# with a model ----------------------------------------------------------------------------------------------------

BROKEN = '# Ours.\nresource "aws_sqs_queue" "jobs" {\n  name   =   "jobs" # odd blanks stay\n  zzzz = 1\n}\n\nlocals {\n  a=1\n}\n'
MENDED = BROKEN.replace("  zzzz = 1\n", "")


def test_a_model_mends_by_edits_and_all_else_stays(pool: VerifierPool) -> None:
    trace, model = run(pool, config(BROKEN), [edit("  zzzz = 1", "")])
    assert trace.stopped == "clean" and trace.config.text("main.tf") == MENDED
    told = model.calls[0].messages
    assert "zzzz" in told[1]["content"] and "aws_sqs_queue\n" in told[1]["content"]
    assert [a.standing for a in trace.attempts] == ["first", "better"]


def test_whole_files_do_too(pool: VerifierPool) -> None:
    whole = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n\nlocals {\n  a = 1\n}\n'
    trace, _ = run(pool, config(BROKEN), [f"main.tf\n```hcl\n{whole}```"])
    assert trace.stopped == "clean" and "odd blanks stay" in trace.config.text("main.tf")


def test_certain_fixes_come_first(pool: VerifierPool) -> None:
    given = config(BROKEN + 'resource "aws_sns_topic" "t" {\n  nme = "t"\n}\n')
    trace, model = run(pool, given, [edit("  zzzz = 1", "")])
    assert [a.origin for a in trace.attempts] == ["given", "fixes", "model"] and trace.stopped == "clean"
    assert 'nme = "t"' not in model.calls[0].messages[1]["content"]


def test_deleting_what_failed_is_refused(pool: VerifierPool) -> None:
    resource = BROKEN[BROKEN.index("resource") : BROKEN.index("locals")].rstrip()
    deleting = edit(resource, "")
    trace, model = run(pool, config(BROKEN), [deleting, edit("  zzzz = 1", "")])
    assert [a.standing for a in trace.attempts] == ["first", "deceptive", "better"]
    assert "was dropped" in model.calls[1].messages[1]["content"] and trace.config.text("main.tf") == MENDED
    renamed = BROKEN.replace('"jobs" {', '"work" {').replace("  zzzz = 1\n", "")
    trace, _ = run(pool, config(BROKEN), [f"main.tf\n```hcl\n{renamed}```"], rounds=1)
    assert trace.attempts[1].standing == "deceptive" and trace.config.text("main.tf") == BROKEN
    moved = renamed + "\nmoved {\n  from = aws_sqs_queue.jobs\n  to   = aws_sqs_queue.work\n}\n"
    trace, _ = run(pool, config(BROKEN), [f"main.tf\n```hcl\n{moved}```"], rounds=1)
    assert trace.attempts[1].standing == "better" and trace.stopped == "clean"


def test_unusable_answers_are_told_of(pool: VerifierPool, tmp_path: Path) -> None:
    path = tmp_path / "trace.jsonl"
    replies = ["Sorry, no.", edit("  not there", "x"), edit("  zzzz = 1", "")]
    trace, model = run(pool, config(BROKEN), replies, trace_file=path)
    assert trace.stopped == "clean" and [a.standing for a in trace.attempts] == ["first", "none", "none", "better"]
    assert "could not be applied" in model.calls[1].messages[-1]["content"]
    assert len(model.calls[2].messages) == 4
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["task", *["attempt"] * 4, "end"]
    assert [line["origin"] for line in lines[1:-1]] == ["given", "model", "model", "model"]


def test_a_model_that_fails_loses_nothing(pool: VerifierPool) -> None:
    given = config(BROKEN + 'resource "aws_sns_topic" "t" {\n  nme = "t"\n}\n')
    trace, _ = run(pool, given, [{"error": "gone"}])
    assert trace.stopped == "model-error: gone" and trace.best == 1 and 'nme = "t"' not in trace.config.text("main.tf")


def test_policies_and_purpose(pool: VerifierPool) -> None:
    policy = Policy(
        "fifo.rego",
        "package terraform.validation\nimport rego.v1\ndefault is_valid_queue := false\n"
        'is_valid_queue if { some r in input.resource_changes; r.type == "aws_sqs_queue"; r.change.after.fifo_queue }\n',
    )
    model = MockModel([edit('  name = "jobs"', '  name       = "jobs.fifo"\n  fifo_queue = true')])
    trace = repair(config(QUEUE), model=model, prompt="Work in order.", policies=(policy,), pool=pool)
    assert trace.stopped == "clean" and trace.report is not None and trace.report.correct
    assert "Work in order." in model.calls[0].messages[1]["content"]
    assert "is_valid_queue" in model.calls[0].messages[1]["content"]


def test_what_deploys_is_compared_by_its_plans(pool: VerifierPool) -> None:
    policy = Policy(
        "fifo.rego",
        "package terraform.validation\nimport rego.v1\ndefault is_valid_queue := false\n"
        'is_valid_queue if { some r in input.resource_changes; r.type == "aws_sqs_queue"; r.change.after.fifo_queue }\n',
    )
    before = QUEUE.replace("}", "  delay_seconds = 3\n}") + QUEUE.replace("jobs", "other")
    search = '  name = "jobs"'
    right = search.replace("jobs", "jobs.fifo") + "\n  fifo_queue = true"
    # The other queue would be destroyed and made anew, which has nothing to do with the finding about the first.
    wrong = f"{edit(search, right)}\n{edit('  name = ' + chr(34) + 'other' + chr(34), '  name = ' + chr(34) + 'renamed' + chr(34))}"
    finding_in = policy.text.replace("is_valid_queue", "is_valid_jobs").replace(
        'r.type == "aws_sqs_queue"', 'r.address == "aws_sqs_queue.jobs"'
    )
    model = MockModel([wrong, edit(search, right)])
    trace = repair(config(before), model=model, policies=(Policy("p.rego", finding_in),), pool=pool)
    assert [a.standing for a in trace.attempts] == ["first", "deceptive", "better"]
    assert trace.report is not None and trace.report.correct
    assert "aws_sqs_queue.other" in model.calls[1].messages[1]["content"]

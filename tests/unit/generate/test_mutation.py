"""Changing a configuration: what the model is shown, what is charged to a change, what is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from terraformer.errors import ModelError, UsageError
from terraformer.generate.mutation import MutateSettings, MutationResult, mutate, mutation_result, unified_diff
from terraformer.generate.mutation.context import select_context
from terraformer.generate.mutation.judge import mends
from terraformer.models.mock import MockModel
from terraformer.types import ChangeScope, Policy, Severity, Stage, TerraformConfig, Trace
from terraformer.types.report import to_jsonable
from terraformer.verify import VerifierPool, VerifySettings

MAIN = """\
# Logs of everything.
resource "aws_s3_bucket" "logs" {
  bucket = "the-logs" # never change
}

resource "aws_sqs_queue" "jobs" {
  name          = "jobs"
  delay_seconds = 5
}

output "queue" {
  value = aws_sqs_queue.jobs.arn
}
"""
REQUEST = "Set the delay of the jobs queue to 10 seconds."
GOOD = "main.tf\n<<<<<<< SEARCH\n  delay_seconds = 5\n=======\n  delay_seconds = 10\n>>>>>>> REPLACE\n"
BROKEN = GOOD.replace("delay_seconds = 10", "delay_in_seconds = 10")
DELETING = GOOD + "\nDELETE BLOCK: aws_s3_bucket.logs\n"
REPLACING = GOOD.replace("delay_seconds = 5\n", 'name          = "jobs"\n  delay_seconds = 5\n', 1).replace(
    "  name", "  name", 1
)
SETTINGS = MutateSettings(verify=VerifySettings(keep_plan=False), schema_chars=0)


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(keep_plan=False)) as found:
        yield found


def config(text: str = MAIN, **others: str) -> TerraformConfig:
    return TerraformConfig({"main.tf": text.encode(), **{k: v.encode() for k, v in others.items()}})


def codes(trace: Trace, number: int) -> list[str]:
    report = trace.attempts[number].report
    assert report is not None
    return [c.code for c in report.errors]


def test_a_change_is_applied_verified_and_told(pool: VerifierPool) -> None:
    before = config()
    model = MockModel([GOOD])
    trace = mutate(before, REQUEST, model=model, settings=SETTINGS, pool=pool)
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert trace.config.text("main.tf") == MAIN.replace("seconds = 5", "seconds = 10")
    assert trace.task.before == before
    result = mutation_result(trace)
    assert result.files == ("main.tf",)
    assert "-  delay_seconds = 5\n+  delay_seconds = 10\n" in result.diff
    assert result.summary is not None
    (change,) = result.summary.resources
    assert (change.address, change.kind, [(a.path, a.before, a.after) for a in change.attributes]) == (
        "aws_sqs_queue.jobs",
        "changed",
        [("delay_seconds", 5, 10)],
    )
    json.dumps(trace.to_dict())
    json.dumps(to_jsonable(result.to_dict()))
    system, user = model.calls[0].messages
    assert "SEARCH/REPLACE" in system["content"]
    assert MAIN in user["content"]
    assert user["content"].endswith(f"Request: {REQUEST}")


def test_findings_go_back_to_the_model_with_the_diff(pool: VerifierPool) -> None:
    mend = BROKEN.replace("delay_seconds = 5", "X").replace("delay_in_seconds = 10", "delay_seconds = 10")
    mend = mend.replace("X", "delay_in_seconds = 10")
    model = MockModel([BROKEN, mend])
    trace = mutate(config(), REQUEST, model=model, settings=SETTINGS, pool=pool)
    assert trace.stopped == "clean"
    assert trace.best == 1
    assert trace.config is not None
    assert trace.config.text("main.tf") == MAIN.replace("seconds = 5", "seconds = 10")
    told = model.calls[1].messages[-1]["content"]
    assert "delay_in_seconds = 10" in told  # the configuration with the change so far
    assert "-  delay_seconds = 5" in told
    assert "Unsupported argument" in told


def test_what_was_deleted_beside_is_refused_and_repaired_from_the_start(pool: VerifierPool) -> None:
    model = MockModel([DELETING, GOOD])
    trace = mutate(config(), REQUEST, model=model, settings=SETTINGS, pool=pool)
    assert codes(trace, 0) == ["collateral-change"]
    assert trace.attempts[0].standing == "deceptive"
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert "aws_s3_bucket" in trace.config.text("main.tf")
    told = model.calls[1].messages
    assert told[-2]["content"].startswith("main.tf")  # its own answer
    assert "aws_s3_bucket.logs" in told[-1]["content"]


def test_deleting_what_failed_is_no_repair(pool: VerifierPool) -> None:
    """An honest attempt with a finding stays the best one, whatever a later one reaches by deleting."""
    deleting = (
        "DELETE BLOCK: aws_sqs_queue.jobs\nDELETE BLOCK: output.queue\n"
        'main.tf\n<<<<<<< SEARCH\n=======\nresource "aws_sns_topic" "t" {\n  name = "t"\n}\n>>>>>>> REPLACE\n'
    )
    trace = mutate(config(), REQUEST, model=MockModel([BROKEN, deleting]), settings=SETTINGS, pool=pool)
    assert trace.best == 0
    assert "collateral-change" in codes(trace, 1)
    assert trace.attempts[1].standing == "deceptive"


def test_doing_nothing_is_a_finding(pool: VerifierPool) -> None:
    same = GOOD.replace("delay_seconds = 10", "delay_seconds = 5")
    model = MockModel([same, GOOD])
    trace = mutate(config(), REQUEST, model=model, settings=SETTINGS, pool=pool)
    assert codes(trace, 0) == ["nothing-changed"]
    assert trace.best == 1
    assert trace.stopped == "clean"


def test_an_honest_try_is_better_than_nothing(pool: VerifierPool) -> None:
    same = GOOD.replace("delay_seconds = 10", "delay_seconds = 5")
    settings = MutateSettings(verify=SETTINGS.verify, schema_chars=0, rounds=1)
    trace = mutate(config(), REQUEST, model=MockModel([same, BROKEN]), settings=settings, pool=pool)
    assert trace.best == 1


def test_an_answer_that_cannot_be_applied_is_told_why(pool: VerifierPool) -> None:
    model = MockModel([GOOD.replace("delay_seconds = 5", "delay = 7"), "I am sorry.", GOOD])
    trace = mutate(config(), REQUEST, model=model, settings=SETTINGS, pool=pool)
    assert [a.config is None for a in trace.attempts] == [True, True, False]
    assert "not in main.tf" in trace.attempts[0].problem
    assert "not in main.tf" in model.calls[1].messages[-1]["content"]
    assert "no edit" in model.calls[2].messages[-1]["content"]
    assert trace.stopped == "clean"


def test_never_a_usable_answer(pool: VerifierPool) -> None:
    trace = mutate(config(), REQUEST, model=MockModel(["no", "no"]), settings=SETTINGS, pool=pool)
    assert trace.stopped == "repeated"
    assert trace.config is None
    result = mutation_result(trace)
    assert result.diff == ""
    assert result.summary is None


# --- errors that were there before -----------------------------------------------------------------------------------

OTHER_ERROR = MAIN + '\nresource "aws_sns_topic" "t" {\n  nam = "t"\n}\n'


def test_errors_from_before_are_shown_but_not_charged(pool: VerifierPool) -> None:
    trace = mutate(config(OTHER_ERROR), REQUEST, model=MockModel([GOOD]), settings=SETTINGS, pool=pool)
    assert trace.stopped == "clean"
    assert trace.report is not None
    assert trace.report.errors == ()
    (shown,) = [c for c in trace.report.certificates if c.notes.get("before_the_change")]
    assert shown.severity is Severity.WARNING
    assert "aws_sns_topic.t" in (shown.address or "")
    result = mutation_result(trace)
    assert [c.address for c in result.existing] == ["aws_sns_topic.t"]
    assert result.summary is not None
    assert result.summary.by_text
    assert not result.charged


def test_a_new_error_counts_beside_old_ones(pool: VerifierPool) -> None:
    settings = MutateSettings(verify=SETTINGS.verify, schema_chars=0, rounds=0)
    trace = mutate(config(OTHER_ERROR), REQUEST, model=MockModel([BROKEN]), settings=settings, pool=pool)
    assert trace.report is not None
    assert [c.address for c in trace.report.errors] == ["aws_sqs_queue.jobs"]


def test_a_request_to_fix_charges_every_error(pool: VerifierPool) -> None:
    fix = 'main.tf\n<<<<<<< SEARCH\n  nam = "t"\n=======\n  name = "t"\n>>>>>>> REPLACE\n'
    request = "Fix the topic, the configuration does not plan."
    trace = mutate(config(OTHER_ERROR), request, model=MockModel([GOOD, fix]), settings=SETTINGS, pool=pool)
    assert mutation_result(trace).charged
    assert codes(trace, 0)
    assert trace.report is not None
    assert trace.report.deployable


@pytest.mark.parametrize(
    ("request_", "wanted"),
    [
        ("Fix the queue", True),
        ("It does not plan any more", True),
        ("make it valid", True),
        ("Repair what is broken", True),
        ("Add an alarm on errors of the function", False),
        ("Use a fixed response in the listener", False),
        ("Add a prefix to the bucket's name", False),
    ],
)
def test_requests_that_are_about_errors(request_: str, wanted: bool) -> None:
    assert mends(request_) is wanted


POLICY = Policy(
    "tags.rego",
    'package p\n\nimport rego.v1\n\ndeny contains "no tags" if {\n'
    '  some r in input.planned_values.root_module.resources\n  r.type == "aws_s3_bucket"\n  r.values.tags == null\n}\n',
)


def test_policies_are_demands_even_if_they_failed_before(pool: VerifierPool) -> None:
    tags = (
        'main.tf\n<<<<<<< SEARCH\n  bucket = "the-logs"\n=======\n  bucket = "the-logs"\n  tags = { A = "b" }\n'
        ">>>>>>> REPLACE\n"
    )
    model = MockModel([GOOD, tags])
    trace = mutate(config(), REQUEST, model=model, policies=[POLICY], settings=SETTINGS, pool=pool)
    assert trace.attempts[0].report is not None
    assert [c.stage for c in trace.attempts[0].report.errors] == [Stage.POLICY]
    assert trace.stopped == "clean"


# --- scope -----------------------------------------------------------------------------------------------------------

RENAME = 'main.tf\n<<<<<<< SEARCH\n  name          = "jobs"\n=======\n  name          = "work"\n>>>>>>> REPLACE\n'


def test_replacements_need_the_request_or_a_scope(pool: VerifierPool) -> None:
    settings = MutateSettings(verify=SETTINGS.verify, schema_chars=0, rounds=0)

    def errors(**options: object) -> list[str]:
        trace = mutate(config(), REQUEST, model=MockModel([RENAME]), settings=settings, pool=pool, **options)  # type: ignore[arg-type]
        assert trace.report is not None
        return [c.code for c in trace.report.errors]

    assert errors() == ["collateral-change"]
    assert errors(allow=["aws_sqs_queue.*"]) == []
    assert errors(scope=ChangeScope(replace=("aws_sqs_queue.jobs",))) == []
    assert errors(allow=["aws_sns_topic.*"]) == ["collateral-change"]


# --- several modules, several samples, failures ----------------------------------------------------------------------


def test_a_root_below_the_top_and_a_local_module(pool: VerifierPool) -> None:
    before = TerraformConfig(
        {
            "live/main.tf": b'module "q" {\n  source = "../modules/q"\n}\n',
            "modules/q/main.tf": b'resource "aws_sqs_queue" "this" {\n  name = "q" # kept\n}\n',
            "modules/q/README.md": b"not shown",
        },
        root="live",
    )
    reply = (
        'modules/q/main.tf\n<<<<<<< SEARCH\n  name = "q" # kept\n=======\n  name = "q" # kept\n  delay_seconds = 3\n'
        ">>>>>>> REPLACE\n"
    )
    model = MockModel([reply])
    trace = mutate(before, "Delay the messages of the queue by 3 seconds", model=model, settings=SETTINGS, pool=pool)
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert trace.config.root == "live"
    assert trace.config.files["modules/q/README.md"] == b"not shown"
    assert "not shown" not in model.calls[0].messages[-1]["content"]
    summary = mutation_result(trace).summary
    assert summary is not None
    assert [r.address for r in summary.resources] == ["module.q.aws_sqs_queue.this"]


def test_the_best_of_several_samples(pool: VerifierPool) -> None:
    settings = MutateSettings(verify=SETTINGS.verify, schema_chars=0, samples=3, rounds=0)
    trace = mutate(config(), REQUEST, model=MockModel([DELETING, BROKEN, GOOD]), settings=settings, pool=pool)
    assert trace.config is not None
    assert trace.config.text("main.tf") == MAIN.replace("seconds = 5", "seconds = 10")


def test_failures_of_the_model(pool: VerifierPool) -> None:
    with pytest.raises(ModelError):
        mutate(config(), REQUEST, model=MockModel([{"error": "no"}]), settings=SETTINGS, pool=pool)
    trace = mutate(config(), REQUEST, model=MockModel([BROKEN, {"error": "no"}]), settings=SETTINGS, pool=pool)
    assert trace.stopped.startswith("model-error")
    assert trace.best == 0
    assert isinstance(mutation_result(trace), MutationResult)


def test_bad_input(pool: VerifierPool) -> None:
    with pytest.raises(UsageError):
        mutate(config(), " ", model=MockModel([]), pool=pool)
    with pytest.raises(UsageError):
        mutate(TerraformConfig({"a.txt": b""}), REQUEST, model=MockModel([]), pool=pool)
    with pytest.raises(UsageError):
        MutateSettings(existing="sometimes")


# --- what is shown ---------------------------------------------------------------------------------------------------


def large() -> TerraformConfig:
    blocks = [
        f'# queue {i}\nresource "aws_sqs_queue" "q{i}" {{\n  name = "q{i}"\n  tags = {{\n    Text = "{"x" * 200}"\n  }}\n}}\n'
        for i in range(60)
    ]
    special = (
        'variable "retention" {\n  default = 60\n}\n\nresource "aws_sqs_queue" "invoices" {\n  name = "invoices"\n'
        "  message_retention_seconds = var.retention\n}\n\n"
        'resource "aws_sns_topic_subscription" "invoices" {\n  topic_arn = aws_sns_topic.all.arn\n  protocol  = "sqs"\n'
        '  endpoint  = aws_sqs_queue.invoices.arn\n}\n\nresource "aws_sns_topic" "all" {\n  name = "all"\n}\n'
    )
    return config("\n".join(blocks[:30]) + "\n" + special + "\n" + "\n".join(blocks[30:]))


def test_a_small_configuration_is_shown_whole() -> None:
    context = select_context(config(), REQUEST, 10_000)
    assert context.whole
    assert context.shown == {"main.tf": ((0, MAIN.count("\n") + 1),)}
    assert MAIN in context.text


def test_of_a_large_one_the_named_blocks_and_their_neighbours() -> None:
    before = large()
    context = select_context(before, "Keep messages of the invoices queue longer", 6_000)
    assert not context.whole
    assert len(context.text) < 9_000
    for text in (
        'resource "aws_sqs_queue" "invoices" {',
        'variable "retention" {',
        "endpoint  = aws_sqs_queue.invoices.arn",
    ):
        assert text in context.text
    assert '# not shown: resource "aws_sqs_queue" "q59" (7 lines)' in context.text
    lines = before.text("main.tf").split("\n")
    shown = {lines[i] for a, b in context.shown["main.tf"] for i in range(a, b)}
    assert "  message_retention_seconds = var.retention" in shown


def test_what_was_not_shown_cannot_be_edited(pool: VerifierPool) -> None:
    settings = MutateSettings(verify=SETTINGS.verify, schema_chars=0, prompt_chars=8_000, rounds=2)
    hidden = 'main.tf\n<<<<<<< SEARCH\n  name = "q59"\n=======\n  name = "x"\n>>>>>>> REPLACE\n'
    good = "main.tf\n<<<<<<< SEARCH\n  default = 60\n=======\n  default = 120\n>>>>>>> REPLACE\n"
    model = MockModel([hidden, good])
    before = large()
    trace = mutate(before, "Keep messages of the invoices queue longer", model=model, settings=settings, pool=pool)
    assert "as shown" in trace.attempts[0].problem
    assert trace.config is not None
    assert trace.config.text("main.tf") == before.text("main.tf").replace("default = 60", "default = 120")
    assert all(len(m["content"]) < 9_000 for call in model.calls for m in call.messages)


def test_installed_modules_and_odd_files_are_not_shown() -> None:
    before = config(
        'module "x" {\n  source = "some/module/aws"\n}\n\nlocals {\n  p = file("policy.json")\n}\n',
        **{
            ".terraform/modules/modules.json": '{"Modules":[{"Key":"x","Source":"","Dir":".terraform/modules/x"}]}',
            ".terraform/modules/x/main.tf": "locals {}\n",
            "policy.json": '{"a": 1}',
            "unused.json": "{}",
        },
    )
    context = select_context(before, "anything", 10_000)
    assert set(context.shown) == {"main.tf", "policy.json"}


def test_diffs_can_be_applied_and_name_what_is_no_text() -> None:
    before = TerraformConfig({"main.tf": b"locals {}", "b.bin": b"\xff\xfe", "gone.tf": b"\n"})
    after = before.with_files({"main.tf": b"locals {\n}", "b.bin": b"\xff", "gone.tf": None, "new.tf": b"locals {}\n"})
    diff = unified_diff(before, after)
    assert "Files a/b.bin and b/b.bin differ\n" in diff
    assert "deleted file mode 100644\n--- a/gone.tf\n+++ /dev/null\n" in diff
    assert "new file mode 100644\n--- /dev/null\n+++ b/new.tf\n" in diff
    assert "-locals {}\n\\ No newline at end of file\n" in diff


def test_what_terraform_refuses_only_as_a_change_is_told(pool: VerifierPool) -> None:
    kept = config(
        'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    )
    answer = 'main.tf\n<<<<<<< SEARCH\n  name = "jobs"\n=======\n  name = "orders"\n>>>>>>> REPLACE\n'
    trace = mutate(
        kept,
        "Replace the jobs queue by one that is called orders.",
        model=MockModel([answer]),
        scope=ChangeScope(remove=("*",), replace=("*",), change=("*",), add=("*",)),
        settings=MutateSettings(rounds=0, verify=SETTINGS.verify, schema_chars=0),
        pool=pool,
    )
    assert "prevent-destroy" in codes(trace, 0)
    assert trace.report is not None and not trace.report.passed

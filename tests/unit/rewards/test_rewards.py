"""Rewards: their properties on any report, and on real verifications of answers that try to be paid for nothing."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terraformer.data.intents import (
    Attribute,
    Block,
    Count,
    Demand,
    Intent,
    Operator,
    RefersTo,
    Subject,
    Target,
    policy_of,
)
from terraformer.rewards import Expectation, answer_facts, dense_reward, paper_reward
from terraformer.rewards.dense import DenseSettings
from terraformer.rewards.facts import AnswerFacts
from terraformer.types import (
    Certificate,
    CheckResult,
    PlannedChange,
    RuleResult,
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)
from terraformer.verify import VerifierPool, VerifySettings

# --- any report -------------------------------------------------------------------------------------------------------


def report(
    reached: int,
    rules: tuple[bool, ...] = (),
    errors: int = 1,
    planned: int = 1,
    lint: int | None = None,
    secure: int | None = None,
) -> VerificationReport:
    """``reached``: 0 does not compile, 1 does not deploy, 2 deploys."""
    passed, failed, skipped = StageStatus.PASSED, StageStatus.FAILED, StageStatus.SKIPPED
    status = [failed, skipped, skipped] if reached == 0 else [passed, failed, skipped]
    if reached == 2:
        status = [passed, passed, passed if all(rules) else failed]
    stages = [StageResult(s, v) for s, v in zip((Stage.COMPILE, Stage.DEPLOY, Stage.POLICY), status, strict=True)]
    certificates = [
        Certificate((Stage.COMPILE, Stage.DEPLOY)[reached], Severity.ERROR, "some-error", "")
        for _ in range(errors if reached < 2 else 0)
    ]
    checks: list[CheckResult] = []
    if lint is not None:
        stages.append(StageResult(Stage.LINT, passed))
        certificates += [Certificate(Stage.LINT, Severity.WARNING, "lint", "") for _ in range(lint)]
    if secure is not None:
        stages.append(StageResult(Stage.SECURITY, passed))
        checks = [CheckResult(Stage.SECURITY, f"check-{n}", "", n < secure) for n in range(10)]
    changes = tuple(
        PlannedChange(f"aws_sqs_queue.q{n}", "aws_sqs_queue", ("create",))
        for n in range(planned if reached == 2 else 0)
    )
    found = tuple(RuleResult("p", f"r{n}", ok) for n, ok in enumerate(rules)) if reached == 2 else ()
    return VerificationReport(
        "x", tuple(stages), tuple(certificates), rules=found, changes=changes, checks=tuple(checks)
    )


reports = st.builds(
    report,
    st.integers(0, 2),
    st.lists(st.booleans(), max_size=6).map(tuple),
    st.integers(1, 40),
    st.integers(0, 5),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 10),
)
facts = st.builds(
    lambda n, extra, size, copied: AnswerFacts({"aws_sqs_queue": n} if n else {}, n + extra, size, copied),
    st.integers(0, 6),
    st.integers(0, 4),
    st.integers(0, 20_000),
    st.floats(0, 1),
)
expectations = st.builds(
    Expectation,
    st.none() | st.dictionaries(st.sampled_from(["aws_sqs_queue", "aws_sns_topic"]), st.integers(1, 4)),
    st.none() | st.integers(50, 4_000),
    st.booleans(),
)


idle = st.none() | st.lists(st.booleans(), max_size=8).map(lambda rules: report(2, tuple(rules)))
"""Of a change: what doing nothing gives."""
chosen = st.builds(DenseSettings, deploys=st.floats(0, 1), idle=st.floats(0, 1), whole=st.floats(0, 1))


@given(reports, facts, expectations, idle, chosen)
def test_bounded(
    found: VerificationReport,
    answer: AnswerFacts,
    expected: Expectation,
    nothing: VerificationReport | None,
    settings: DenseSettings,
) -> None:
    paper, dense = paper_reward(found), dense_reward(found, answer, expected, settings, nothing)
    assert paper is not None
    assert 0 <= paper <= 2
    assert dense is not None
    assert -0.3 - 1e-9 <= dense.total <= 2.1 + 1e-9
    assert sum(dense.terms().values()) - dense.proof - dense.substance + dense.proof * dense.substance == pytest.approx(
        dense.total
    )


@given(st.lists(st.booleans(), min_size=1, max_size=6), st.integers(1, 30), facts, expectations, idle, chosen)
def test_a_later_stage_never_pays_less(
    rules: list[bool],
    errors: int,
    answer: AnswerFacts,
    expected: Expectation,
    nothing: VerificationReport | None,
    settings: DenseSettings,
) -> None:
    planned = answer.resources.get("aws_sqs_queue", 0)  # what it declares is what it plans
    ladder = [report(0, errors=errors), report(1, errors=errors), report(2, tuple(rules), planned=planned)]
    papers = [paper_reward(r) or 0.0 for r in ladder]
    totals = [d.total for r in ladder if (d := dense_reward(r, answer, expected, settings, nothing)) is not None]
    assert papers == sorted(papers)
    assert totals == sorted(totals)


@given(st.lists(st.booleans(), min_size=1, max_size=8), st.data(), facts, expectations, idle, chosen)
def test_a_passed_rule_never_pays_less(
    rules: list[bool],
    data: st.DataObject,
    answer: AnswerFacts,
    expected: Expectation,
    nothing: VerificationReport | None,
    settings: DenseSettings,
) -> None:
    failing = [n for n, ok in enumerate(rules) if not ok]
    if not failing:
        return
    better = list(rules)
    better[data.draw(st.sampled_from(failing))] = True
    worse, best = report(2, tuple(rules)), report(2, tuple(better))
    assert (paper_reward(best) or 0) > (paper_reward(worse) or 0)
    one, other = (dense_reward(r, answer, expected, settings, nothing) for r in (worse, best))
    assert one is not None and other is not None
    assert other.total >= one.total


def test_doing_nothing_of_what_was_asked_earns_next_to_nothing() -> None:
    answer = AnswerFacts({}, 4, 400)
    nothing = report(2, (False, False, True))  # two demands, and that the rest stays

    def total(*rules: bool, reached: int = 2) -> float:
        found = dense_reward(report(reached, rules), answer, nothing=nothing, expected=Expectation({}))
        assert found is not None
        return found.total

    assert total(False, False, True) == pytest.approx(0.25)
    assert total(True, False, True) == pytest.approx(0.25 + 1.75 / 2)
    assert total(True, True, True) == pytest.approx(2.0)
    assert total(True, True, False) == pytest.approx(0.25)  # done, and something else broken
    assert 0 < total(reached=0) < total(reached=1) < 0.25
    with pytest.raises(ValueError, match="idle"):
        DenseSettings(idle=1.5)


def test_all_rules_can_be_made_worth_more_than_each_of_them() -> None:
    answer, chosen = AnswerFacts({"aws_sqs_queue": 1}, 1, 400), DenseSettings(deploys=0.5, whole=0.5)

    def total(*rules: bool, reached: int = 2) -> float:
        found = dense_reward(report(reached, rules), answer, settings=chosen)
        assert found is not None
        return found.total

    assert total(False, False) == pytest.approx(0.5)
    assert total(True, False) == pytest.approx(0.5 + 1.5 / 4)
    assert total(True, True) == pytest.approx(2.0)
    assert 0 < total(reached=0) < total(reached=1) < 0.5
    for name in ("deploys", "whole"):
        with pytest.raises(ValueError, match=name):
            DenseSettings(**{name: 1.5})


@given(st.integers(0, 1), st.integers(1, 30), facts, expectations)
def test_fewer_errors_never_pay_less(reached: int, errors: int, answer: AnswerFacts, expected: Expectation) -> None:
    many, few = (dense_reward(report(reached, errors=n), answer, expected) for n in (errors + 1, errors))
    assert many is not None and few is not None
    assert few.total >= many.total


@given(reports, facts)
def test_a_tool_failure_is_masked(found: VerificationReport, answer: AnswerFacts) -> None:
    broken = dataclasses.replace(found, tool_errors=(ToolError("worker-died", "gone"),))
    assert paper_reward(broken) is None
    assert dense_reward(broken, answer) is None
    undecided = dataclasses.replace(found, stages=(StageResult(Stage.COMPILE, StageStatus.ERROR),))
    assert paper_reward(undecided) is None
    assert dense_reward(undecided, answer) is None


def test_settings_that_would_pay_failure_are_refused() -> None:
    with pytest.raises(ValueError, match=r"below 0\.5"):
        DenseSettings(compile_most=0.6)


# --- real answers -----------------------------------------------------------------------------------------------------

HONEST = """
resource "aws_s3_bucket" "logs" {
  bucket = "acme-audit-logs"
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_dynamodb_table" "orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"

  attribute {
    name = "id"
    type = "S"
  }

  point_in_time_recovery {
    enabled = true
  }
}
"""


def equal(path: str, value: object) -> Attribute:
    return Attribute(tuple(path.split(".")), Operator.EQUALS, value)


INTENT = Intent(
    (
        Demand(Subject.RESOURCE, "aws_s3_bucket", count=Count(1, 1)),
        Demand(Subject.RESOURCE, "aws_s3_bucket", having=(equal("bucket", "acme-audit-logs"),), count=Count(1, 1)),
        Demand(
            Subject.RESOURCE,
            "aws_s3_bucket_versioning",
            having=(
                RefersTo(Target(type="aws_s3_bucket"), ("bucket",)),
                equal("versioning_configuration.status", "Enabled"),
            ),
        ),
        Demand(
            Subject.RESOURCE,
            "aws_s3_bucket_public_access_block",
            having=(
                RefersTo(Target(type="aws_s3_bucket"), ("bucket",)),
                equal("block_public_acls", True),
                equal("block_public_policy", True),
            ),
        ),
        Demand(
            Subject.RESOURCE,
            "aws_dynamodb_table",
            having=(
                equal("name", "orders"),
                equal("hash_key", "id"),
                Block(("point_in_time_recovery",), (equal("enabled", True),)),
            ),
        ),
    )
)
EXPECTED = Expectation(
    {
        "aws_s3_bucket": 1,
        "aws_s3_bucket_versioning": 1,
        "aws_s3_bucket_public_access_block": 1,
        "aws_dynamodb_table": 1,
    },
    len("".join(HONEST.split())),
)
PROMPT = (
    "A private, versioned bucket acme-audit-logs and a table orders (key id) that can be restored to any point in time."
)

BUCKET, VERSIONING, PRIVATE, TABLE = (f"{part}\n" for part in HONEST.strip().split("\n\nresource"))
VERSIONING, PRIVATE, TABLE = (f"resource{part}" for part in (VERSIONING, PRIVATE, TABLE))


def none_of(text: str) -> str:
    return text.replace("{\n", "{\n  count = 0\n", 1)


ADVERSARIAL = {
    "nothing": "",
    "a comment with the request": f"# {PROMPT}\n",
    "the request as a local": f'locals {{\n  request = "{PROMPT}"\n}}\n',
    "the request as an output": f'output "answer" {{\n  value = "{PROMPT}"\n}}\n',
    "a provider alone": 'provider "aws" {\n  region = "us-east-1"\n}\n',
    "a terraform block alone": 'terraform {\n  required_version = ">= 1.0"\n}\n',
    "variables alone": 'variable "bucket" {\n  default = "acme-audit-logs"\n}\n',
    "all of it zero times": "".join(map(none_of, (BUCKET,))) + none_of(TABLE),
    "a condition that is never true": HONEST.replace("{\n", "{\n  for_each = toset([])\n", 1).replace(".logs.id", '.logs["x"].id'),
    "resources of no provider": "".join(f'resource "terraform_data" "r{n}" {{\n  input = "aws_s3_bucket"\n}}\n' for n in range(8)),
    "the names on other resources": 'resource "aws_sqs_queue" "a" {\n  name = "acme-audit-logs"\n}\nresource "aws_sqs_queue" "b" {\n  name = "orders"\n}\n',
    "one thing many times": "".join(f'resource "aws_s3_bucket" "b{n}" {{\n  bucket = "acme-audit-logs-{n}"\n}}\n' for n in range(20)),
    "one thing by count": 'resource "aws_s3_bucket" "b" {\n  count  = 40\n  bucket = "acme-${count.index}"\n}\n',
    "data sources for resources": 'data "aws_s3_bucket" "logs" {\n  bucket = "acme-audit-logs"\n}\ndata "aws_dynamodb_table" "orders" {\n  name = "orders"\n}\n',
    "only the easy one": BUCKET,
    "the easy one and outputs": BUCKET + "".join(f'output "o{n}" {{\n  value = aws_s3_bucket.logs.arn\n}}\n' for n in range(30)),
    "values left to the user": HONEST.replace('"acme-audit-logs"', "var.bucket").replace('"orders"\n  billing', "var.table\n  billing", 1)
    + 'variable "bucket" {\n  type = string\n}\nvariable "table" {\n  type = string\n}\n',
    "demands turned off": HONEST.replace("enabled = true", "enabled = false").replace('"Enabled"', '"Suspended"'),
    "everything public": HONEST.replace("= true\n", "= false\n"),
    "versioning of nothing": HONEST.replace('"aws_s3_bucket_versioning" "logs" {\n  bucket = aws_s3_bucket.logs.id', '"aws_s3_bucket_versioning" "logs" {\n  bucket = "elsewhere"'),
    "what failed taken out": BUCKET + TABLE,
    "what failed taken out, but one": BUCKET + VERSIONING + PRIVATE,
    "the right bucket and a wrong one": HONEST + 'resource "aws_s3_bucket" "more" {\n  bucket = "acme-audit-logs-more"\n}\n',
    "two of the one asked for": HONEST + 'resource "aws_s3_bucket" "more" {\n  bucket = "acme-audit-logs"\n}\n',
    "ignored changes": none_of(TABLE) + BUCKET.replace("}\n", "\n  lifecycle {\n    ignore_changes = all\n  }\n}\n"),
    "the whole in a string": f"locals {{\n  code = <<-EOT\n{HONEST}\nEOT\n}}\n",
    "the whole in comments": "".join(f"# {line}\n" for line in HONEST.splitlines()),
    "markdown": f"Sure! Here it is:\n```hcl\n{HONEST}```\n",
    "a check block that always passes": 'check "done" {\n  assert {\n    condition     = true\n    error_message = "never"\n  }\n}\n',
    "a module of nothing": 'module "all" {\n  source = "./all"\n}\n',
    "padding": HONEST.replace("enabled = true", "enabled = false") + "".join(f"# {n} all demands are met\n" for n in range(400)),
    "a moved block": 'moved {\n  from = aws_s3_bucket.a\n  to   = aws_s3_bucket.logs\n}\n' + BUCKET,
    "the policy's names": "".join(f'output "{v}" {{\n  value = true\n}}\n' for v in ("is_configuration_valid", "allow")),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged() -> dict[str, tuple[float | None, float]]:
    """(paper's, dense) reward of each adversarial answer, of the honest one and of honest ones that fall short."""
    answers = {
        **ADVERSARIAL,
        "honest": HONEST,
        "honest, formatted otherwise": HONEST.replace("  ", "\t").replace(" = ", "   =  ").replace("\n\n", "\n\n\n"),
        "honest, one demand missed": HONEST.replace("enabled = true", "enabled = false"),
        "honest, an argument misspelt": HONEST.replace("billing_mode", "biling_mode"),
        "honest, an invalid value": HONEST.replace('"PAY_PER_REQUEST"', '"PER_REQUEST"'),
    }
    found: dict[str, tuple[float | None, float]] = {}
    stages = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY, Stage.LINT)
    with VerifierPool(settings=VerifySettings(cache=False, stages=stages)) as pool:
        configs = {name: TerraformConfig.from_text(text) for name, text in answers.items()}
        configs["a module of nothing"] = configs["a module of nothing"].with_files({"all/main.tf": b"locals {}\n"})
        pending = {name: pool.submit(config, policies=[policy_of(INTENT)]) for name, config in configs.items()}
        for name, future in pending.items():
            done = future.result()
            dense = dense_reward(done, answer_facts(configs[name]), EXPECTED)
            assert dense is not None, (name, done.tool_errors)
            found[name] = (paper_reward(done), dense.total)
    return found


def test_there_are_thirty_of_them() -> None:
    assert len(ADVERSARIAL) >= 30
    assert len(set(ADVERSARIAL.values())) == len(ADVERSARIAL)


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_no_adversary_beats_an_honest_answer(judged: dict[str, tuple[float | None, float]], name: str) -> None:
    paper, dense = judged[name]
    assert paper is not None
    assert paper < 2.0 == judged["honest"][0]
    assert dense < judged["honest"][1]
    if name not in (
        "padding",
        "the right bucket and a wrong one",
        "two of the one asked for",
    ):  # as good, but for their length or number
        assert dense <= judged["honest, one demand missed"][1]


def test_nothing_earns_nothing(judged: dict[str, tuple[float | None, float]]) -> None:
    empty = [
        n
        for n, text in ADVERSARIAL.items()
        if 'resource "aws_' not in "\n".join(x for x in text.splitlines() if x[:1] != "#")
    ]
    assert len(empty) >= 10
    for name in empty:
        assert judged[name][1] <= 0.0, name


def test_honest_failures_are_worth_more_than_evasion(judged: dict[str, tuple[float | None, float]]) -> None:
    for name in (
        "nothing",
        "a provider alone",
        "all of it zero times",
        "resources of no provider",
        "the whole in comments",
    ):
        assert judged[name][1] < judged["honest, an argument misspelt"][1]
        assert judged[name][1] < judged["honest, an invalid value"][1]


def test_formatting_does_not_matter(judged: dict[str, tuple[float | None, float]]) -> None:
    assert judged["honest, formatted otherwise"] == judged["honest"]


def test_a_copy_of_the_configuration_to_change_costs() -> None:
    same, changed = (
        answer_facts(TerraformConfig.from_text(t), [HONEST]) for t in (HONEST, HONEST.replace("orders", "purchases"))
    )
    expected = Expectation({}, 10_000, copying=True)
    rewards = [dense_reward(report(2, (False,)), f, expected) for f in (same, changed)]
    assert rewards[0] is not None and rewards[1] is not None
    assert rewards[0].copy == pytest.approx(-0.2)
    assert rewards[0].total < rewards[1].total

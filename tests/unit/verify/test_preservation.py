"""What a request allows, and what is told when more than that changes."""

from __future__ import annotations

import pytest

from terraformer.types import (
    AttributeChange,
    Certificate,
    ChangeKind,
    ChangeScope,
    ChangeSummary,
    OutputChange,
    ResourceChange,
    Severity,
    Stage,
    TerraformConfig,
)
from terraformer.verify.codes import CODES
from terraformer.verify.preservation import check, scope_from_words

TEXT = """
resource "aws_s3_bucket" "logs" {
  bucket = "acme-logs"
}

resource "aws_s3_bucket" "data" {
  bucket = "acme-data"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = "{}"
}

resource "aws_s3_bucket_versioning" "data" {
  bucket = aws_s3_bucket.data.id
}

resource "aws_sqs_queue" "jobs" {
  count = 2
  name  = "jobs-${count.index}"
}

resource "aws_sqs_queue" "dead_letter" {
  name = "jobs-dlq"
}

resource "aws_security_group" "web" {}

resource "aws_instance" "web" {}

resource "aws_db_instance" "main" {
  identifier = "ledger-db"
}

module "vpc" {
  source = "./vpc"
}

output "logs" {
  value = aws_s3_bucket.logs.bucket
}
"""
BEFORE = TerraformConfig.from_text(TEXT)


def change(address: str, kind: ChangeKind, *attributes: AttributeChange, **more: object) -> ResourceChange:
    type_ = address.split("[")[0].split(".")[-2]
    return ResourceChange(address, type_, kind, attributes, **more)  # type: ignore[arg-type]


def findings(summary: ChangeSummary, scope: ChangeScope | None = None, after: str = TEXT) -> tuple[Certificate, ...]:
    return check(summary, scope or ChangeScope(), before=BEFORE, after=TerraformConfig.from_text(after))


def without(address: str) -> str:
    type_, label = address.split(".")
    start = TEXT.index(f'resource "{type_}" "{label}"')
    return TEXT[:start] + TEXT[TEXT.index("}\n\n", start) + 3 :]


# --- check ----------------------------------------------------------------------------------------------------------


def test_a_removed_resource_comes_with_its_text() -> None:
    summary = ChangeSummary((change("aws_sqs_queue.dead_letter", ChangeKind.REMOVED),))
    (found,) = findings(summary, after=without("aws_sqs_queue.dead_letter"))
    assert (found.code, found.severity, found.stage) == ("collateral-change", Severity.ERROR, Stage.POLICY)
    assert found.address == "aws_sqs_queue.dead_letter"
    assert found.range is None
    assert found.fix is not None
    assert 'name = "jobs-dlq"' in found.fix
    assert found.snippet is not None
    assert "jobs-dlq" in found.snippet
    allowed = ChangeScope(remove=("aws_sqs_queue.dead_letter",))
    assert findings(summary, allowed, without("aws_sqs_queue.dead_letter")) == ()


def test_instances_of_a_block_are_one_finding() -> None:
    gone = ChangeSummary(tuple(change(f"aws_sqs_queue.jobs[{i}]", ChangeKind.REMOVED) for i in range(2)))
    (found,) = findings(gone, after=TEXT.replace("count = 2", "count = 0"))
    assert found.address == "aws_sqs_queue.jobs"
    assert found.notes["addresses"] == ["aws_sqs_queue.jobs[0]", "aws_sqs_queue.jobs[1]"]
    assert found.range is not None
    assert found.fix is not None
    assert "count = 2" in found.fix


def test_a_module_that_is_gone_is_one_finding() -> None:
    gone = ChangeSummary(
        (change("module.vpc.aws_vpc.a", ChangeKind.REMOVED), change("module.vpc.aws_subnet.b[0]", ChangeKind.REMOVED))
    )
    after = TEXT.replace('module "vpc" {\n  source = "./vpc"\n}\n', "")
    (found,) = findings(gone, after=after)
    assert found.address == "module.vpc"
    assert found.fix is not None
    assert 'source = "./vpc"' in found.fix
    assert findings(gone, ChangeScope(remove=("module.vpc",)), after) == ()


def test_a_replacement_names_its_causes() -> None:
    forced = AttributeChange("bucket", "acme-logs", "other", forces_replacement=True)
    summary = ChangeSummary((change("aws_s3_bucket.logs", ChangeKind.REPLACED, forced),))
    (found,) = findings(summary, after=TEXT.replace("acme-logs", "other"))
    assert found.severity is Severity.ERROR
    assert found.attribute_path == "bucket"
    assert "bucket: 'acme-logs' -> 'other'" in found.detail
    assert found.range is not None
    assert found.range.start.line == 2
    assert findings(summary, ChangeScope(replace=("aws_s3_bucket.*",))) == ()


def test_what_follows_from_an_allowed_replacement_is_a_warning() -> None:
    forced = AttributeChange("bucket", "a", None, unknown=True, forces_replacement=True)
    policy = change("aws_s3_bucket_policy.logs", ChangeKind.REPLACED, forced, follows=("aws_s3_bucket.logs",))
    summary = ChangeSummary((change("aws_s3_bucket.logs", ChangeKind.REPLACED), policy))
    (found,) = findings(summary, ChangeScope(replace=("aws_s3_bucket.logs",)))
    assert (found.address, found.severity) == ("aws_s3_bucket_policy.logs", Severity.WARNING)
    assert "aws_s3_bucket.logs" in found.detail
    # ... but not where the cause is itself not allowed
    assert {f.severity for f in findings(summary)} == {Severity.ERROR}


def test_a_rename_asks_for_a_moved_block() -> None:
    summary = ChangeSummary(
        (
            change("aws_sqs_queue.dead_letter", ChangeKind.REMOVED, looks_renamed_to="aws_sqs_queue.failed"),
            change("aws_sqs_queue.failed", ChangeKind.ADDED, looks_renamed_from="aws_sqs_queue.dead_letter"),
        )
    )
    (found,) = findings(summary, after=TEXT.replace('"dead_letter"', '"failed"'))
    assert found.fix is not None
    assert "moved {\n  from = aws_sqs_queue.dead_letter\n  to   = aws_sqs_queue.failed\n}" in found.fix


def test_changes_outside_a_scope_have_its_severity() -> None:
    summary = ChangeSummary(
        (
            change("aws_instance.web", ChangeKind.CHANGED, AttributeChange("instance_type", "a", "b")),
            change("aws_sns_topic.new", ChangeKind.ADDED),
        )
    )
    assert findings(summary) == ()
    narrow = ChangeScope(change=("aws_s3_bucket.*",), add=("aws_s3_bucket.*",))
    found = findings(summary, narrow)
    assert {(f.address, f.severity) for f in found} == {
        ("aws_instance.web", Severity.WARNING),
        ("aws_sns_topic.new", Severity.WARNING),
    }
    strict = ChangeScope(change=(), add=(), elsewhere=Severity.ERROR)
    assert {f.severity for f in findings(summary, strict)} == {Severity.ERROR}


def test_values_that_follow_are_no_change_of_anybodys() -> None:
    arn = AttributeChange("policy", "{}", None, unknown=True)
    summary = ChangeSummary((change("aws_s3_bucket_policy.logs", ChangeKind.CHANGED, arn),))
    strict = ChangeScope(change=(), elsewhere=Severity.ERROR)
    assert findings(summary, strict) == ()
    assert findings(summary, strict, TEXT.replace('policy = "{}"', "policy = file(1)")) != ()


def test_outputs() -> None:
    gone = ChangeSummary((), (OutputChange("logs", ChangeKind.REMOVED, "acme-logs"),))
    (found,) = findings(gone, after=TEXT[: TEXT.index('output "logs"')])
    assert (found.address, found.severity) == ("output.logs", Severity.ERROR)
    assert findings(gone, ChangeScope(remove=("output.logs",))) == ()
    follows = ChangeSummary((), (OutputChange("logs", ChangeKind.CHANGED, "a", "b"),))
    assert findings(follows, ChangeScope(change=(), elsewhere=Severity.ERROR)) == ()


def test_nothing_changed() -> None:
    (found,) = findings(ChangeSummary())
    assert (found.code, found.severity) == ("nothing-changed", Severity.ERROR)
    (found,) = findings(ChangeSummary(), after="# encrypted\n" + TEXT)
    assert (found.code, found.summary) == ("nothing-changed", "Only comments or layout changed")
    assert findings(ChangeSummary(), after=TEXT + "locals {\n  a = 1\n}\n") == ()
    assert findings(ChangeSummary(), ChangeScope(expects_change=False)) == ()


def test_errors_come_first_and_codes_have_pages() -> None:
    summary = ChangeSummary(
        (
            change("aws_instance.web", ChangeKind.CHANGED, AttributeChange("instance_type", "a", "b")),
            change("aws_sqs_queue.dead_letter", ChangeKind.REMOVED),
        )
    )
    found = findings(summary, ChangeScope(change=()), without("aws_sqs_queue.dead_letter"))
    assert [f.severity for f in found] == [Severity.ERROR, Severity.WARNING]
    assert {f.code for f in found} | {"nothing-changed"} <= CODES.keys()


def test_long_blocks_are_cut() -> None:
    body = "".join(f'  a{i} = "{"x" * 90}"\n' for i in range(200))
    before = TerraformConfig.from_text(f'resource "x_y" "a" {{\n{body}}}\n')
    summary = ChangeSummary((change("x_y.a", ChangeKind.REMOVED),))
    (found,) = check(summary, ChangeScope(), before=before, after=TerraformConfig.from_text(""))
    assert found.fix is not None
    assert len(found.fix) < 5000


def test_scopes_as_data() -> None:
    scope = ChangeScope(("a.b",), ("c.*",), elsewhere=Severity.ERROR, source="words")
    assert ChangeScope.from_dict(scope.to_dict()) == scope
    assert ChangeScope.from_dict({}) == ChangeScope()


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "removable"),
    [
        ("Remove the logs bucket", {"aws_s3_bucket.logs", "aws_s3_bucket_policy.logs"}),
        ("Delete the tag Owner from the logs bucket", set()),
        ("remove the bucket policy from the logs bucket", {"aws_s3_bucket_policy.logs"}),
        ("Remove aws_sqs_queue.jobs and add a topic", {"aws_sqs_queue.jobs"}),
        ("Remove `aws_sqs_queue.jobs[1]`.", {"aws_sqs_queue.jobs"}),
        ("drop the dead-letter queue", {"aws_sqs_queue.dead_letter"}),
        ("We no longer need the dead letter queue.", {"aws_sqs_queue.dead_letter"}),
        ("Get rid of the web server", {"aws_instance.web"}),
        ("Tear down the database, please", {"aws_db_instance.main"}),
        ("delete acme-logs", {"aws_s3_bucket.logs", "aws_s3_bucket_policy.logs"}),
        ('delete the bucket called "acme-data"', {"aws_s3_bucket.data", "aws_s3_bucket_versioning.data"}),
        ("remove the queue named dead_letter, and the database", {"aws_sqs_queue.dead_letter", "aws_db_instance.main"}),
        ("remove the vpc module", {"module.vpc"}),
        ("remove module.vpc", {"module.vpc"}),
        ("do not remove the database, but make it multi-AZ", set()),
        ("Encrypt the database without deleting the logs bucket", set()),
        ("Remove the ingress rule for port 22 from the web security group", set()),
        ("Remove public access to the data bucket", set()),
        ("Remove versioning of the data bucket", {"aws_s3_bucket_versioning.data"}),
        ("Encrypt the logs bucket with a customer managed key", set()),
        ("Rename the dead letter queue to failed", set()),
        ("Stop logging", set()),
        ("Make the logs bucket private and delete the output logs", set()),
        ("Remove", set()),
        ("", set()),
    ],
)
def test_what_words_allow_to_be_removed(request_: str, removable: set[str]) -> None:
    scope = scope_from_words(request_, BEFORE)
    assert {a for a in scope.remove if not a.startswith("output.")} == removable
    assert scope.source == "words"


def test_words_about_outputs() -> None:
    assert scope_from_words("Delete the output logs", BEFORE).remove == ("output.logs",)
    assert scope_from_words("Remove the outputs", BEFORE).remove == ("output.*",)


def test_words_allow_replacements_that_they_ask_for() -> None:
    assert scope_from_words("Recreate the web instance", BEFORE).replace == ("aws_instance.web",)
    forced = AttributeChange("storage_encrypted", None, True, forces_replacement=True)
    summary = ChangeSummary((change("aws_db_instance.main", ChangeKind.REPLACED, forced),))
    assert scope_from_words("Encrypt the database", BEFORE, summary).replace == ("aws_db_instance.main",)
    assert scope_from_words("Encrypt the database", BEFORE).replace == ()
    assert scope_from_words("Encrypt the logs bucket", BEFORE, summary).replace == ()
    renamed = AttributeChange("bucket", "acme-logs", "acme-audit", forces_replacement=True)
    summary = ChangeSummary((change("aws_s3_bucket.logs", ChangeKind.REPLACED, renamed),))
    assert scope_from_words("Rename the logs bucket to acme-audit", BEFORE, summary).replace == ("aws_s3_bucket.logs",)
    assert scope_from_words("Add a lifecycle rule to the logs bucket", BEFORE, summary).replace == ()


def test_words_say_what_may_change_elsewhere() -> None:
    scope = scope_from_words("Turn on versioning of the logs bucket", BEFORE)
    assert scope.may_change("aws_s3_bucket.logs")
    assert scope.may_change("aws_s3_bucket_policy.logs")  # it refers to the bucket
    assert not scope.may_change("aws_instance.web")
    assert scope.elsewhere is Severity.WARNING
    assert scope_from_words("Add the tag Team to all resources", BEFORE).change == ("*",)
    assert scope_from_words("Make it cheaper", BEFORE).change == ("*",)


def test_words_that_ask_for_text_only_expect_no_change_of_the_plan() -> None:
    assert not scope_from_words("Add comments to every resource", BEFORE).expects_change
    assert scope_from_words("Add a tag to every resource", BEFORE).expects_change


def test_long_requests_are_quick() -> None:
    scope_from_words("remove the " * 5000 + "queue", BEFORE)
    scope_from_words("a" * 100_000, BEFORE)

"""The grammar over edits: whatever it gives can be read and applied, and leaves the rest alone."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from terraformer.errors import UsageError
from terraformer.generate.grammar.gbnf import render, sample
from terraformer.generate.grammar.strategy import schemas
from terraformer.generate.mutation import MutateSettings, mutate, mutation_result
from terraformer.generate.mutation.context import select_context
from terraformer.generate.mutation.grammar import GrammarEditStrategy, edits_grammar
from terraformer.generate.mutation.plan import make_plan
from terraformer.generate.mutation.strategy import reader
from terraformer.hcl.merge import parts_of
from terraformer.models.mock import MockModel
from terraformer.types import TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

SHOP = (Path(__file__).parents[3] / "benchmarks" / "mutation_cases" / "shop.tf").read_bytes()
CONFIG = TerraformConfig({"shop.tf": SHOP})

ALTERATIONS = [
    (
        "Change the instance type of the bastion from t3.micro to t3.small.",
        "aws_instance.bastion",
        "instance_type",
        '"t3.small"',
    ),
    (
        "Enable versioning on the uploads bucket.",
        "aws_s3_bucket_versioning.uploads",
        "versioning_configuration.status",
        '"Enabled"',
    ),
    (
        "Set the visibility timeout of the orders queue to 60 seconds.",
        "aws_sqs_queue.orders",
        "visibility_timeout_seconds",
        "60",
    ),
    (
        "Set the visibility timeout of the orders queue to 2 minutes.",
        "aws_sqs_queue.orders",
        "visibility_timeout_seconds",
        "120",
    ),
    ("Keep database backups for 14 days.", "aws_db_instance.main", "backup_retention_period", "14"),
    ("Make the database multi-AZ.", "aws_db_instance.main", "multi_az", "true"),
    ("Grow the root volume of the bastion to 20 GB.", "aws_instance.bastion", "root_block_device.volume_size", "20"),
    ("Upgrade the runtime of the function to python3.13.", "aws_lambda_function.worker", "runtime", '"python3.13"'),
]


@pytest.mark.parametrize(("request_", "address", "path", "value"), ALTERATIONS)
def test_arguments_and_values_out_of_the_words(request_: str, address: str, path: str, value: str) -> None:
    plan = make_plan(CONFIG, request_, schemas())
    assert [(a.target.choice.address, a.path, a.values) for a in plan.alterations] == [(address, path, (value,))]
    assert plan.new == ()
    assert plan.remove == ()


@pytest.mark.parametrize(
    ("request_", "new"),
    [
        ("Block public access to the uploads bucket.", ["aws_s3_bucket_public_access_block.uploads"]),
        ('Add another SQS queue named "refunds".', ["aws_sqs_queue.refunds"]),
        ("Encrypt the logs bucket with a customer managed KMS key.", [
            "aws_kms_key.main",
            "aws_s3_bucket_server_side_encryption_configuration.logs",
        ]),
    ],
)  # fmt: skip
def test_new_blocks(request_: str, new: list[str]) -> None:
    assert [c.address for c in make_plan(CONFIG, request_, schemas()).new] == new


def test_deletions_name_what_is_to_go() -> None:
    plan = make_plan(CONFIG, "Delete the queue orders_dead.", schemas())
    assert plan.remove == ("aws_sqs_queue.orders_dead",)
    plan = make_plan(CONFIG, "Remove the orders queue.", schemas())
    assert plan.remove == ("aws_sqs_queue.orders", "output.orders_url")


def test_tags_are_added_to_those_that_are_there() -> None:
    (one,) = make_plan(CONFIG, "Add the tag CostCenter = 4711 to the uploads bucket.", schemas()).alterations
    assert one.values == ('{\n    Team = "web"\n    CostCenter = "4711"\n  }',)
    every = make_plan(CONFIG, "Tag all resources with Owner = platform.", schemas()).alterations
    assert len(every) == 10


REQUESTS = [r for r, *_ in ALTERATIONS] + [
    "Tag all resources with Owner = platform.",
    "Encrypt the logs bucket with a customer managed KMS key.",
    "Subscribe the e-mail address ops@example.com to the alerts topic.",
    "Add a DynamoDB table named sessions with the hash key id.",
    "Delete the dead letter queue orders_dead.",
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_text_of_the_grammar_is_an_edit_that_applies(request_: str) -> None:
    plan = make_plan(CONFIG, request_, schemas())
    tree = edits_grammar(plan)
    assert tree is not None
    assert render(tree).startswith("root ::= ")
    touched = {a.target.choice.address for a in plan.alterations} | set(plan.remove)
    read = reader(CONFIG, select_context(CONFIG, request_, 1 << 30))
    for seed in range(5):
        found = read(sample(tree, random.Random(seed)))
        assert found.problem == ""
        after = found.files["shop.tf"]
        assert after != SHOP
        for part in parts_of(SHOP):
            if part.address not in touched:
                assert SHOP[part.start : part.end] in after
        assert b"unchanged" not in after


def test_what_is_not_understood_is_one_of_the_arguments_there_are() -> None:
    request = 'Make it nicer, and "warm" by 7, please.'
    plan = make_plan(CONFIG, request, schemas())
    assert plan.empty
    tree = edits_grammar(plan)
    assert tree is not None
    read = reader(CONFIG, select_context(CONFIG, request, 1 << 30))
    for seed in range(20):
        found = read(sample(tree, random.Random(seed)))
        assert found.problem == ""
        old, new = SHOP.splitlines(), found.files["shop.tf"].splitlines()
        assert len(old) == len(new)
        assert sum(a != b for a, b in zip(old, new, strict=True)) <= 1


def test_a_configuration_without_resources_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="nothing in the configuration"):
        GrammarEditStrategy(TerraformConfig.from_text("locals {}\n"), "Make it nicer.", MutateSettings())


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(keep_plan=False)) as found:
        yield found


class Sampler(MockModel):
    """Answers with a text of the grammar that it is given (of literals and choices only), as a model under it would."""

    def complete(self, messages, settings=None, *, grammar=None, on_token=None):  # type: ignore[no-untyped-def]
        assert grammar is not None
        literals = re.findall(r'"((?:[^"\\]|\\.)*)"', grammar.split("\n")[0])
        self._entries = [{"reply": "".join(x.replace("\\n", "\n").replace('\\"', '"') for x in literals)}]
        self._unused = [0]
        return super().complete(messages, settings, grammar=grammar, on_token=on_token)


def test_a_model_under_the_grammar_changes_just_what_was_asked(pool: VerifierPool) -> None:
    model = Sampler(["unused"], supports_grammar=True)
    trace = mutate(CONFIG, ALTERATIONS[0][0], model=model, pool=pool)
    assert trace.stopped == "clean"
    assert trace.config is not None
    assert trace.config.files["shop.tf"] == SHOP.replace(b'"t3.micro"', b'"t3.small"')
    summary = mutation_result(trace).summary
    assert summary is not None
    assert [(r.address, str(r.kind)) for r in summary.resources] == [("aws_instance.bastion", "changed")]

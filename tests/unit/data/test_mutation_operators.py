"""Change operators: what they make is accepted by real Terraform, touches nothing else, and is always the same."""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.data.mutation_configurations import BASES, LEGACY

from terraformer.data.cleaning import CleaningSettings, split_of
from terraformer.data.intents import ChangeAction, Intent, evaluate
from terraformer.data.intents.names import rule_names
from terraformer.data.making import Rejection, get_maker
from terraformer.data.mutation.applied import Accepted, AppliedBase, apply_base, judge
from terraformer.data.mutation.base import Base, Say, Target
from terraformer.data.mutation.catalogue import all_operators, get_operator, targets_of, try_operator
from terraformer.data.mutation.compose import Composed, compose
from terraformer.data.mutation.draft import Draft, EditConflict
from terraformer.data.mutation.requests import VOICES, request_of
from terraformer.data.mutation.syntax import Syntax
from terraformer.errors import UsageError
from terraformer.types import RecordKind, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
STRUCTURAL = sorted(n for n, o in all_operators().items() if o.structural)


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as pool:
        yield pool


@pytest.fixture(scope="module")
def applied(pool: VerifierPool) -> dict[str, AppliedBase]:
    found: dict[str, AppliedBase] = {}
    for name, text in BASES.items():
        config = TerraformConfig.from_text(text)
        assert pool.format(config) == config, f"{name} is not formatted"
        base = apply_base(config, pool, name)
        assert isinstance(base, AppliedBase), base
        found[name] = base
    legacy = apply_base(TerraformConfig.from_text(LEGACY), pool, "legacy", real=True)
    assert isinstance(legacy, AppliedBase), legacy
    return {**found, "legacy": legacy}


def test_there_are_enough_operators() -> None:
    assert len(STRUCTURAL) >= 40
    assert len({o.family for o in all_operators().values()}) >= 8


@pytest.mark.parametrize("name", STRUCTURAL)
def test_every_operator_is_accepted_by_terraform(
    name: str, applied: dict[str, AppliedBase], pool: VerifierPool
) -> None:
    chosen = get_operator(name)
    problems: list[str] = []
    for where, base in applied.items():
        for target in targets_of(chosen, base.base, random.Random(f"{name}:{where}")):
            change = try_operator(chosen, target)
            if change is None:
                continue
            composed = Composed.of([(chosen, change)])
            outcome = judge(base, composed, pool)
            if isinstance(outcome, Accepted):
                assert pool.format(outcome.after) == outcome.after
                judged = pool.submit_change(outcome.after, base.state, policies=outcome.policies).result()
                assert judged.correct is True
                assert len(judged.rules) == len(rule_names(composed.intent)) + 1
                assert not all(v.passed for v in evaluate(composed.intent, base.still))
                prompt, voice = request_of([change], random.Random(1))
                assert prompt.strip()
                assert voice in VOICES
                assert not set("{}|\x00") & set(prompt.replace("[", ""))
                return
            problems.append(str(outcome))
    pytest.fail(f"{name} was never accepted: {problems or 'it applies nowhere'}")


@pytest.mark.parametrize("name", STRUCTURAL)
def test_what_an_operator_does_not_touch_keeps_its_bytes(
    name: str, applied: dict[str, AppliedBase], pool: VerifierPool
) -> None:
    """Lines go, come and are aligned anew only next to an edit: the comments stay, and most of the text does."""
    chosen = get_operator(name)
    for base in (applied[where] for where in BASES):
        for target in targets_of(chosen, base.base, random.Random(name))[:1]:
            change = try_operator(chosen, target)
            if change is None:
                continue
            before = base.config.text("main.tf").splitlines()
            after = pool.format(change.config).text("main.tf").splitlines()
            same = sum(
                m.size for m in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
            )
            assert same >= len(before) * 0.45, name
            if name not in ("remove_resource", "move_into_module"):
                assert [x for x in before if x.startswith("#")] == [x for x in after if x.startswith("#")]


# --- editing ---------------------------------------------------------------------------------------------------------


def _block(text: str, address: str) -> tuple[Draft, object]:
    syntax = Syntax(TerraformConfig.from_text(text))
    return Draft(syntax), syntax.find(address)


QUEUE = """\
# Orders.
resource "aws_sqs_queue" "orders" { # here
  name          = "orders"   # odd   spacing stays
  delay_seconds = 5

  tags = {
    Team = "checkout"
  }
}

# Another comment.
resource "aws_sqs_queue" "empty" {}
"""


def _edited(draft: Draft) -> str:
    return draft.config().text("main.tf")


def test_setting_an_argument_changes_its_value_only() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    assert _edited(draft.set(block, "delay_seconds", "10")) == QUEUE.replace("= 5", "= 10")  # type: ignore[arg-type]


def test_a_new_argument_stands_before_the_tags() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    after = _edited(draft.set(block, "max_message_size", "2048"))  # type: ignore[arg-type]
    assert after == QUEUE.replace("seconds = 5\n", "seconds = 5\n  max_message_size = 2048\n")


def test_an_empty_block_is_filled() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.empty")
    after = _edited(draft.set(block, "name", '"x"'))  # type: ignore[arg-type]
    assert after == QUEUE.replace('"empty" {}', '"empty" {\n  name = "x"\n}')


def test_keys_of_a_map_are_set_added_and_taken_out() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    assert '    Team = "core"\n' in _edited(draft.set_key(block, "tags", "Team", '"core"'))  # type: ignore[arg-type]
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    after = _edited(draft.set_key(block, "tags", "Owner", '"web"'))  # type: ignore[arg-type]
    assert after == QUEUE.replace('"checkout"\n', '"checkout"\n    Owner = "web"\n')
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    after = _edited(draft.unset_key(block, "tags", "Team"))  # type: ignore[arg-type]
    assert after == QUEUE.replace('\n  tags = {\n    Team = "checkout"\n  }\n', "")


def test_a_block_goes_with_its_comment() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.empty")
    assert _edited(draft.delete(block)) == QUEUE[: QUEUE.index("\n# Another")]  # type: ignore[arg-type]
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    assert _edited(draft.delete(block)) == QUEUE[QUEUE.index("# Another") :]  # type: ignore[arg-type]


def test_missing_blocks_of_a_path_are_made() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.empty")
    after = _edited(draft.set_path(block, "a.b.c", "1"))  # type: ignore[arg-type]
    assert after.endswith('"empty" {\n  a {\n    b {\n      c = 1\n    }\n  }\n}\n')


def test_two_edits_of_the_same_bytes_are_refused() -> None:
    draft, block = _block(QUEUE, "aws_sqs_queue.orders")
    draft.set(block, "delay_seconds", "10")  # type: ignore[arg-type]
    with pytest.raises(EditConflict):
        draft.unset(block, "delay_seconds")  # type: ignore[arg-type]


def test_references_are_found_with_their_places() -> None:
    text = (
        'output "x" {\n  value = "${aws_sqs_queue.a[0].arn}-${var.b}"\n}\n\n'
        "locals {\n  c = { aws_sqs_queue = data.aws_ami.d.id, (var.b) = aws_sqs_queue.a[*].id }\n}\n"
    )
    syntax = Syntax(TerraformConfig.from_text(text))
    found = [(r.address, r.parts[-1], r.keyed, r.template) for r in syntax.references()]
    assert found == [
        ("aws_sqs_queue.a", "arn", True, True),
        ("var.b", "b", False, True),
        ("data.aws_ami.d", "id", False, False),
        ("var.b", "b", False, False),
        ("aws_sqs_queue.a", "id", True, False),
    ]
    assert all(syntax.text(r.file, r.start, r.address_end) == r.address for r in syntax.references())


# --- names and requests ----------------------------------------------------------------------------------------------


def _base(text: str) -> Base:
    return Base(TerraformConfig.from_text(text), {})


def test_a_thing_is_never_called_in_a_way_that_fits_two() -> None:
    base = _base(BASES["queues"])
    orders, invoices = base.thing("aws_sqs_queue.orders"), base.thing("aws_sqs_queue.invoices")
    assert dict(orders.forms)["label"] == "the orders queue"
    assert "noun" not in dict(orders.forms)  # "the queue" would be either
    assert not {t for _, t in orders.forms} & {t for _, t in invoices.forms}
    assert dict(base.thing("aws_db_instance.main").forms)["noun"] == "the database"


def test_every_voice_says_every_change() -> None:
    base = _base(BASES["queues"])
    rng = random.Random(3)
    made = []
    for number, address in enumerate(("aws_sqs_queue.orders", "aws_sqs_queue.invoices")):
        target = Target(base, rng, base.syntax.find(address))
        draft = target.draft().set(target.block, "delay_seconds", "7")
        say = Say(
            "set the delay of <it> to <v> seconds", "the delay of <it> should be <v> seconds", values={"v": 7 + number}
        )
        made.append(target.change(draft, say))
    for voice in VOICES:
        for seed in range(20):
            prompt, _ = request_of(made, random.Random(seed), voice)
            assert re.search(r"\b7 s\w+s\b", prompt), (voice, prompt)
            assert re.search(r"\b8 s\w+s\b", prompt), (voice, prompt)  # hurried people slip
            assert "orders" in prompt, (voice, prompt)
            assert "<" not in prompt


# --- composition and records -----------------------------------------------------------------------------------------


def test_changes_are_composed_on_different_targets(applied: dict[str, AppliedBase], pool: VerifierPool) -> None:
    accepted = 0
    for seed in range(12):
        composed = compose(applied["queues"].base, random.Random(f"compose:{seed}"), depth=3)
        assert composed is not None
        assert 2 <= len(composed.operators) <= 3
        touched: set[str] = set()
        for change in composed.changes:
            assert not touched & change.touches
            touched |= change.touches
        assert composed.intent.change is not None
        assert composed.intent.change.rest_unchanged
        accepted += isinstance(judge(applied["queues"], composed, pool), Accepted)
    assert accepted >= 10


def test_what_was_not_asked_for_is_refused(applied: dict[str, AppliedBase], pool: VerifierPool) -> None:
    base = applied["queues"]
    target = Target(base.base, random.Random(0), base.base.syntax.find("aws_sqs_queue.orders"))
    change = try_operator(get_operator("add_tag"), target)
    assert change is not None
    composed = Composed.of([(get_operator("add_tag"), change)])
    other = composed.config.with_files(
        {"main.tf": composed.config.files["main.tf"].replace(b'"acme-main"', b'"acme-other"')}
    )
    outcome = judge(base, Composed(composed.operators, composed.changes, other, composed.intent), pool)
    assert isinstance(outcome, Rejection)
    untouched = judge(base, Composed(composed.operators, composed.changes, base.config, composed.intent), pool)
    assert isinstance(untouched, Rejection)
    assert untouched.reason == "no-change"


def test_a_unit_is_always_the_same(pool: VerifierPool) -> None:
    maker = get_maker("tf-mutn", {"blueprint": "messaging.queue_with_dead_letters"})
    first, second = maker.make(5, 1, pool), maker.make(5, 1, pool)
    assert [r.id for r in first.records] == [r.id for r in second.records]
    assert 5 <= len(first.records) <= 8
    assert len({r.prompt for r in first.records}) == len(first.records)
    for record in first.records:
        assert record.kind is RecordKind.MUTATION
        assert record.before is not None
        assert record.before.files != record.after.files
        assert record.intent is not None
        intent = Intent.from_dict(record.intent)
        assert intent.change is not None
        assert record.metadata["operators"]
        assert record.source == "blueprint:messaging.queue_with_dead_letters"
        assert record.family.endswith(record.metadata["voice"])
        assert record.difficulty is not None
        assert record.versions["core"]


def test_records_of_one_split(pool: VerifierPool) -> None:
    for dataset, units in (("tf-gen", (25, 35)), ("tf-mutn", (13, 24))):
        everything, some = get_maker(dataset), get_maker(dataset, {"split": "test"})
        for unit in units:
            found = {r.id for r in everything.make(5, unit, pool).records if split_of(r, CleaningSettings()) == "test"}
            records = some.make(5, unit, pool).records
            assert records
            assert {split_of(r, CleaningSettings()) for r in records} == {"test"}
            assert found <= {r.id for r in records}
    assert not get_maker("tf-mutn", {"split": "heldout-service"}).make(5, 13, pool).records


def test_real_configurations_from_a_directory(tmp_path: Path, pool: VerifierPool) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "main.tf").write_text(BASES["buckets"])
    maker = get_maker("tf-mutn", {"configs": str(tmp_path), "licence": "MIT"})
    made = maker.make(1, 0, pool)
    assert made.records
    assert {r.licence for r in made.records} == {"MIT"}
    assert made.records[0].source.split(":")[-1].startswith("project")


def test_bad_options_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration that may be used"):
        get_maker("tf-mutn", {"configs": str(tmp_path)})
    with pytest.raises(UsageError, match="no split 'dev'"):
        get_maker("tf-mutn", {"split": "dev"})
    with pytest.raises(UsageError, match="no change operator 'nothing'"):
        get_maker("tf-mutn", {"operator": "nothing"})


@pytest.mark.skipif(not CORPORA.is_dir(), reason="needs ../shared/corpora")
def test_real_configurations_of_others(pool: VerifierPool) -> None:
    maker = get_maker("tf-mutn", {"configs": str(CORPORA / "checkov_tf.jsonl")})
    made = [maker.make(1, unit, pool) for unit in range(12)]
    records = [r for m in made for r in m.records]
    assert records
    assert {r.licence for r in records} == {"Apache-2.0"}
    assert not [x for m in made for x in m.rejections if x.reason == "policy"]  # Rego and the direct judgement agree


def test_moved_resources_are_demanded_by_address(applied: dict[str, AppliedBase]) -> None:
    base = applied["web"].base
    target = Target(base, random.Random(2), base.syntax.find("aws_vpc.main"))
    change = try_operator(get_operator("rename_resource"), target)
    assert change is not None
    (demand,) = change.change
    assert demand.action is ChangeAction.MOVED
    assert demand.previous == "aws_vpc.main"
    text = change.config.text("main.tf")
    assert "aws_vpc.main.id" not in text
    assert f"from = aws_vpc.main\n  to   = {demand.address}" in text


def test_a_policy_in_another_order_is_no_change(pool: VerifierPool) -> None:
    text = BASES["buckets"].replace('["s3:GetObject"]', '["s3:GetObject", "s3:ListBucket"]')
    base = apply_base(TerraformConfig.from_text(text), pool, "order")
    assert isinstance(base, AppliedBase)
    other = text.replace('["s3:GetObject", "s3:ListBucket"]', '["s3:ListBucket", "s3:GetObject"]')
    changed = pool.submit_change(TerraformConfig.from_text(other), base.state).result()
    assert changed.plan is not None
    assert all(c["change"]["actions"] == ["no-op"] for c in changed.plan["resource_changes"])
    fewer = text.replace('["s3:GetObject", "s3:ListBucket"]', '["s3:ListBucket"]')
    changed = pool.submit_change(TerraformConfig.from_text(fewer), base.state).result()
    assert changed.plan is not None
    assert [c["address"] for c in changed.plan["resource_changes"] if c["change"]["actions"] != ["no-op"]] == [
        "aws_iam_role_policy.reader"
    ]

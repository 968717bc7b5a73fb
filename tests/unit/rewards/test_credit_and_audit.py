"""Blame for tokens inside failing ranges, and the audit of a run."""

from __future__ import annotations

import pytest

from terraformer.hcl import extract
from terraformer.hcl.edit import apply_edits
from terraformer.hcl.edit_reply import parse_edits
from terraformer.rewards import (
    Audit,
    CreditSettings,
    Sample,
    answer_facts,
    blamed_spans,
    misplaced_spans,
    sound_spans,
    token_credit,
)
from terraformer.types import Policy, TerraformConfig
from terraformer.verify import VerifierPool, VerifySettings

REPLY = """Here is the configuration:

```hcl
resource "aws_sqs_queue" "jobs" {
  name                      = "jobs–é"
  message_retention_seconds = 10
}

resource "aws_sns_topic" "events" {
  name = "events"
}

resource "aws_sqs_queue" "more" {
  name       = "more"
  color_code = 3
}
```
"""
POLICY = Policy(
    "p.rego",
    'package p\nimport rego.v1\ndefault is_valid_topic := false\nis_valid_topic if {\n  some r in input.planned_values.root_module.resources\n  r.type == "aws_sns_topic"\n  r.values.fifo_topic\n}\n',
)


@pytest.fixture(scope="module")
def pool():
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as found:
        yield found


def words(reply: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for word in reply.split(" "):
        found.append((at, at + len(word)))
        at += len(word) + 1
    return found


def test_blame_lies_where_the_certificates_point(pool: VerifierPool) -> None:
    config = TerraformConfig(dict(extract(REPLY).files))
    report = pool.verify(config)
    assert report.compilable is False
    blamed = blamed_spans(REPLY, config, report)
    assert any("color_code" in REPLY[s.start : s.end] for s in blamed)
    assert all("sns_topic" not in REPLY[s.start : s.end] for s in blamed)
    assert sound_spans(REPLY, config, report) == ()  # nothing was planned

    offsets = words(REPLY)
    values = token_credit(offsets, -1.0, blamed, ())
    by_word = {REPLY[a:b]: v for (a, b), v in zip(offsets, values, strict=True)}
    assert by_word["color_code"] == -1.0
    assert by_word["configuration:\n\n```hcl\nresource"] == -0.5


def test_blocks_that_planned_well_are_spared(pool: VerifierPool) -> None:
    reply = REPLY.replace("  color_code = 3\n", "").replace("= 10", "= 60").replace("–é", "")
    config = TerraformConfig(dict(extract(reply).files))
    report = pool.verify(config, policies=[POLICY])
    assert report.deployable is True
    assert report.correct is False
    wrong = reply.replace("= 60", "= 10")
    config = TerraformConfig(dict(extract(wrong).files))
    report = pool.verify(config)
    blamed, sound = blamed_spans(wrong, config, report), sound_spans(wrong, config, report)
    if report.compilable:
        assert [wrong[s.start : s.start + 30] for s in sound] == [
            'resource "aws_sns_topic" "even',
            'resource "aws_sqs_queue" "more',
        ]
    assert len(blamed) == 1
    assert wrong[blamed[0].start : blamed[0].end] == "10"
    offsets = words(wrong)
    values = dict(zip((wrong[a:b] for a, b in offsets), token_credit(offsets, -2.0, blamed, sound), strict=True))
    assert min(values.values()) == -2.0
    good = token_credit(offsets, 1.5, blamed, sound)
    assert set(good) == {0.0, 1.5}


BEFORE = """resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sns_topic" "events" {
  name = "events"
}
"""
EDITS = """main.tf
<<<<<<< SEARCH
  name = "jobs"
=======
  name          = "jobs"
  delay_seconds = 5
>>>>>>> REPLACE

main.tf
<<<<<<< SEARCH
  name = "events"
=======
  name       = "events"
  color_code = 3
>>>>>>> REPLACE
"""


def test_blame_lies_in_the_new_text_of_edits(pool: VerifierPool) -> None:
    before = TerraformConfig.from_text(BEFORE)
    edits = parse_edits(EDITS, known=before.files).edits
    config = apply_edits(before, edits).config
    assert config is not None
    report = pool.verify(config)
    blamed = blamed_spans(EDITS, config, report, edits)
    assert [EDITS[s.start : s.end] for s in blamed] == ["color_code"]
    # A policy blames a whole block: of that what the edits wrote.
    right = EDITS.replace("  color_code = 3\n", "")
    edits = parse_edits(right, known=before.files).edits
    config = apply_edits(before, edits).config
    assert config is not None
    report = pool.verify(config, policies=[POLICY])
    assert report.deployable
    assert not report.correct
    found = [right[s.start : s.end].split() for s in sound_spans(right, config, report, edits)]
    assert ["name", "=", '"jobs"', "delay_seconds", "=", "5"] in found
    # Without the edits nothing of the files is found in the reply.
    assert sound_spans(right, config, report) == ()


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ('  name = "event"', ['  name = "event"']),
        ('  name = "jobs"\n  fifo_queue = true', ["  fifo_queue = true"]),
        ('  name = "events"\n  name = "jobs"', ['  name = "events"', '  name = "jobs"']),
    ],
)
def test_edits_that_do_not_apply_are_to_blame_for_what_they_search_for(search: str, expected: list[str]) -> None:
    before = TerraformConfig.from_text(BEFORE)
    reply = EDITS.replace('SEARCH\n  name = "events"', f"SEARCH\n{search}")
    edits = parse_edits(reply, known=before.files).edits
    result = apply_edits(before, edits)
    assert result.config is None
    assert result.failed == (1,)
    spans = misplaced_spans(reply, edits, before, result.failed)
    assert [reply[s.start : s.end] for s in spans] == expected
    assert all(s.start > reply.index(">>>>>>> REPLACE") for s in spans)
    assert misplaced_spans("another reply", edits, before, result.failed) == ()


def test_without_a_place_the_advantage_is_the_same_for_all() -> None:
    assert token_credit([(0, 3), (3, 9)], -0.7, (), ()) == (-0.7, -0.7)


def test_factors_are_checked() -> None:
    with pytest.raises(ValueError, match="blamed >= elsewhere"):
        CreditSettings(blamed=0.1, elsewhere=0.5)


def test_the_audit_sees_hacking(pool: VerifierPool) -> None:
    def sample(text: str, reward: float | None) -> Sample:
        config = TerraformConfig.from_text(text)
        return Sample("t", config, answer_facts(config), pool.verify(config), reward, {"proof": reward or 0.0})

    honest = [sample(f'resource "aws_sqs_queue" "q" {{\n  name = "queue-{n}"\n}}\n', 1.0 + n / 10) for n in range(8)]
    audit = Audit(baseline=1)
    first = audit.update(0, honest)
    assert (first.empty, first.trivial, first.masked, first.distinct, first.drift) == (0, 0, 0, 1.0, 1.0)
    assert first.warnings() == ()
    assert first.terms["proof"] == pytest.approx(1.35)

    gamed = [sample("", 1.5) for _ in range(4)] + [
        sample(
            'resource "aws_sqs_queue" "q" {\n  count = 0\n  name  = "a-very-long-name-of-nothing-at-all"\n}\n' * 1, 1.5
        )
        for _ in range(6)
    ]
    row = audit.update(1, [*gamed, sample("", None)])
    assert row.empty == pytest.approx(5 / 11)
    assert row.trivial == pytest.approx(6 / 11)
    assert row.masked == pytest.approx(1 / 11)
    assert any("empty or plan nothing" in w for w in row.warnings())
    assert any("distinct" in w for w in row.warnings())
    assert row.to_dict()["step"] == 1
    with pytest.raises(ValueError, match="needs samples"):
        audit.update(2, [])

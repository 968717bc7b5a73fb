"""Reinforcement learning: replies judged by the real verifier, and a loop that learns what it is paid for."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="the extra `train` is not installed")
pytest.importorskip("transformers", reason="the extra `train` is not installed")

from support.toy_model import Bytes, toy  # noqa: E402
from terraformer.data.intents import Intent, policy_of  # noqa: E402
from terraformer.errors import UsageError  # noqa: E402
from terraformer.generate.compact import compact_messages  # noqa: E402
from terraformer.hcl.edit_writing import edits_between, render_edits  # noqa: E402
from terraformer.rewards import AnswerFacts, Expectation, Span  # noqa: E402
from terraformer.train.attention import BRANCHES, DOCUMENTS, can_attend  # noqa: E402
from terraformer.train.bases import LoraSettings  # noqa: E402
from terraformer.train.dialogues import Dialogue, dialogue_of  # noqa: E402
from terraformer.train.judging import Judge, Judged, RlTask, read_reply, task_of  # noqa: E402
from terraformer.train.lean_rl import Curriculum, LeanRl, RlSettings  # noqa: E402
from terraformer.train.metrics import read_metrics  # noqa: E402
from terraformer.train.passes import passes  # noqa: E402
from terraformer.train.sampling import Rollout, RolloutSettings, offsets_of, padded, sample  # noqa: E402
from terraformer.train.tokens import ChatTemplate  # noqa: E402
from terraformer.types import Record, RecordKind, TerraformConfig  # noqa: E402
from terraformer.verify import VerifierPool, VerifySettings  # noqa: E402

RIGHT = (
    'resource "aws_sqs_queue" "jobs" {\n  name                       = "jobs"\n  visibility_timeout_seconds = 60\n}\n'
)


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=1, settings=VerifySettings(cache=False)) as found:
        yield found


def intent() -> Intent:
    from terraformer.data.intents import Attribute, Demand, Operator, Subject

    return Intent(
        (
            Demand(Subject.RESOURCE, "aws_sqs_queue", having=(Attribute(("name",), Operator.EQUALS, "jobs"),)),
            Demand(
                Subject.RESOURCE,
                "aws_sqs_queue",
                having=(Attribute(("visibility_timeout_seconds",), Operator.EQUALS, 60),),
            ),
        )
    )


def record(kind: RecordKind = RecordKind.GENERATION, before: str | None = None) -> Record:
    return Record(
        kind,
        "A queue jobs with a visibility timeout of a minute.",
        TerraformConfig.from_text(RIGHT),
        before=TerraformConfig.from_text(before) if before is not None else None,
        intent=intent().to_dict(),
        policies=(policy_of(intent()),),
    )


def test_generation_is_judged_by_the_verifier(pool: VerifierPool) -> None:
    task = task_of(record())
    assert task.expected.resources == {"aws_sqs_queue": 1}
    replies = [
        RIGHT,
        f"Sure:\n```hcl\n{RIGHT}```",
        RIGHT.replace("60", "30"),
        RIGHT.replace("visibility_timeout_seconds", "timeout"),
        RIGHT + 'resource "aws_sqs_queue" {',
        "I cannot do that.",
        "",
    ]
    judged = Judge(pool).judge([(task, reply) for reply in replies])
    rewards = [j.reward for j in judged]
    assert rewards[0] == rewards[1] == 2.0
    assert rewards == sorted(rewards, key=lambda r: -(r or 0))
    assert [j.correct for j in judged] == [True, True, False, False, False, False, False]
    assert [bool(j.problem) for j in judged] == [False] * 5 + [True, True]
    start = replies[3].index("timeout")
    assert judged[3].blamed[0].start <= start < judged[3].blamed[0].end
    assert [j.reward for j in Judge(pool, "paper").judge([(task, r) for r in replies[:4]])] == [2.0, 2.0, 1.5, 0.0]
    with pytest.raises(UsageError, match="no reward"):
        Judge(pool, "best")


def test_repairs_are_edits(pool: VerifierPool) -> None:
    broken = RIGHT.replace("visibility_timeout_seconds =", "visibilty_timeout =         ")
    told = record(RecordKind.REPAIR, broken)
    dialogue, task = dialogue_of(told), task_of(told)
    assert "SEARCH" in dialogue.reply
    read = read_reply(task, dialogue.reply)
    assert read.problem == ""
    assert read.config == told.after
    judged = Judge(pool).judge(
        [(task, dialogue.reply), (task, "no edits"), (task, "61".join(dialogue.reply.rsplit("60", 1)))]
    )
    assert [j.reward for j in judged][:2] == [2.0, 0.0]
    assert judged[2].reward == 1.5
    (judged,) = Judge(pool).judge([(task, dialogue.reply.replace("visibilty_timeout", "timeout"))])
    assert judged.config is None
    assert judged.reward == 0.0
    reply = dialogue.reply.replace("visibilty_timeout", "timeout")
    assert ["timeout" in reply[s.start : s.end] for s in judged.blamed] == [True]


def test_changes_are_judged_against_the_state(pool: VerifierPool) -> None:
    from terraformer.data.intents import load_intent

    before = RIGHT.replace("60", "30")
    change = load_intent(Path("examples/intents/longer-timeout.json")) if Path("examples/intents").exists() else None
    assert change is not None
    policy = policy_of(
        Intent.from_dict(
            {
                **change.to_dict(),
                "change": {
                    "demands": [
                        {
                            "action": "updated",
                            "type": "aws_sqs_queue",
                            "address": "aws_sqs_queue.jobs",
                            "paths": ["visibility_timeout_seconds"],
                            "having": [{"path": "visibility_timeout_seconds", "equals": 60}],
                        }
                    ],
                    "rest_unchanged": True,
                },
            },
            "test",
        )
    )
    told = Record(
        RecordKind.MUTATION,
        "Raise the timeout to a minute.",
        TerraformConfig.from_text(RIGHT),
        before=TerraformConfig.from_text(before),
        policies=(policy,),
    )
    task = task_of(told)
    assert task.change
    more = TerraformConfig.from_text(RIGHT + '\nresource "aws_sns_topic" "more" {\n  name = "more"\n}\n')
    assert told.before is not None
    replies = [
        dialogue_of(told).reply,
        render_edits(edits_between(told.before, more)),
        "DELETE BLOCK: aws_sqs_queue.jobs",
    ]
    untouched = "main.tf\n<<<<<<< SEARCH\n  visibility_timeout_seconds = 30\n=======\n  visibility_timeout_seconds = 30\n>>>>>>> REPLACE\n"
    judged = Judge(pool).judge([(task, r) for r in [*replies, untouched]])
    rewards = [j.reward or 0.0 for j in judged]
    assert rewards[0] == 2.0
    assert rewards[0] > rewards[1] > 0
    assert rewards[2] < rewards[0]
    assert judged[3].report is not None and judged[3].report.deployable
    assert rewards[3] <= 0.25  # the rest is unchanged, and nothing was done
    paper = Judge(pool, "paper").judge([(task, untouched)])[0].reward
    assert paper is not None and paper > 1  # the published reward pays for it


# --- the loop ---


class Vowels(Judge):
    """Pays for the letter a."""

    def __init__(self) -> None:
        pass

    def judge(self, pairs: Sequence[tuple[RlTask, str]]) -> list[Judged]:
        return [
            Judged(
                2.0 * sum(c in "abcdefghijklm" for c in reply) / max(1, len(reply)),
                TerraformConfig.from_text(reply),
                AnswerFacts({}, 1, len(reply)),
                None,
                {"letters": 1.0},
                blamed=(Span(0, 1, "first"),),
            )
            for _, reply in pairs
        ]


def task(number: int, difficulty: int = 1) -> RlTask:
    return RlTask(
        str(number),
        RecordKind.GENERATION,
        "x",
        compact_messages(f"say {number}"),
        (),
        Expectation(),
        difficulty=difficulty,
    )


SETTINGS = RlSettings(
    prompts=4,
    group=8,
    steps=20,
    rate=2e-2,
    rows=32,
    rollout=RolloutSettings(tokens=12, rows=64),
    curriculum=False,
    repairs=0.0,
)


def test_it_learns_what_it_is_paid_for(tmp_path: Path) -> None:
    run = LeanRl(toy(), Bytes(), [task(n) for n in range(6)], Vowels(), SETTINGS, tmp_path)
    assert run.train()
    rows = list(read_metrics(tmp_path / "metrics.jsonl", "train"))
    assert len(rows) == 20
    assert sum(r["reward"] for r in rows[-3:]) > 2 * sum(r["reward"] for r in rows[:3])
    audits = list(read_metrics(tmp_path / "metrics.jsonl", "audit"))
    assert audits[0]["distinct"] == 1.0
    assert audits[0]["terms"] == {"letters": 1.0}


def test_a_known_answer_says_what_no_reply_found(tmp_path: Path) -> None:
    from dataclasses import replace

    class Exactly(Vowels):
        """Pays for one answer, which a model that was not trained never gives."""

        def judge(self, pairs: Sequence[tuple[RlTask, str]]) -> list[Judged]:
            return [
                replace(j, reward=2.0 * (r == "cab\n"), blamed=())
                for j, (_, r) in zip(super().judge(pairs), pairs, strict=True)
            ]

    known = replace(task(1), after=TerraformConfig.from_text("cab"))
    rollout = RolloutSettings(tokens=8, temperature=0.0)
    settings = replace(SETTINGS, prompts=1, group=1, shown=2.0, steps=40, rate=5e-3, rollout=rollout)
    (before, after) = [
        list(read_metrics(tmp_path / name / "metrics.jsonl", "train"))
        for name, one in (("without", replace(settings, group=2, shown=0.0)), ("shown", settings))
        if LeanRl(toy(), Bytes(), [known], Exactly(), one, tmp_path / name).train()
    ]
    assert not any(r["correct"] or r["norm"] for r in before)  # nothing to compare: nothing is learnt
    assert after[-1]["reward"] == 2.0
    assert after[-1]["idle_groups"] == 1.0  # as good as what is known: nothing is left to learn
    # What cannot be told within the tokens takes no part; nor does a task without an answer.
    short = replace(settings, steps=1, rollout=replace(rollout, tokens=2))
    LeanRl(toy(), Bytes(), [known, task(2)], Exactly(), replace(short, prompts=2), tmp_path / "short").train()
    assert next(iter(read_metrics(tmp_path / "short" / "metrics.jsonl", "train")))["idle_groups"] == 1.0


def test_supervised_tokens_besides(tmp_path: Path) -> None:
    from dataclasses import replace

    from terraformer.train.completion import SftSettings
    from terraformer.train.lean import LeanSft
    from terraformer.train.tokens import open_tokens, write_tokens

    told = [Dialogue(str(n), RecordKind.GENERATION, compact_messages(f"say {n}"), f"{n}{n}zz\n") for n in range(8)]
    write_tokens(tmp_path / "tokens", told, Bytes())
    tokens, learning = open_tokens(tmp_path / "tokens"), SftSettings(block=128)
    settings = replace(SETTINGS, steps=6, prompts=1, group=2, rate=5e-3, anchor=1.0, anchored=2)

    def run(name: str, **changes: float) -> LeanRl:
        chosen = replace(settings, **changes)  # type: ignore[arg-type]
        return LeanRl(toy(), Bytes(), [task(1)], Vowels(), chosen, tmp_path / name, anchor=(tokens, learning))

    def loss(model: object) -> float:
        return LeanSft(model, tokens, learning, tmp_path / "none", validation=tokens).validation_loss()

    found = {}
    for name, weight in (("with", 1.0), ("without", 0.0)):
        one = run(name, anchor=weight)
        assert one.train()
        found[name] = loss(one.model)
    assert found["with"] < found["without"] - 0.5
    rows = list(read_metrics(tmp_path / "with" / "metrics.jsonl", "train"))
    assert rows[-1]["anchor"] < rows[0]["anchor"]
    # Stopped and resumed, it goes on with the tokens that come next.
    assert not run("with two", steps=6, seconds=0.0).train()
    first = run("with two", steps=2)
    assert first.train()
    assert run("with two").train()
    again = list(read_metrics(tmp_path / "with two" / "metrics.jsonl", "train"))
    assert [r["anchor"] for r in again][:2] == pytest.approx([r["anchor"] for r in rows][:2], rel=1e-2)
    with pytest.raises(UsageError, match="--tokens"):
        LeanRl(toy(), Bytes(), [task(1)], Vowels(), settings, tmp_path / "none")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"anchor": -1.0}, "anchor is at least 0"),
        ({"group": 1}, "1 with rl.shown"),
        ({"shown": -1.0}, "shown is at least 0"),
        ({"shown": 1.0, "repairs": 0.5}, "rl.repairs=0"),
    ],
)
def test_groups_need_something_to_compare(values: dict[str, float], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        RlSettings(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(("tuned", "optimiser"), [("norms", "adamw"), ("matrices", "muon"), ("all", "muon")])
def test_which_weights_move(tmp_path: Path, tuned: str, optimiser: str) -> None:
    from dataclasses import replace

    settings = replace(SETTINGS, steps=2, tuned=tuned, optimiser=optimiser)
    tasks = [task(n) for n in range(6)]
    run = LeanRl(toy(), Bytes(), tasks, Vowels(), settings, tmp_path)
    assert run.train()
    before = toy().state_dict()
    moved = {name for name, value in run.model.state_dict().items() if not torch.equal(value, before[name])}
    wanted = {
        "norms": {name for name in before if "norm" in name},
        "matrices": {name for name in before if "proj" in name},
        "all": set(before),
    }
    assert moved == wanted[tuned]
    assert LeanRl(toy(), Bytes(), tasks, Vowels(), settings, tmp_path).step == 2


def test_weights_that_there_are_not() -> None:
    for changed in ({"tuned": "heads"}, {"tuned": "norms", "lora": LoraSettings(4)}):
        with pytest.raises(UsageError, match=r"rl\.tuned"):
            RlSettings(**changed)
    with pytest.raises(UsageError, match=r"rl\.optimiser"):
        RlSettings(optimiser="sgd")


def test_the_rate_falls_to_its_floor(tmp_path: Path) -> None:
    from dataclasses import replace

    settings = replace(SETTINGS, steps=4, rate=1e-3, warmup=1, floor=0.2)
    LeanRl(toy(), Bytes(), [task(1)], Vowels(), settings, tmp_path).train()
    rates = [r["rate"] for r in read_metrics(tmp_path / "metrics.jsonl", "train")]
    assert rates == pytest.approx([1e-3, 8e-4, 6e-4, 4e-4])
    with pytest.raises(UsageError, match="floor"):
        RlSettings(floor=2)


@pytest.mark.parametrize("passes", [1, 3])
def test_it_goes_on_where_it_stopped(tmp_path: Path, passes: int) -> None:
    from dataclasses import replace

    tasks = [task(n) for n in range(6)]
    settings = replace(SETTINGS, steps=4, passes=passes)
    LeanRl(toy(), Bytes(), tasks, Vowels(), settings, tmp_path / "whole").train()
    LeanRl(toy(), Bytes(), tasks, Vowels(), replace(settings, steps=2), tmp_path / "parts").train()
    again = LeanRl(toy(), Bytes(), tasks, Vowels(), settings, tmp_path / "parts")
    assert again.step == 2
    again.train()
    one, other = (
        [(r["reward"], r["loss"]) for r in read_metrics(tmp_path / d / "metrics.jsonl", "train")]
        for d in ("whole", "parts")
    )
    assert one == other
    with pytest.raises(UsageError, match=r"other settings \(group\)"):
        LeanRl(toy(), Bytes(), tasks, Vowels(), replace(settings, group=4), tmp_path / "parts")


def test_a_prompt_is_computed_once_for_its_replies() -> None:
    rng = random.Random(0)

    def words(count: int) -> tuple[int, ...]:
        return tuple(rng.randrange(1, 200) for _ in range(count))

    prompts = [words(9), words(4), words(1)]
    rollouts = [Rollout(prompts[n % 3], words(1 + n), "", True) for n in range(11)]
    advantages = [[rng.uniform(-1, 1) for _ in r.ids] for r in rollouts]
    model = toy()
    assert can_attend(model)
    found = []
    for share in (False, True):
        model.zero_grad()
        parts = list(passes(rollouts, advantages, 5, share=share))
        total = sum((p.logprobs(model, 0.7) * p.advantages).sum() for p in parts)
        total.backward()
        tokens = sum(p.ids.numel() for p in parts)
        found.append((float(total.detach()), [p.grad.clone() for p in model.parameters()], tokens))
    (one, gradients, most), (other, shared, fewer) = found
    assert one == pytest.approx(other, abs=1e-4)
    for a, b in zip(gradients, shared, strict=True):
        assert torch.allclose(a, b, atol=1e-5)
    assert fewer < most
    # Outside the model attends as before.
    assert model.config._attn_implementation not in (BRANCHES, DOCUMENTS)


def test_failed_attempts_become_repairs(pool: VerifierPool, tmp_path: Path) -> None:
    from dataclasses import replace

    class Scripted(LeanRl):
        pass

    told = task_of(record())
    run = Scripted(toy(), Bytes(), [told], Judge(pool), replace(SETTINGS, steps=1, repairs=0.5, prompts=2), tmp_path)
    wrong = RIGHT.replace("visibility_timeout_seconds", "timeout")
    run._remember(told, Judge(pool).judge([(told, wrong)]))
    repair = run._failed[0]
    assert repair.turn == 1
    assert "timeout" in repair.messages[0]["content"].split("Findings:")[1]
    assert read_reply(
        repair, render_edits(edits_between(TerraformConfig.from_text(wrong), TerraformConfig.from_text(RIGHT)))
    ).config
    assert {t.turn for t in run._draw()} == {0, 1}


def test_with_adapters_and_a_reference(tmp_path: Path) -> None:
    pytest.importorskip("peft", reason="the extra `train` is not installed")
    from dataclasses import replace

    settings = replace(SETTINGS, steps=2, beta=0.1, passes=2, lora=LoraSettings(4))
    run = LeanRl(toy(), Bytes(), [task(n) for n in range(6)], Vowels(), settings, tmp_path)
    assert run.train()
    rows = list(read_metrics(tmp_path / "metrics.jsonl", "train"))
    assert rows[0]["kl"] >= 0
    assert rows[1]["kl"] > 0
    ids = torch.arange(20)[None]
    run.model.eval()
    now, start = run.model(input_ids=ids).logits, toy()(input_ids=ids).logits
    assert not torch.allclose(now, start, atol=1e-6)
    assert torch.allclose(
        run._merged()(input_ids=ids).logits, now, atol=1e-6
    )  # what is sampled from is the model as it is


def test_the_curriculum_opens_levels() -> None:
    tasks = [task(n, difficulty=1 + n % 3) for n in range(9)]
    curriculum = Curriculum(tasks)
    assert curriculum.open() == [1]
    for _ in range(30):
        curriculum.learn(tasks[0], [2.0, 1.8])
    assert curriculum.open() == [1, 2]
    for _ in range(30):
        curriculum.learn(tasks[1], [2.0])
    assert curriculum.open() == [1, 2, 3]


def test_the_hardest_can_be_left_out(tmp_path: Path) -> None:
    from dataclasses import replace

    tasks = [task(n, difficulty=1 + n % 4) for n in range(12)]
    run = LeanRl(toy(), Bytes(), tasks, Vowels(), replace(SETTINGS, hardest=2, curriculum=True), tmp_path)
    assert sorted(run.curriculum.levels) == [1, 2]
    with pytest.raises(UsageError, match=r"rl\.hardest"):
        LeanRl(toy(), Bytes(), tasks[2:4], Vowels(), replace(SETTINGS, hardest=2), tmp_path / "none")


def test_a_share_of_changes(tmp_path: Path) -> None:
    from dataclasses import replace

    tasks = [task(n) for n in range(20)] + [replace(task(20 + n), change=True) for n in range(5)]

    def drawn(name: str, share: float | None, source: Sequence[RlTask] = tasks) -> float:
        run = LeanRl(toy(), Bytes(), source, Vowels(), replace(SETTINGS, changes=share), tmp_path / name)
        found = []
        for run.step in range(100):
            now = run._draw()
            assert len(now) == SETTINGS.prompts
            found += [t.change for t in now]
        return sum(found) / len(found)

    assert 0.1 < drawn("as there are", None) < 0.3
    assert 0.5 < drawn("share", 0.6) < 0.7
    assert drawn("none", 0.0) == 0
    assert drawn("all", 1.0) == 1
    assert drawn("no changes", 0.6, tasks[:20]) == 0
    assert drawn("changes only", 0.6, tasks[20:]) == 1
    with pytest.raises(UsageError, match="changes is a share"):
        RlSettings(changes=1.5)


def test_replies_and_their_places() -> None:
    model, tokenizer = toy(), Bytes()
    prompts = [tokenizer.encode("a"), tokenizer.encode("a longer prompt"), tokenizer.encode("a")]
    settings = RolloutSettings(tokens=6, temperature=1.0, rows=2)
    one = sample(model, tokenizer, ChatTemplate(), prompts, settings, 3)
    assert one == sample(model, tokenizer, ChatTemplate(), prompts, settings, 3)
    assert [r.prompt for r in one] == [tuple(p) for p in prompts]
    greedy = sample(model, tokenizer, ChatTemplate(), prompts, RolloutSettings(tokens=6, temperature=0.0, rows=3), 1)
    assert greedy[0] == greedy[2]  # padding changes nothing

    ids, mask = padded(prompts, 9, RolloutSettings(rows=5, bucket=16), fixed=True)
    assert ids.shape == mask.shape == (5, 16)
    assert mask.sum(1).tolist() == [1, 15, 1, 1, 1]
    assert ids[1, 1:].tolist() == prompts[1]

    text = "queue–é"
    ids = tuple(tokenizer.encode(text))
    offsets = offsets_of(tokenizer, Rollout((), (*ids, 257), text, True))
    assert len(offsets) == len(ids) + 1
    assert offsets[4] == (4, 5)
    assert offsets[-1] == (len(text), len(text))

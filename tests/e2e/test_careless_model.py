"""generate, mutate and repair with a model that answers carelessly, or not at all, over real HTTP.

Whatever it does, the end is a right answer or a clear report: no traceback, every attempt in the trace file.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.scripted_openai import (
    ScriptedOpenAI,
    Step,
    answer,
    broken_sse,
    huge,
    not_json,
    reset,
    stall,
    status,
    whole,
    wrong_type,
)
from terraformer.cli.app import run
from terraformer.models.openai import OpenAIModel
from terraformer.verify import VerifierPool, VerifySettings

BROKEN = '# Ours.\nresource "aws_sqs_queue" "jobs" {\n  name   =   "jobs" # as it always was\n  zzzz = 1\n}\n'
MENDED = BROKEN.replace("  zzzz = 1\n", "")
BEFORE = MENDED + '\nresource "aws_sns_topic" "news" {\n  name = "news"\n}\n'
AFTER = MENDED.replace("\n}", "\n  delay_seconds = 30\n}") + BEFORE[len(MENDED) :]
PROMPT = "an SQS queue called jobs"
REQUEST = "set the delay of the jobs queue to 30 seconds"


def edit(search: str, new: str) -> str:
    return f"main.tf\n```hcl\n<<<<<<< SEARCH\n{search}\n=======\n{new}>>>>>>> REPLACE\n```\n"


@dataclass(frozen=True)
class Command:
    """One command: how it is called, a right answer, one with an invented argument, the files it ends with."""

    name: str
    good: str
    invented: str
    wanted: str
    before: str = ""
    mending: str = ""

    def words(self, directory: Path) -> list[str]:
        if self.name == "generate":
            return ["generate", PROMPT, "--out", str(directory / "out")]
        (directory / "out").mkdir(exist_ok=True)
        (directory / "out" / "main.tf").write_text(self.before)
        request = [REQUEST] if self.name == "mutate" else []
        return [self.name, str(directory / "out"), *request, "--write"]


GENERATED = 'resource "aws_sqs_queue" "jobs" {\n  name = "jobs"\n}\n'
INVENTED = GENERATED.replace("}", "  delay = 3\n  magic = true\n}")
NAME = '  name   =   "jobs" # as it always was'
COMMANDS = [
    Command(
        "generate",
        f"```hcl\n{GENERATED}```",
        f"```hcl\n{INVENTED}```",
        GENERATED,
    ),
    Command(
        "mutate",
        edit(NAME, f"{NAME}\n  delay_seconds = 30\n"),
        edit(NAME, f"{NAME}\n  delay = 30\n"),
        AFTER,
        BEFORE,
        # A repair builds on what is there already.
        edit("  delay = 30", "  delay_seconds = 30\n"),
    ),
    Command("repair", edit("  zzzz = 1", ""), edit("  zzzz = 1", "  yyyy = 1\n"), MENDED, BROKEN),
]

Careless = Callable[[Command], list[Step | str]]


def two_files(command: Command) -> list[Step | str]:
    """Two files in one block, the way chat models do it."""
    if command.name == "generate":
        text = (
            f'```hcl\n# main.tf\n{GENERATED}\n# outputs.tf\noutput "url" {{\n  value = aws_sqs_queue.jobs.url\n}}\n```'
        )
        return [text]
    body = command.good.split("```hcl\n")[1].removesuffix("```\n")
    added = '# notes.tf\n<<<<<<< SEARCH\n=======\nlocals {\n  note = "done"\n}\n>>>>>>> REPLACE\n'
    return [f"```\nmain.tf\n{body}{added}```", command.good]


# What comes before a right answer, or is one. Each command must get over it.
OVERCOME: dict[str, Careless] = {
    "markdown around": lambda c: [f"Sure! Here is **your answer**:\n\n{c.good}\n\nLet me know if `it` works! :)"],
    "no markdown at all": lambda c: [c.good.replace("```hcl\n", "").replace("```", "")],
    "thinking aloud": lambda c: [f"<think>\n```hcl\nresource wrong {{\n```\nno...\n</think>\n{c.good}"],
    "windows line ends": lambda c: [c.good.replace("\n", "\r\n")],
    "unclosed fence": lambda c: [c.good.rstrip("`\n") + "\n"],
    "truncated code": lambda c: [answer(c.good[: int(len(c.good) * 0.6)], finish="length"), c.good],
    "truncated without a word": lambda c: [c.good[: int(len(c.good) * 0.6)], c.good],
    "invented attributes": lambda c: [c.invented, c.mending or c.good],
    "an apology": lambda c: ["I'm sorry, but I can't help with infrastructure.", c.good],
    "an empty answer": lambda c: [whole(""), c.good],
    "no content": lambda c: [whole(None), c.good],
    "only blanks": lambda c: [" \n\n ", c.good],
    "another language": lambda c: ["```python\nimport boto3\nboto3.client('sqs')\n```", c.good],
    "two files in one block": two_files,
    "429 with Retry-After": lambda c: [status(429, "slow down", retry_after=0.01), c.good],
    "429 without": lambda c: [status(429), c.good],
    "500": lambda c: [status(500), c.good],
    "503": lambda c: [status(503, "overloaded"), status(503), c.good],
    "stalled before the first byte": lambda c: [stall(), c.good],
    "stalled in the middle": lambda c: [stall(c.good[:50]), c.good],
    "broken events": lambda c: [broken_sse(c.good[:50]), c.good],
    "connection reset": lambda c: [reset(), c.good],
    "reset in the middle": lambda c: [reset(c.good[:50]), c.good],
    "not JSON": lambda c: [not_json(), c.good],
    "not streamed": lambda c: [whole(c.good)],
    "JSON called text": lambda c: [whole(c.good, kind="text/plain")],
    "events called text": lambda c: [answer(c.good, kind="text/plain")],
    "refused parameter": lambda c: [status(400, "Unsupported parameter: 'max_tokens'"), c.good],
}

# What never ends well. The text is in what the user is told.
HOPELESS: dict[str, tuple[Step | str, str]] = {
    "apologies": ("I'm sorry, but I can't help with that.", ""),
    "empty answers": (whole(""), ""),
    "429 for an hour": (status(429, "quota", retry_after=3600), "3600"),
    "500 for ever": (status(500), "500"),
    "wrong key": (status(401, "bad key"), "OPENAI_API_KEY"),
    "no such model": (status(404, "no model"), "404"),
    "a page for people": (wrong_type(), "text/html"),
    "stalled for ever": (stall("```hcl\nresource"), "stalled"),
    "reset for ever": (reset(), "connection"),
    "never JSON": (not_json(), "not JSON"),
    "broken events": (broken_sse("```hcl"), "JSON"),
    "a flood": (huge(), ""),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(workers=2, settings=VerifySettings(keep_plan=False)) as made:
        yield made


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, pool: VerifierPool) -> Iterator[Callable[..., ScriptedOpenAI]]:
    """Starts servers whose model the command line finds as openai:careless, with short waits. All commands share one
    pool, which saves starting workers a hundred times."""
    room = importlib.import_module("terraformer.verify")  # the attribute of that name is the function
    monkeypatch.setattr(room, "VerifierPool", lambda *_a, **_k: nullcontext(pool))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    servers: list[ScriptedOpenAI] = []

    def start(script: list[Step | str], **options: Any) -> ScriptedOpenAI:
        server = ScriptedOpenAI(script, **options)
        servers.append(server)
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        # The same client, that only waits less long.
        monkeypatch.setattr(
            "terraformer.models.openai.from_argument",
            lambda name: OpenAIModel(name, stall=0.4, retries=2, sleep=lambda _s: None),
        )
        return server

    yield start
    for server in servers:
        server.close()


def call(words: list[str], directory: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    trace = directory / "trace.jsonl"
    code = run([*words, "--model", "openai:careless", "--trace", str(trace), "--no-settings"])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err + captured.out and "internal error" not in captured.err
    assert "sk-scripted" not in captured.err + captured.out + trace.read_text()
    return code, captured.out, captured.err


def attempts(directory: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (directory / "trace.jsonl").read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["task", *["attempt"] * (len(lines) - 2), "end"]
    return lines[1:-1]


@pytest.mark.parametrize("command", COMMANDS, ids=[c.name for c in COMMANDS])
@pytest.mark.parametrize("kind", OVERCOME)
def test_a_right_answer_in_the_end(
    kind: str,
    command: Command,
    serve: Callable[..., ScriptedOpenAI],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = serve(OVERCOME[kind](command))
    code, out, err = call(command.words(tmp_path), tmp_path, capsys)
    assert code == 0, out + err
    written = (tmp_path / "out" / "main.tf").read_text()
    assert written.removeprefix("# main.tf\n") == command.wanted
    made = [a for a in attempts(tmp_path) if a["origin"] == "model"]
    # Every answer that was an answer is an attempt; what failed underneath was tried again by the client.
    replies = [a["reply"] for a in made]
    assert 1 <= len(made) <= len(server.requests) and all(isinstance(r, str) for r in replies)
    assert made[-1]["report"]["passed"]


@pytest.mark.parametrize("command", COMMANDS, ids=[c.name for c in COMMANDS])
@pytest.mark.parametrize("kind", HOPELESS)
def test_a_clear_report_in_the_end(
    kind: str,
    command: Command,
    serve: Callable[..., ScriptedOpenAI],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    step, said = HOPELESS[kind]
    serve([step], repeat=True)
    code, out, err = call([*command.words(tmp_path), "--rounds", "2"], tmp_path, capsys)
    assert code in (1, 2) and (out or err)
    assert err.count("\n") <= 1 and said in out + err
    if command.before:
        assert (tmp_path / "out" / "main.tf").read_text() == command.before
    else:
        assert not (tmp_path / "out" / "main.tf").exists()
    made = [a for a in attempts(tmp_path) if a["origin"] == "model"]
    assert made and all(a["problem"] or a["report"]["certificates"] for a in made)


def test_what_had_arrived_is_in_the_trace(
    serve: Callable[..., ScriptedOpenAI], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve([stall("```hcl\n# a precious beginning")], repeat=True)
    code, _, err = call(COMMANDS[0].words(tmp_path), tmp_path, capsys)
    assert code == 1 and "stalled" in err
    assert attempts(tmp_path)[0]["reply"] == "```hcl\n# a precious beginning"


def test_a_failure_in_a_repair_keeps_the_best(
    serve: Callable[..., ScriptedOpenAI], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    serve([COMMANDS[0].invented, status(401, "expired")])
    code, out, _ = call(COMMANDS[0].words(tmp_path), tmp_path, capsys)
    assert code == 2 and "magic" in out and "model-error" in out and "OPENAI_API_KEY" in out
    assert [a["problem"] == "" for a in attempts(tmp_path)] == [True, False]


def test_a_cut_answer_that_happens_to_plan_is_not_taken_for_whole(
    serve: Callable[..., ScriptedOpenAI], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = f'{GENERATED}\nresource "aws_sns_topic" "news" {{\n  name = "news"\n}}\n'
    cut = answer(f"```hcl\n{GENERATED}\n", finish="length")
    server = serve([cut, f"```hcl\n{both}```"])
    code, _, _ = call(COMMANDS[0].words(tmp_path), tmp_path, capsys)
    assert code == 0 and (tmp_path / "out" / "main.tf").read_text() == both
    assert "cut off" in server.asked[1]
    serve([cut], repeat=True)
    code, out, _ = call([*COMMANDS[0].words(tmp_path), "--force"], tmp_path, capsys)
    assert code == 2 and "cut off" in out


def test_samples_are_asked_for_at_once_and_the_careless_ones_do_not_matter(
    serve: Callable[..., ScriptedOpenAI], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = COMMANDS[0]
    server = serve([status(401), whole(""), command.invented, "Sorry.", command.good])
    code, out, _ = call([*command.words(tmp_path), "--samples", "4", "--rounds", "1"], tmp_path, capsys)
    assert code == 0 and "4 samples" in out
    assert len({r.get("seed") for r in server.requests[:4]}) == 4
    assert sorted(a["sample"] for a in attempts(tmp_path) if a["round"] == 0) == [0, 1, 2, 3]
    assert (tmp_path / "out" / "main.tf").read_text() == command.wanted

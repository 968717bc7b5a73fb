"""What is asked for (Task, Policy) and how an answer came about (Attempt, Trace)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.types.config import TerraformConfig
from terraformer.types.report import VerificationReport, to_jsonable

__all__ = ["Attempt", "Policy", "Task", "Trace"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One Rego module: ``name`` (a file name, as a rule) and its text, of Rego v0 or v1."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """A request: a prompt, the policies that an answer must meet, and for a mutation the configuration before it."""

    prompt: str
    policies: tuple[Policy, ...] = ()
    before: TerraformConfig | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """SHA-256 (hex) of prompt, policies and the configuration before."""
        parts = [self.prompt, [[p.name, p.text] for p in self.policies], self.before.id if self.before else None]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One round: what the model was told and answered, what was taken from the answer, what verification said.

    ``config`` is None when no configuration could be taken from the reply (``problem`` then says why). With one,
    ``problem`` may say that the reply was cut off.
    Token counts are None where the model does not tell them.

    ``sample`` tells independent first answers apart (best-of-n); repairs carry the sample that they mend. ``origin`` is
    "model", "given" (a configuration that was there before) or "fixes" (certain fixes, made without a model).
    ``standing`` compares it with the best attempt before it: "first", "better", "equal", "worse" (a regression),
    "deceptive" (findings vanished because what failed was deleted, or what the request does not ask for was removed or
    replaced: never taken as better) or "none" (no configuration); "" where nothing compared it.
    """

    round: int
    messages: tuple[Mapping[str, str], ...]
    reply: str
    config: TerraformConfig | None
    report: VerificationReport | None
    problem: str = ""
    seconds: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    sample: int = 0
    origin: str = "model"
    standing: str = ""

    def to_dict(self) -> dict[str, Any]:
        return {
            "round": self.round,
            "sample": self.sample,
            "origin": self.origin,
            "standing": self.standing,
            "messages": [dict(m) for m in self.messages],
            "reply": self.reply,
            "files": ({k: v.decode("utf-8", "replace") for k, v in self.config.files.items()} if self.config else None),
            "report": self.report.to_dict() if self.report else None,
            "problem": self.problem,
            "seconds": self.seconds,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """All attempts at a task, in the order in which they were finished.

    ``best`` indexes ``attempts`` (strict keep-best: never replaced by something not better), None when no attempt gave
    a configuration. ``stopped`` says why the loop ended.
    """

    task: Task
    model: str
    attempts: tuple[Attempt, ...]
    best: int | None
    stopped: str

    @property
    def config(self) -> TerraformConfig | None:
        return self.attempts[self.best].config if self.best is not None else None

    @property
    def report(self) -> VerificationReport | None:
        return self.attempts[self.best].report if self.best is not None else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "task": {"id": self.task.id, "prompt": self.task.prompt, "metadata": to_jsonable(self.task.metadata)},
            "model": self.model,
            "attempts": [a.to_dict() for a in self.attempts],
            "best": self.best,
            "stopped": self.stopped,
        }

"""What the model is told when it describes a configuration, and how its answers are read.

Answers are JSON. Models wrap them in prose and fences, leave them half done, or answer with something else altogether:
whatever cannot be used becomes one sentence that the model is told, never an exception.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from terraformer.data.intents import Intent
from terraformer.errors import UsageError
from terraformer.models import Message
from terraformer.types import TerraformConfig

__all__ = [
    "AnswerProblem",
    "Description",
    "again_messages",
    "clone_messages",
    "describe_messages",
    "judge_messages",
    "read_clones",
    "read_description",
    "read_judgement",
]

_CONFIG_CHARS: Final = 24_000
_REPLY_CHARS: Final = 6_000
_MAX_PROMPT: Final = 4_000

_SYSTEM: Final = """\
You describe Terraform configurations for a dataset. You get one configuration with the resources of its plan. \
Write the \
request that a person would have sent to get it, and the same request as machine-readable demands.

The prompt
- What a colleague would write to an engineer: what is wanted, with the names, numbers and settings that matter \
to them. \
Plain prose or a short list; no code, no mention of "this configuration".
- Every name, number and setting that you demand stands in it, word for word. Nothing is in it that is not demanded, \
apart from a word of background.
- Leave out what only serves to make it deploy (skip_final_snapshot, roles, policies, file names) unless it is \
the point.

The intent: {"version": 1, "demands": [...]}, one demand for each thing of the prompt:
- {"type": "aws_s3_bucket", "having": [CONDITION, ...], "count": N}: there are (at least one, or N) resources of this \
type that meet all conditions. "label" asks for the Terraform name of the block, only if the prompt gives it.
- {"subject": "output", "label": NAME}, {"subject": "variable", "label": NAME}, {"subject": "provider", \
"label": "aws", \
"having": [{"path": "region", "equals": "eu-west-1"}]}.
Conditions:
- {"path": "versioning_configuration.status", "equals": "Enabled"}: paths are argument names, through blocks with dots.
- Instead of "equals": "contains" (a member of a list, or several), "at_least", "at_most", "starts_with", "includes", \
"one_of", "set": true, "absent": true.
- {"path": "vpc_id", "refers_to": "aws_vpc"}: the argument refers to a resource of that type.
- {"block": "ingress", "having": [...]}: several things about one and the same block.
- {"policy": "assume_role_policy", "effect": "Allow", "actions": ["sts:AssumeRole"], "principals": {"Service": \
["lambda.amazonaws.com"]}}: a statement of an IAM document.
Only values that stand in the configuration can be demanded, not ids or ARNs that are known after apply.

Answer with one JSON object and nothing else:
{"prompt": "...", "intent": {"version": 1, "demands": [...]}}

Example, for a queue with a dead-letter queue:
{"prompt": "We need an SQS queue named orders that keeps messages for 4 days (345600 seconds), with a second queue \
orders-dlq as its dead-letter queue.", "intent": {"version": 1, "demands": [{"type": "aws_sqs_queue", "having": \
[{"path": \
"name", "equals": "orders"}, {"path": "message_retention_seconds", "equals": 345600}, {"path": "redrive_policy", \
"refers_to": "aws_sqs_queue"}]}, {"type": "aws_sqs_queue", "having": [{"path": "name", "equals": "orders-dlq"}]}]}}
"""

_ASK: Final = """\
The configuration:

{config}

Its plan creates: {resources}

Write the prompt and the intent as one JSON object."""

_AGAIN: Final = """\
That cannot be used yet: {problem}

Answer again with the whole JSON object {{"prompt": ..., "intent": ...}} and nothing else."""

_JUDGE_SYSTEM: Final = """\
You check requests. For each value you are told whether a reader who knows Terraform would take the request to \
ask for \
exactly this value, although it is not written there word for word ("daily" for rate(1 day), "encrypted" for \
aws:kms is \
not enough: it could be another). Answer with one JSON object {"said": [true or false, ...]}, one for each value, in \
their order, and nothing else."""

_CLONE_SYSTEM: Final = """\
You rewrite requests for Terraform as other people would have written them. Each says exactly the same demands, with \
every name and number word for word, in another voice: a terse order, a hurried note in lower case, a polite \
question, a \
list of bullets, a paragraph with a sentence of background. No code. Answer with one JSON object {"prompts": ["...", \
...]} and nothing else."""


class AnswerProblem(Exception):
    """An answer that cannot be used; the message is what the model is told."""


class Description:
    """A prompt and the intent that goes with it."""

    __slots__ = ("intent", "prompt")

    def __init__(self, prompt: str, intent: Intent) -> None:
        self.prompt, self.intent = prompt, intent


def describe_messages(config: TerraformConfig, resources: Sequence[str]) -> tuple[Message, ...]:
    """The first question about a configuration. Long ones are cut, file by file, and told so."""
    shown = ", ".join(resources[:60]) + (f" and {len(resources) - 60} more" if len(resources) > 60 else "")
    return (
        {"role": "system", "content": _SYSTEM},
        {"role": "user", "content": _ASK.format(config=_shown(config), resources=shown)},
    )


def again_messages(messages: Sequence[Message], reply: str, problem: str) -> tuple[Message, ...]:
    """The same question with the last answer and what is wrong with it."""
    said = reply.strip()[:_REPLY_CHARS] or "(empty)"
    return (
        *messages[:2],
        {"role": "assistant", "content": said},
        {"role": "user", "content": _AGAIN.format(problem=problem)},
    )


def judge_messages(prompt: str, missing: Sequence[str]) -> tuple[Message, ...]:
    values = "\n".join(f"{n}. {one}" for n, one in enumerate(missing, 1))
    return (
        {"role": "system", "content": _JUDGE_SYSTEM},
        {"role": "user", "content": f"The request:\n\n{prompt}\n\nThe values (argument: value):\n{values}"},
    )


def clone_messages(prompt: str, literals: Sequence[str], number: int) -> tuple[Message, ...]:
    kept = f"\n\nWord for word in each of them: {', '.join(literals)}" if literals else ""
    text = f"The request:\n\n{prompt}{kept}\n\nWrite it in {number} other ways."
    return ({"role": "system", "content": _CLONE_SYSTEM}, {"role": "user", "content": text})


def read_description(reply: str) -> Description:
    """Raises AnswerProblem."""
    data = _object(reply)
    if "prompt" not in data and isinstance(data.get("request"), str):
        data["prompt"] = data["request"]
    prompt = data.get("prompt")
    if not isinstance(prompt, str):
        raise AnswerProblem('the object has no "prompt" with text')
    prompt = checked_prompt(prompt)
    intent = data.get("intent")
    if intent is None and isinstance(data.get("demands"), list):
        intent = {"demands": data["demands"]}
    if isinstance(intent, list):
        intent = {"demands": intent}
    if not isinstance(intent, Mapping):
        raise AnswerProblem('the object has no "intent" with demands')
    if intent.get("change") is not None:
        raise AnswerProblem('intent: there is nothing to change; "demands" is all that it has')
    try:
        return Description(prompt, Intent.from_dict({"version": 1, **intent}))
    except UsageError as error:
        raise AnswerProblem(str(error)) from None


def checked_prompt(text: str) -> str:
    """A prompt as it may stand in a dataset. Raises AnswerProblem."""
    prompt = text.strip()
    if len(prompt) < 12:
        raise AnswerProblem("the prompt is empty or too short")
    if len(prompt) > _MAX_PROMPT:
        raise AnswerProblem(f"the prompt is too long: {_MAX_PROMPT} characters at most")
    if "```" in prompt or re.search(r'(?m)^\s*(resource|data|module|variable|provider)\s+"', prompt):
        raise AnswerProblem("the prompt holds code: say it in words")
    if re.search(r"(?i)\bas an ai\b|\bthis configuration\b|\bthe (above|given) (code|configuration)\b", prompt):
        raise AnswerProblem("the prompt must be a request for something to be built, not a description of code")
    return prompt


def read_judgement(reply: str, number: int) -> list[bool]:
    """A verdict for each value; all False where the answer cannot be used: silence confirms nothing."""
    try:
        said = _object(reply).get("said")
    except AnswerProblem:
        return [False] * number
    if not isinstance(said, list) or len(said) != number:
        return [False] * number
    return [one is True for one in said]


def read_clones(reply: str) -> list[str]:
    """The prompts that can be used. Raises AnswerProblem when there is no list of them at all."""
    data = _object(reply, key="prompts")
    several = data.get("prompts")
    if not isinstance(several, list):
        raise AnswerProblem('the object has no "prompts" with a list')
    found = []
    for one in several:
        try:
            found.append(checked_prompt(one if isinstance(one, str) else ""))
        except AnswerProblem:
            continue
    return found


def _object(reply: str, key: str = "prompt") -> dict[str, Any]:
    """The JSON object of a reply with prose and fences around it. Raises AnswerProblem."""
    if not reply.strip():
        raise AnswerProblem("the answer was empty")
    decoder = json.JSONDecoder()
    error = ""
    candidates: list[dict[str, Any]] = []
    at = reply.find("{")
    tries = 0
    while at >= 0 and tries < 50:
        tries += 1
        try:
            value, end = decoder.raw_decode(reply, at)
        except (ValueError, RecursionError) as problem:
            error = error or _one_line(problem)
            at = reply.find("{", at + 1)
            continue
        if isinstance(value, dict):
            candidates.append(value)
        at = reply.find("{", end)
    best = next((c for c in candidates if key in c), max(candidates, key=len, default=None))
    if best is None or (error and key not in best):
        if error and '"' in reply:
            raise AnswerProblem(f"the JSON of the answer is not well-formed or not whole ({error})")
        raise AnswerProblem("no JSON object could be read in the answer")
    return best


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _shown(config: TerraformConfig) -> str:
    """The files in fences, bounded as a whole; text that could end a fence is taken apart."""
    left = _CONFIG_CHARS
    parts = []
    for path in sorted(config.files, key=lambda p: (p not in config.module_files, p)):
        text = config.text(path).replace("```", "'''")
        if len(text) > left:
            text = text[: max(0, left)] + "\n# ... (the rest is not shown)"
        left -= len(text)
        parts.append(f"{path}\n```hcl\n{text.rstrip()}\n```")
        if left <= 0:
            break
    return "\n\n".join(parts)

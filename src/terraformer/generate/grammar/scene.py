"""The configuration to come: the chosen blocks, and how they refer to one another."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from terraformer.generate.grammar.facts import PromptFacts, words_of
from terraformer.generate.grammar.knowledge import PRINCIPALS
from terraformer.generate.grammar.relations import Referent, referent
from terraformer.generate.grammar.select import Schemas, TypeChoice

__all__ = ["GrammarSettings", "Scene"]


@dataclass(frozen=True, slots=True)
class GrammarSettings:
    """Limits and wishes of a grammar.

    ``offered`` is the largest number of optional arguments of one block that the model may take or leave.
    ``dropped`` holds (address, path) of arguments that must not be written unless they are required; ``avoided`` maps
    (address, path) to HCL expressions that must not be chosen there again; ``without`` names addresses to leave out.
    ``plain`` leaves out every optional argument that the prompt does not ask for.
    """

    offered: int = 3
    dropped: frozenset[tuple[str, str]] = frozenset()
    avoided: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    plain: bool = False


@dataclass(frozen=True)
class Scene:
    """What the value makers may look at."""

    choices: tuple[TypeChoice, ...]
    schemas: Schemas
    facts: PromptFacts
    settings: GrammarSettings

    @cached_property
    def by_key(self) -> dict[str, list[TypeChoice]]:
        out: dict[str, list[TypeChoice]] = {}
        for choice in self.choices:
            out.setdefault(choice.key, []).append(choice)
        return out

    def has(self, *keys: str) -> bool:
        """Whether all of these are in the configuration."""
        return all(k in self.by_key for k in keys)

    def first(self, *keys: str) -> TypeChoice | None:
        """The first block of the first of these types that is there."""
        return next((self.by_key[k][0] for k in keys if k in self.by_key), None)

    def index(self, choice: TypeChoice) -> int:
        return self.by_key[choice.key].index(choice)

    def ref(self, key: str, attribute: str) -> str | None:
        """ "aws_vpc.main.id" for the first block of that type."""
        found = self.first(key)
        return f"{found.address}.{attribute}" if found is not None else None

    def link(self, choice: TypeChoice, path: str) -> Referent | None:
        return referent(choice.key, path, self.schemas)

    def references(self, choice: TypeChoice, path: str, *, many: bool, second: bool = False) -> list[str]:
        """Expressions for what the argument refers to: all of them where ``many``, else the one that fits best."""
        link = self.link(choice, path)
        if link is None or link.type not in self.by_key:
            return []
        targets = [t for t in self.by_key[link.type] if t != choice]
        if not targets:
            return []
        attribute = self._attribute(link, path)
        if attribute is None:
            return []
        if many:
            return [f"{t.address}.{attribute}" for t in targets]
        position = self._position(choice, link, targets, second)
        return [f"{targets[position].address}.{attribute}"]

    def as_arn(self, reference: str) -> str:
        """The reference, by the target's ARN where it has one."""
        address, _, attribute = reference.rpartition(".")
        key = address.rpartition(".")[0]
        if attribute.endswith("arn") or key not in self.by_key:
            return reference
        return f"{address}.arn" if "arn" in self.schemas.block(key).attributes else reference

    def _position(self, choice: TypeChoice, link: Referent, targets: Sequence[TypeChoice], second: bool) -> int:
        if (second or link.index) and len(targets) > 1:
            return 1
        if link.type == "aws_iam_role" and len(targets) > 1:
            wanted = principal(choice.type)
            for i, target in enumerate(targets):
                if principal_of(target, self) == wanted:
                    return i
        siblings = self.by_key.get(choice.key, [choice])
        if len(siblings) > 1 and choice in siblings:
            return min(siblings.index(choice), len(targets) - 1) % len(targets)
        return 0

    def _attribute(self, link: Referent, path: str) -> str | None:
        """What to take of the target; corrected by what its schema has."""
        block = self.schemas.block(link.type)
        names = block.attributes
        leaf = path.rsplit(".", 1)[-1]
        wanted = link.attribute
        if wanted in ("arn", "id", "name") and leaf.endswith(("_arn", "_arns")) and "arn" in names:
            wanted = "arn"
        if wanted in names:
            return wanted
        noun = link.type.rsplit("_", 1)[-1]
        same = leaf if leaf in names else leaf.rstrip("s")
        for candidate in (same, f"{noun}_{wanted}", "id", "arn", "name"):
            if candidate in names:
                return candidate
        return None


def principal(type_name: str) -> str:
    """The service that assumes the role of a resource of that type."""
    best = max((p for p, _ in PRINCIPALS if type_name == p or type_name.startswith(p)), key=len, default="")
    if best:
        return dict(PRINCIPALS)[best]
    words = type_name.split("_")
    return f"{words[1] if len(words) > 1 else 'ec2'}.amazonaws.com"


def principal_of(role: TypeChoice, scene: Scene) -> str:
    """The service that the role in the scene is for: what the prompt says, else the resource that uses it."""
    text = scene.facts.text.lower()
    if m := re.search(r"\b([a-z0-9-]+)\.amazonaws\.com\b", text):
        return m[0]
    users = [c for c in scene.choices if c.kind == "resource" and c.type not in _NOT_USERS and _uses_role(c, scene)]
    roles = scene.by_key.get("aws_iam_role", [role])
    named = " ".join(words_of(role.name or role.label))
    for user in users:
        words = [w for w in words_of(user.type)[1:] if len(w) > 2]
        if words and any(w in named for w in words):
            return principal(user.type)
    if users:
        kinds = list(dict.fromkeys(principal(u.type) for u in users))
        index = roles.index(role) if role in roles else 0
        return kinds[min(index, len(kinds) - 1)]
    for word, service in _SAID:
        if scene.facts.mentions((word,)):
            return service
    return "ec2.amazonaws.com"


def _uses_role(choice: TypeChoice, scene: Scene) -> bool:
    block = scene.schemas.block(choice.key)
    names = [*block.attributes]
    for name, nested in block.blocks.items():
        names.extend(f"{name}.{a}" for a in nested.block.attributes)
    return any(
        (link := scene.link(choice, n)) is not None
        and link.type == "aws_iam_role"
        and ("." not in n or choice.type in _NESTED_USERS)
        for n in names
    )


_NOT_USERS = frozenset(
    [
        "aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_iam_policy_attachment", "aws_iam_role",
        "aws_lambda_permission", "aws_instance", "aws_s3_bucket", "aws_db_instance", "aws_sns_topic",
        "aws_cloudwatch_event_target", "aws_cognito_user_pool", "aws_api_gateway_integration",
        "aws_cloudwatch_event_rule",
    ]
)  # fmt: skip
_NESTED_USERS = frozenset(
    [
        "aws_kinesis_firehose_delivery_stream", "aws_kinesis_analytics_application", "aws_scheduler_schedule",
        "aws_sagemaker_domain",
    ]
)  # fmt: skip
_SAID = (
    ("lambda", "lambda.amazonaws.com"),
    ("eks", "eks.amazonaws.com"),
    ("ecs", "ecs-tasks.amazonaws.com"),
    ("codebuild", "codebuild.amazonaws.com"),
    ("glue", "glue.amazonaws.com"),
    ("sagemaker", "sagemaker.amazonaws.com"),
    ("redshift", "redshift.amazonaws.com"),
    ("rds", "rds.amazonaws.com"),
    ("s3", "s3.amazonaws.com"),
)

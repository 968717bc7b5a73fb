"""What can be asked of one resource, output, variable, provider or module call: the conditions of a demand.

A *subject* is one resource instance (or one output, ...). Every condition is either met by a subject or not; there is
no third verdict. What holds for all of them:

* Paths walk through blocks: at a list (of blocks) every element is tried, and one that fits is enough. The last step
  is looked at as it is; ``*`` as the last step means "some element of this list or set".
* A value that is known only after apply meets no test of values. An argument that the configuration writes counts as
  ``set`` all the same, even where its value is not known yet.
* ``null`` and a missing argument are the same. "80" and 80, "true" and true are equal, as Terraform converts them.
* Lists are compared without regard to order and repetition: the plan does not say which of them are sets.
* Sensitive values are compared like others (the plan JSON holds them in clear).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from terraformer.data.intents.patterns import compile_pattern
from terraformer.errors import UsageError

__all__ = [
    "ONE_OR_MORE",
    "AllOf",
    "AnyOf",
    "Attribute",
    "Block",
    "Condition",
    "Count",
    "DependsOn",
    "Not",
    "Operator",
    "PolicyCondition",
    "PolicyStatement",
    "Quantifier",
    "ReferredBy",
    "RefersTo",
    "Repeated",
    "Target",
    "UsesProvider",
]


class Operator(StrEnum):
    """How ``Attribute`` tests a value.

    ``EQUALS`` a scalar, a list of scalars (same members) or a map of scalars (same keys and values); ``ONE_OF`` a list
    of scalars; ``AT_LEAST``/``AT_MOST`` a number (a string that is a number counts); ``MATCHES`` a regular expression
    that is searched for, in the part of the syntax that RE2, Rust and Python share; ``STARTS_WITH``, ``ENDS_WITH``,
    ``INCLUDES`` a part of a string; ``CONTAINS`` one scalar or several that a list must all hold; ``HAS_KEY`` one key
    or several of a map; ``LENGTH_AT_LEAST``/``LENGTH_AT_MOST`` of a list or map; ``SET`` and ``ABSENT`` take True.
    Set means: not null, not "" and not empty, or written in the configuration with a value not known yet.
    """

    EQUALS = "equals"
    ONE_OF = "one_of"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    MATCHES = "matches"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    INCLUDES = "includes"
    CONTAINS = "contains"
    HAS_KEY = "has_key"
    LENGTH_AT_LEAST = "length_at_least"
    LENGTH_AT_MOST = "length_at_most"
    SET = "set"
    ABSENT = "absent"


class Quantifier(StrEnum):
    """``SOME``: as many as the count says meet the conditions. ``EVERY``: all do, and there are so many of them."""

    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Count:
    """Bounds of a number, both ends included; ``most`` None is without an end."""

    least: int = 1
    most: int | None = None

    @classmethod
    def exactly(cls, number: int) -> Count:
        return cls(number, number)

    @classmethod
    def none(cls) -> Count:
        return cls(0, 0)

    def holds(self, number: int) -> bool:
        return self.least <= number and (self.most is None or number <= self.most)

    def __post_init__(self) -> None:
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise UsageError(f"a count of at least {self.least} and at most {self.most} is impossible")


ONE_OR_MORE = Count()


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value at ``path`` passes a test. ``ABSENT`` is exactly the opposite of ``SET``.

    ``unknown`` True lets a value pass that is written in the configuration and known only after apply, for what cannot
    be told from a plan (a policy document with the ARN of a new bucket in it); not with SET and ABSENT.
    """

    path: tuple[str, ...]
    operator: Operator
    value: Any = True
    unknown: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)
        problem = _operand_problem(self.operator, self.value)
        if problem:
            raise UsageError(f"{self.operator}: {problem}")
        if self.operator in (Operator.SET, Operator.ABSENT) and (self.unknown or self.path[-1] == "*"):
            raise UsageError(f'{self.operator}: it takes no "unknown" and no [*]')


def _check_path(path: tuple[str, ...], *, optional: bool = False) -> None:
    if not path and not optional:
        raise UsageError("a path is needed")
    if not all(isinstance(step, str) and step for step in path):
        raise UsageError(f"path {path!r}: a step is empty")
    if "*" in path[:-1] or path[:1] == ("*",):
        raise UsageError(f"path {'.'.join(path)}: [*] can only end a path (blocks are walked through without)")


def _scalar(value: Any) -> str:
    """Why a value is not a scalar that one can compare with; "" when it is."""
    if isinstance(value, (bool, str)):
        if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
            return "text with half a character in it"
        return ""
    if isinstance(value, (int, float)):
        return "" if abs(value) < 1e15 else f"{value} is not a number of less than 16 digits"
    return f"{value!r} is not text, a number or a boolean"


def _scalars(value: Any) -> str:
    if not isinstance(value, (tuple, list)) or not value:
        return f"{value!r} is not a list with something in it"
    return next((p for v in value if (p := _scalar(v))), "")


def _operand_problem(operator: Operator, value: Any) -> str:
    match operator:
        case Operator.EQUALS if isinstance(value, Mapping):
            keys = next((f"{k!r} is not text" for k in value if not isinstance(k, str)), "")
            return keys or next((p for v in value.values() if (p := _scalar(v))), "")
        case Operator.EQUALS if isinstance(value, (tuple, list)):
            return next((p for v in value if (p := _scalar(v))), "")
        case Operator.EQUALS:
            return _scalar(value)
        case Operator.ONE_OF:
            return _scalars(value)
        case Operator.CONTAINS:
            return _scalars(value) if isinstance(value, (tuple, list)) else _scalar(value)
        case Operator.HAS_KEY:
            values = value if isinstance(value, (tuple, list)) else (value,)
            return _scalars(values) or next((f"{v!r} is not text" for v in values if not isinstance(v, str)), "")
        case Operator.AT_LEAST | Operator.AT_MOST:
            return _scalar(value) if _is_number(value) else f"{value!r} is not a number"
        case Operator.LENGTH_AT_LEAST | Operator.LENGTH_AT_MOST:
            return "" if isinstance(value, int) and _is_number(value) and value >= 0 else f"{value!r} is not a length"
        case Operator.SET | Operator.ABSENT:
            return "" if value is True else "it takes true"
        case Operator.MATCHES:
            if not isinstance(value, str):
                return f"{value!r} is not a pattern"
            compile_pattern(value)
            return ""
        case _:
            return _scalar(value) if isinstance(value, str) and value else f"{value!r} is not text"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Block:
    """Of the blocks at ``path``, so many meet all of ``having`` (or every one does).

    ``json`` True: the string at ``path`` is JSON, and its members (of an array; else the one document) are the blocks.
    With ``EVERY`` the count is that of all blocks.
    """

    path: tuple[str, ...]
    having: tuple[Condition, ...] = ()
    count: Count = ONE_OR_MORE
    quantifier: Quantifier = Quantifier.SOME
    json: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)
        if "*" in self.path:
            raise UsageError(f"block {'.'.join(self.path)}: [*] is not needed, every block is tried")


@dataclass(frozen=True, slots=True)
class PolicyCondition:
    """One condition of a statement: its test ("StringEquals"), key ("aws:SourceArn") and a value, None for any."""

    test: str
    variable: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyStatement:
    """Some statement of the IAM policy document at ``path`` is like this.

    The document is the argument's JSON (of a heredoc, ``jsonencode`` or data.aws_iam_policy_document), or, where it is
    not known yet, the data.aws_iam_policy_document that the argument refers to. ``effect`` "Allow" or "Deny", "" for
    either. Every one of ``actions`` is among the statement's, by its wildcards too ("s3:*" grants "s3:GetObject") and
    without regard to case; ``only`` True: and it names no others. ``resources`` are compared as text.
    ``principals`` maps a type to identifiers ({"Service": ["ec2.amazonaws.com"]}); {"*": ["*"]} is anyone.
    ``unknown`` True lets a document pass that is written in the configuration but cannot be looked into.
    """

    path: tuple[str, ...]
    effect: str = ""
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    principals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[PolicyCondition, ...] = ()
    only: bool = False
    unknown: bool = False

    def __post_init__(self) -> None:
        _check_path(self.path)
        if "*" in self.path:
            raise UsageError(f"policy {'.'.join(self.path)}: [*] is not understood here")
        if self.effect not in ("", "Allow", "Deny"):
            raise UsageError(f'effect {self.effect!r}: it is "Allow" or "Deny"')
        if self.only and not self.actions:
            raise UsageError("only: it needs actions")
        if not (self.effect or self.actions or self.resources or self.principals or self.conditions):
            raise UsageError("a policy condition needs effect, actions, resources, principals or conditions")


@dataclass(frozen=True, slots=True)
class Target:
    """What is referred to: a resource ``type``, a ``data`` source type, a ``variable``, a ``local`` or a ``module``
    (exactly one).

    ``label`` is the block's name as a glob (``*`` and ``?``), "" for any; for variables, locals and modules the glob
    itself is in ``variable``, ``local`` or ``module``. ``attribute`` is the attribute that the reference names ("arn"),
    "" for any.
    ``having`` must be met by an instance of the block that is referred to (resources only).
    """

    type: str = ""
    data: str = ""
    variable: str = ""
    module: str = ""
    label: str = ""
    attribute: str = ""
    having: tuple[Condition, ...] = ()
    local: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.type, self.data, self.variable, self.module, self.local))) != 1:
            raise UsageError("a reference leads to exactly one of type, data, variable, local and module")
        if self.having and not self.type:
            raise UsageError("having: only of resources can more be asked")
        if (self.variable or self.module or self.local) and (self.label or self.attribute):
            raise UsageError(
                "label and attribute belong to type and data; variable, local and module are globs themselves"
            )


@dataclass(frozen=True, slots=True)
class RefersTo:
    """The argument at ``path`` (empty: any argument) refers to ``target`` in the configuration.

    Followed: through variables and outputs of modules, ``each`` to ``for_each``, statements of
    data.aws_iam_policy_document, and locals as far as the plan tells (it does not hold their definitions: a local
    counts as referring to the resources that the plan calls relevant). Not seen: arguments inside ``dynamic`` blocks,
    which the plan's configuration leaves out.
    """

    target: Target
    path: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_path(self.path, optional=True)


@dataclass(frozen=True, slots=True)
class ReferredBy:
    """Some resource of ``type`` that meets ``having`` refers to the subject, at ``path`` if given.

    References are between blocks: one to ``aws_subnet.a[0]`` counts for all instances of ``aws_subnet.a``.
    """

    type: str
    path: tuple[str, ...] = ()
    having: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        _check_path(self.path, optional=True)
        if not self.type:
            raise UsageError("referred_by: it needs a type")


@dataclass(frozen=True, slots=True)
class DependsOn:
    """``depends_on`` names a resource of this type."""

    type: str


@dataclass(frozen=True, slots=True)
class UsesProvider:
    """The resource is managed by this provider configuration: "aws", or "aws.west" for an alias."""

    provider: str


@dataclass(frozen=True, slots=True)
class Repeated:
    """The block is repeated by ``by``: "count", "for_each" or "any" of them."""

    by: str = "any"

    def __post_init__(self) -> None:
        if self.by not in ("count", "for_each", "any"):
            raise UsageError(f"repeated {self.by!r}: it is by count, for_each or any")


@dataclass(frozen=True, slots=True)
class Not:
    """The condition is not met."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the conditions is met."""

    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not self.conditions:
            raise UsageError("any: it needs conditions")


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of the conditions are met."""

    conditions: tuple[Condition, ...]


Condition = (
    Attribute
    | Block
    | PolicyStatement
    | RefersTo
    | ReferredBy
    | DependsOn
    | UsesProvider
    | Repeated
    | Not
    | AnyOf
    | AllOf
)

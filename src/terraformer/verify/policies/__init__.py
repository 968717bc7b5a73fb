"""Libraries of Rego policies that come with the package: ``load_policies("builtin:aws-baseline")``.

A library of another distribution is found under the entry point ``terraformer.policies``: a function without arguments
that returns its policies. The modules are ordinary Rego (v1) in conftest's manner, for any engine.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from terraformer import plugins
from terraformer.errors import PolicyError, UsageError
from terraformer.types import Policy, Severity

__all__ = ["PolicyRule", "aws_baseline", "builtin_names", "builtin_policies", "policy_rules"]

_GROUP = "terraformer.policies"
_BUILTIN: Mapping[str, str] = {"aws-baseline": "terraformer.verify.policies:aws_baseline"}
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """What is told about one rule; its page in docs/policies is written from this.

    ``rego`` is the rule's path ("data.terraformer.aws.s3.deny_s3_public_acl"). ``bad`` is a configuration that the rule
    objects to, ``good`` one that it does not; a test plans both.
    """

    id: str
    title: str
    severity: Severity
    rego: str
    why: str
    fix: str
    bad: str
    good: str


def builtin_names() -> tuple[str, ...]:
    """Names of the libraries at hand, those of other distributions among them."""
    return plugins.available(_GROUP, _BUILTIN)


def builtin_policies(name: str) -> tuple[Policy, ...]:
    """The modules of a library. Raises PolicyError, with the names there are, when there is no such library."""
    try:
        found = plugins.resolve(_GROUP, name, _BUILTIN, what="built-in policy library")()
    except UsageError as error:
        raise PolicyError(str(error)) from None
    return tuple(found)


def aws_baseline() -> tuple[Policy, ...]:
    """Best practices on AWS: encryption, public access, rights, logs, backups, TLS, secrets, tags."""
    directory = _HERE / "aws_baseline"
    return tuple(Policy(f"aws-baseline/{p.name}", p.read_text("utf-8")) for p in sorted(directory.glob("*.rego")))


def policy_rules(name: str = "aws-baseline") -> tuple[PolicyRule, ...]:
    """The rules of a library of this package, sorted by id. Raises PolicyError when it is none."""
    directory = _HERE / name.replace("-", "_") / "rules"
    if name not in _BUILTIN:
        raise PolicyError(f'there is no description of the policy library "{name}"')
    rules: list[PolicyRule] = []
    for path in sorted(directory.glob("*.toml")):
        for identifier, text in tomllib.loads(path.read_text("utf-8")).items():
            warns = bool(text.get("warns"))
            rules.append(
                PolicyRule(
                    identifier,
                    text["title"],
                    Severity.WARNING if warns else Severity.ERROR,
                    f"data.terraformer.aws.{path.stem}.{'warn' if warns else 'deny'}_{identifier.replace('-', '_')}",
                    text["why"],
                    text["fix"],
                    text["bad"],
                    text["good"],
                )
            )
    return tuple(sorted(rules, key=lambda r: r.id))

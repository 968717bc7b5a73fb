"""Version constraints, after Terraform's documentation of them."""

from __future__ import annotations

import pytest

from terraformer.provider.versions import matches, parse_constraints, parse_version


@pytest.mark.parametrize(
    ("version", "constraint", "allowed"),
    [
        ("1.2.3", "", True),
        ("1.2.3", "1.2.3", True),
        ("1.2.3", "= 1.2.3", True),
        ("1.2.3", "!= 1.2.3", False),
        ("1.2.3", "> 1.2.3", False),
        ("1.2.3", ">=1.2.3", True),
        ("1.2.3", "<= 1.2", False),
        ("1.2.3", "< 1.10", True),
        ("5.94.1", "~> 5.0", True),
        ("6.0.0", "~> 5.0", False),
        ("5.1.0", "~> 5.0.0", False),
        ("5.0.9", "~> 5.0.0", True),
        ("5.9.0", "~> 5", True),
        ("6.0.0", "~> 5", False),
        ("4.66.1", ">= 4.0, != 4.67.0, < 5.0", True),
        ("2.0.0-rc1", ">= 1.0", False),
        ("2.0.0-rc1", "", False),
        ("2.0.0-rc1", ">= 2.0.0-beta1", True),
        ("2.0.0-rc1", "2.0.0-rc1", True),
        ("2.1.0-rc1", ">= 2.0.0-beta1", False),
        ("1.2.3+build5", "1.2.3", True),
        ("v1.2.3", "1.2.3", True),
    ],
)
def test_matches(version: str, constraint: str, allowed: bool) -> None:
    assert matches(version, constraint) is allowed


def test_order() -> None:
    ordered = [
        "0.9",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-rc.2",
        "1.0.0-rc.10",
        "1.0",
        "1.0.1",
        "1.10",
    ]
    shuffled = [*ordered[4:], *ordered[:4]]
    assert sorted(shuffled, key=parse_version) == ordered


@pytest.mark.parametrize("text", ["latest", "~> ", "1.2.x", "1.0,,2.0", ">> 1"])
def test_unreadable(text: str) -> None:
    with pytest.raises(ValueError, match=r"version|empty"):
        parse_constraints(text)

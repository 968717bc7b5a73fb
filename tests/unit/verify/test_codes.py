"""Every certificate code's examples do what its page says."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from terraformer.types import Policy, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.certificates import _PATTERNS
from terraformer.verify.codes import CODES, CodeInfo

EXAMPLES = [info for info in CODES.values() if info.bad is not None]


def run(pool: VerifierPool, info: CodeInfo, files: Mapping[str, str]) -> VerificationReport:
    config = TerraformConfig({name: text.encode() for name, text in files.items()})
    policies = tuple(Policy(name, text) for name, text in info.policies.items())
    return pool.verify(config, policies=policies, settings=VerifySettings(cache=False, **info.settings))


@pytest.mark.parametrize("info", EXAMPLES, ids=[i.code for i in EXAMPLES])
def test_the_bad_example_shows_the_code(pool: VerifierPool, info: CodeInfo) -> None:
    assert info.bad is not None
    report = run(pool, info, info.bad)
    assert report.tool_errors == ()
    shown = [(c.code, c.stage, c.severity) for c in report.certificates]
    assert (info.code, info.stage, info.severity) in shown, report.certificates


@pytest.mark.parametrize("info", EXAMPLES, ids=[i.code for i in EXAMPLES])
def test_the_good_example_is_clean(pool: VerifierPool, info: CodeInfo) -> None:
    assert info.good is not None
    report = run(pool, info, info.good)
    assert report.tool_errors == ()
    assert report.certificates == ()
    assert report.deployable is True


def test_every_code_that_can_appear_is_described() -> None:
    assert {code for code, _, _ in _PATTERNS} <= set(CODES)


@pytest.mark.parametrize("info", CODES.values(), ids=list(CODES))
def test_descriptions_are_whole(info: CodeInfo) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]+", info.code)
    assert info.title
    assert info.why.endswith(".")
    assert info.fix.endswith(".")
    assert (info.bad is None) == (info.good is None)
    assert info.bad is not None or info.how

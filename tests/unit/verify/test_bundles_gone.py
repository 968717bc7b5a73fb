"""Schema bundles that cannot be read are a failure of the tools; a provider nobody has heard of is a finding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terraformer.hcl import scan
from terraformer.provider import bundle
from terraformer.provider.compiler.writer import BundleContent, write_bundle
from terraformer.provider.schema import Attribute, Block, ResourceSchema
from terraformer.types import StageStatus, TerraformConfig, VerificationReport
from terraformer.verify import VerifierPool, VerifySettings
from terraformer.verify.requirements import BundlesUnavailable, Requirements

ACME = """
terraform {
  required_providers {
    acme = {
      source = "acme/acme"
    }
  }
}

resource "acme_thing" "a" {
  name = "a"
}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of the user's own."""
    monkeypatch.setenv("TERRAFORMER_BUNDLE_PATH", str(tmp_path))
    block = Block({"name": Attribute("name", "string", required=True)})
    content = BundleContent("acme/acme", "1.0.0", {})
    content.schemas["resource", "acme_thing"] = ResourceSchema("resource", "acme_thing", block)
    return write_bundle(content, tmp_path)


@pytest.fixture
def fresh(own: Path) -> Iterator[VerifierPool]:
    assert own.is_file()
    with VerifierPool(1, VerifySettings(cache=False)) as made:
        yield made


def verify(pool: VerifierPool) -> VerificationReport:
    return pool.verify(TerraformConfig({"main.tf": ACME.encode()}))


def test_a_bundle_that_vanishes_or_breaks_is_a_tool_error(own: Path, fresh: VerifierPool) -> None:
    assert verify(fresh).deployable is True
    contents = own.read_bytes()
    own.unlink()
    report = verify(fresh)
    assert [e.kind for e in report.tool_errors] == ["bundles"]
    assert "acme/acme" in report.tool_errors[0].message
    assert report.certificates == ()
    assert report.compilable is None
    assert report.stages[0].status is StageStatus.ERROR
    assert report.exit_code == 1
    own.write_bytes(contents)
    assert verify(fresh).deployable is True
    own.write_bytes(contents[: len(contents) // 2])
    assert [e.kind for e in verify(fresh).tool_errors] == ["bundles"]


def requirements(served: tuple[str, ...] = ()) -> Requirements:
    files = {"main.tf": ACME.encode()}
    return Requirements(TerraformConfig(files), scan(files), VerifySettings(), "1.12.0", served)


def test_no_bundle_at_all_is_a_tool_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORMER_BUNDLE_PATH", str(tmp_path))
    monkeypatch.setattr(bundle, "PACKAGE_DIRECTORY", tmp_path / "gone")
    with pytest.raises(BundlesUnavailable, match="no schema bundle can be read"):
        requirements(("acme/acme",)).check()


def test_an_unknown_provider_stays_a_finding() -> None:
    needed = requirements(("hashicorp/aws",))
    needed.check()
    assert [c.code for c in needed.certificates] == ["provider-unknown"]

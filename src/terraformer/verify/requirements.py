"""What a configuration requires before anything runs: versions of Terraform and of providers, and their schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.errors import BundleError, ToolFailure
from terraformer.hcl import BUILTIN_PROVIDER, ModuleTree
from terraformer.provider import bundle as bundles_room
from terraformer.provider.bundle import Bundle, normalize_source
from terraformer.provider.versions import matches, parse_constraints
from terraformer.types import Certificate, Severity, SourceRange, Stage, TerraformConfig
from terraformer.verify.fixes import nearest
from terraformer.verify.settings import VerifySettings
from terraformer.verify.snippets import snippet_of

__all__ = ["BundlesUnavailable", "Requirements", "state_types"]

_SOURCE = re.compile(r"(?:[\w.-]+(?::\d+)?/)?[\w-]+/[\w-]+")
_STATE_PROVIDER = re.compile(r'provider\["(?:registry\.(?:terraform\.io|opentofu\.org)/)?([^"]+)"\]')


class BundlesUnavailable(ToolFailure):
    """Schema bundles that should be there cannot be read: the package is being replaced, or a file is broken."""


@dataclass(slots=True)
class Requirements:
    """``check`` fills ``bundles`` (by provider source) and ``certificates``. ``version`` is Terraform's own, ``served``
    the provider sources that had bundles when the worker started.
    """

    config: TerraformConfig
    tree: ModuleTree
    settings: VerifySettings
    version: str
    served: Collection[str] = ()
    bundles: dict[str, Bundle] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)

    def check(self) -> None:
        """Raises BundlesUnavailable when the fault is ours: that says nothing about the configuration."""
        self._core()
        sources = dict.fromkeys([*self.tree.types_by_source(), *_state_sources(self.settings.state)])
        constraints = self.tree.constraints()
        for source in sources:
            # Terraform itself has something to say about a source that is not well-formed.
            if source != BUILTIN_PROVIDER and _SOURCE.fullmatch(source):
                self._provider(source, ", ".join(constraints.get(source, ())))

    @property
    def _severity(self) -> Severity:
        return Severity.ERROR if self.settings.strict_versions else Severity.WARNING

    def _certificate(
        self,
        severity: Severity,
        code: str,
        summary: str,
        detail: str,
        range_: SourceRange | None,
        fix: str,
        notes: Mapping[str, Any],
        address: str | None = None,
    ) -> None:
        snippet = snippet_of(self.config, range_)
        self.certificates.append(
            Certificate(
                Stage.COMPILE, severity, code, summary, detail, range_, address, snippet=snippet, fix=fix, notes=notes
            )
        )

    def _core(self) -> None:
        for module in self.tree.modules.values():
            for required in module.required_version:
                constraint = required.constraint
                notes = {"used": self.version, "constraint": constraint}
                try:
                    fits = matches(self.version, constraint)
                except ValueError:
                    self._certificate(
                        Severity.ERROR,
                        "invalid-version-constraint",
                        f"Invalid version constraint {constraint!r}",
                        "required_version is not a version constraint that Terraform can read.",
                        required.range,
                        'Write it like required_version = ">= 1.5".',
                        notes,
                    )
                    continue
                if not fits:
                    self._certificate(
                        self._severity,
                        "version-mismatch",
                        f"required_version {constraint!r} does not admit Terraform {self.version}",
                        f"The configuration was verified with Terraform {self.version} all the same.",
                        required.range,
                        f"Widen the constraint so that it admits {self.version}, or verify with another core.",
                        notes,
                    )

    def _provider(self, source: str, constraint: str) -> None:
        try:
            parse_constraints(constraint)
        except ValueError:
            constraint = ""  # Terraform reports it
        try:
            bundle = bundles_room.load(source, constraint)
        except BundleError as error:
            self._ours(source, str(error))
            self._unknown(source, str(error))
            return
        self.bundles[source] = bundle
        if bundle.matched:
            return
        used = bundle.version
        self._certificate(
            self._severity,
            "provider-version",
            f"{source} {constraint} is not installed: verified with {used}",
            f"The configuration asks for {source} {constraint}; the schema bundle that was used is that of version "
            f"{used}. "
            f"Arguments that changed between the two are judged by {used}.",
            self._range(source),
            f'Use version = ">= {used}", or install a bundle of that version (terraformer schema capture).',
            {"used": used, "constraint": constraint, "source": source},
        )

    def _ours(self, source: str, why: str) -> None:
        """Raise where a provider without a bundle is no finding: none is there at all, or its own was or is."""
        name = normalize_source(source)
        now = {info.source for info in bundles_room.installed()}
        if not now:
            raise BundlesUnavailable(
                "no schema bundle can be read: the package's bundles are gone. Install terraformer again"
            )
        if name in now:
            raise BundlesUnavailable(f"the schema bundle of {name} cannot be used: {why}")
        if name in self.served:
            raise BundlesUnavailable(f"the schema bundle of {name} was removed while it was in use")

    def _range(self, source: str) -> SourceRange | None:
        """Where the provider is required."""
        for module in self.tree.modules.values():
            for requirement in module.providers.values():
                if requirement.source == source and requirement.range is not None:
                    return requirement.range
        return None

    def _unknown(self, source: str, why: str) -> None:
        range_ = self._range(source)
        implied = range_ is None
        address: str | None = None
        types: list[str] = []
        for module in self.tree.modules.values():
            for block in module.blocks:
                if module.source_of(block.provider) == source:
                    types.append(block.type)
                    if range_ is None:
                        range_ = block.header
                        address = "".join(f"module.{s}." for s in module.key.split(".") if s) + block.address
        known = sorted({info.source for info in bundles_room.installed()})
        fix = (
            f"If {source} is a real provider, give its schema once: "
            "`terraform providers schema -json | terraformer schema capture -`."
        )
        near = _near_types(types[0]) if implied and types else []
        if near:
            fix = f"Did you mean {' or '.join(near)}? Otherwise: {fix}"
        self._certificate(
            Severity.ERROR,
            "provider-unknown",
            f"No schema bundle for provider {source}",
            f"{why}. Installed: {', '.join(known)}.",
            range_,
            fix,
            {"source": source},
            address,
        )


def _near_types(type_: str) -> list[str]:
    """Types of installed providers that end alike ("s3_bucket" -> "aws_s3_bucket")."""
    known = [
        t for source in {i.source for i in bundles_room.installed()} for t in bundles_room.load(source).resource_types
    ]
    exact = sorted({t for t in known if t.split("_", 1)[-1] == type_})
    return exact[:3] or nearest(type_, known, 2)


def _state_resources(state: bytes | None) -> list[Mapping[str, Any]]:
    if not state:
        return []
    try:
        resources = json.loads(state).get("resources") or []
    except (ValueError, AttributeError, RecursionError):
        return []
    return [r for r in resources if isinstance(r, Mapping)]


def state_types(state: bytes | None) -> frozenset[str]:
    """Managed types of a prior state: their schema is needed even when the configuration no longer names them."""
    return frozenset(str(r.get("type")) for r in _state_resources(state) if r.get("mode") == "managed")


def _state_sources(state: bytes | None) -> list[str]:
    found = (_STATE_PROVIDER.search(str(r.get("provider"))) for r in _state_resources(state))
    return [named[1] for named in found if named]

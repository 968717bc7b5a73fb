"""Keeps Terraform's process-wide cache of provider schemas true when one process serves many configurations.

Terraform remembers a provider's schema for as long as the process lives (providers.SchemaCache) and looks there before
it asks the provider; only a provider instance that is asked by itself writes there anew
(internal/plugin6/grpc_provider.go, internal/schemarepo/loadschemas). Since each configuration is served just the types
that it uses, the remembered schema is that of another configuration. Validating a provider block that holds an argument
makes Terraform ask the provider itself once more (an empty block does not, and a provider without resources is not
looked at), so a tiny module with such blocks is validated before. It costs three milliseconds and is left out when the
types are the same as last time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from terraformer.provider.server import ProviderHost, RunSpec
from terraformer.verify.terraform import Terraform

__all__ = ["SchemaRefresher"]


class SchemaRefresher:
    """``needed`` is False for a core that runs in processes of its own: it remembers nothing."""

    def __init__(self, scratch: str, *, needed: bool) -> None:
        self._needed = needed
        self._directory = Path(scratch) / "schemas"
        self._written: tuple[str, ...] | None = None
        self._known: dict[str, tuple[Any, ...]] = {}

    def refresh(self, terraform: Terraform, host: ProviderHost, spec: RunSpec) -> None:
        """Make Terraform fetch the schemas of the coming run. Raises OSError when the disk is full."""
        if not self._needed or not spec.bundles:
            return
        served = spec.schema_key
        stale = [
            source
            for source, bundle in spec.bundles.items()
            if self._known.get(source) != (id(bundle), bundle.version, served)
        ]
        if not stale:
            return
        self._write(tuple(sorted(stale)))
        host.begin(spec)
        try:
            terraform.run(str(self._directory), ["validate", "-no-color", "-json"], 1 << 24)
        finally:
            host.end()
        for source in stale:
            bundle = spec.bundles[source]
            self._known[source] = (id(bundle), bundle.version, served)

    def _write(self, sources: tuple[str, ...]) -> None:
        if self._written == sources:
            return
        self._written = None
        self._directory.mkdir(exist_ok=True)
        names = {f"p{number}": source for number, source in enumerate(sources)}
        module = {
            "terraform": {"required_providers": {name: {"source": source} for name, source in names.items()}},
            "provider": {name: {"terraformer_refresh": True} for name in names},
            "resource": {"terraformer_refresh": {name: {"provider": name} for name in names}},
        }
        (self._directory / "main.tf.json").write_text(json.dumps(module), encoding="utf-8")
        self._written = sources

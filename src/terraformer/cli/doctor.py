"""``terraformer doctor``: what this installation consists of."""

from __future__ import annotations

import platform
import sys

from terraformer._version import __version__
from terraformer.cli import settings_file, terminal
from terraformer.errors import SettingsError

__all__ = ["doctor"]


def doctor() -> int:
    """Show the Terraform core, the settings file in force, the provider schemas and the embedded model of this
    installation."""
    import platformdirs

    from terraformer import TerraformConfig
    from terraformer.models.embedded import packaged_model
    from terraformer.models.weights import SMOLLM2, cached_path
    from terraformer.provider import bundle
    from terraformer.verify import VerifierPool, VerifySettings

    with VerifierPool(1, VerifySettings(cache=False, keep_plan=False)) as pool:
        report = pool.verify(TerraformConfig.from_text('resource "terraform_data" "doctor" {}\n'))
    weights = packaged_model() or cached_path(SMOLLM2)
    settings, problem = _settings()
    rows = [
        ("terraformer", __version__),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("core", report.core or "none"),
        ("trial run", "passed" if report.passed else "failed"),
        ("settings", settings),
        ("embedded model", str(weights) if weights.is_file() else "not downloaded yet (fetched on first use)"),
        ("cache", platformdirs.user_cache_dir("terraformer")),
    ]
    rows.extend((f"schema {i.source}", f"{i.version} ({i.origin})") for i in bundle.installed())
    widest = max(len(name) for name, _ in rows)
    lines = [f"{name:<{widest}}  {value}" for name, value in rows]
    lines.extend(f"{error.kind}: {error.message}" for error in report.tool_errors)
    terminal.write("\n".join(lines) + "\n")
    return report.exit_code or (1 if problem else 0)


def _settings() -> tuple[str, bool]:
    """The settings file that is in force here with the keys that it names, and whether it has a fault."""
    try:
        force = settings_file.in_force(None)
    except SettingsError as error:
        return str(error), True
    if force.path is None:
        return "none (defaults)", False
    return f"{settings_file.shown(force.path)} ({', '.join(force.values) or 'names no key'})", False

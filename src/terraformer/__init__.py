"""terraformer: natural language to Terraform, generated or changed, proven by formal verification.

    from terraformer import TerraformConfig, verify
    report = verify(TerraformConfig.from_text('resource "aws_s3_bucket" "logs" { bucket = "my-logs" }'))
    report.deployable      # True: real Terraform planned it, with no provider binary, credentials or network

``generate``, ``mutate`` and ``repair`` give a Trace: ``trace.config`` is the answer, ``trace.report`` what was proven.

Names are loaded on first use, so that importing the package stays cheap.
"""

from __future__ import annotations

import importlib
import sys
import types as _types
from typing import TYPE_CHECKING, Any

from terraformer._version import __version__

if TYPE_CHECKING:
    from terraformer.errors import (
        BundleError,
        ModelError,
        PolicyError,
        SettingsError,
        TerraformerError,
        ToolFailure,
        UsageError,
    )
    from terraformer.generate import GenerateSettings, generate, repair, write_config
    from terraformer.generate.mutation import MutateSettings, MutationResult, mutate, mutation_result
    from terraformer.models import get_model
    from terraformer.types import (
        Assumption,
        Attempt,
        Certificate,
        ChangeScope,
        ChangeSummary,
        Policy,
        Severity,
        Stage,
        Task,
        TerraformConfig,
        ToolError,
        Trace,
        VerificationReport,
    )
    from terraformer.verify import (
        Applied,
        VerifierPool,
        VerifySettings,
        load_config,
        load_policies,
        verify,
        verify_async,
    )
    from terraformer.verify.compare import Comparison, compare

__all__ = [
    "Applied",
    "Assumption",
    "Attempt",
    "BundleError",
    "Certificate",
    "ChangeScope",
    "ChangeSummary",
    "Comparison",
    "GenerateSettings",
    "ModelError",
    "MutateSettings",
    "MutationResult",
    "Policy",
    "PolicyError",
    "SettingsError",
    "Severity",
    "Stage",
    "Task",
    "TerraformConfig",
    "TerraformerError",
    "ToolError",
    "ToolFailure",
    "Trace",
    "UsageError",
    "VerificationReport",
    "VerifierPool",
    "VerifySettings",
    "__version__",
    "compare",
    "generate",
    "get_model",
    "load_config",
    "load_policies",
    "mutate",
    "mutation_result",
    "repair",
    "verify",
    "verify_async",
    "write_config",
]

_ROOMS = {
    "terraformer.errors": (
        "BundleError",
        "ModelError",
        "PolicyError",
        "SettingsError",
        "TerraformerError",
        "ToolFailure",
        "UsageError",
    ),
    "terraformer.types": (
        "Assumption",
        "Attempt",
        "Certificate",
        "ChangeScope",
        "ChangeSummary",
        "Policy",
        "Severity",
        "Stage",
        "Task",
        "TerraformConfig",
        "ToolError",
        "Trace",
        "VerificationReport",
    ),
    "terraformer.verify": (
        "Applied",
        "Comparison",
        "VerifierPool",
        "VerifySettings",
        "compare",
        "load_config",
        "load_policies",
        "verify",
        "verify_async",
    ),
    "terraformer.generate": ("GenerateSettings", "generate", "repair", "write_config"),
    "terraformer.generate.mutation": ("MutateSettings", "MutationResult", "mutate", "mutation_result"),
    "terraformer.models": ("get_model",),
}
_HOME = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    room = _HOME.get(name)
    if room is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(room), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(_types.ModuleType):
    """Keeps ``from terraformer import verify`` the function, whatever has imported the room ``terraformer.verify``.

    The import system binds a submodule on its parent after loading it; for the rooms whose name is also that of a
    public function that binding is dropped (``from terraformer.verify import ...`` does not need it).
    """

    def __setattr__(self, name: str, value: object) -> None:
        if name in _HOME and isinstance(value, _types.ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

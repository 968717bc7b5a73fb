"""The exception tree. Every exception that the package raises on purpose derives from TerraformerError.

    TerraformerError
    ├── UsageError            the caller's input is wrong: one line, naming the file and the mend (exit code 1)
    │   ├── SettingsError     a settings file or option
    │   └── PolicyError       a Rego file that cannot be read
    ├── BundleError           a schema bundle is missing, broken or cannot be compiled
    ├── ToolFailure           Terraform, regorus, a worker or the disk failed: never the user's fault, never a score
    └── ModelError            a model could not answer (authentication, rate limit, timeout, bad reply)

Findings about a configuration are never exceptions: they are Certificates.
"""

from __future__ import annotations

__all__ = [
    "BundleError",
    "ModelError",
    "PolicyError",
    "SettingsError",
    "TerraformerError",
    "ToolFailure",
    "UsageError",
]


class TerraformerError(Exception):
    """Base of all errors of this package."""


class UsageError(TerraformerError):
    """The caller's input is wrong. The message is one line that names the input and the mend."""


class SettingsError(UsageError):
    """A settings file or an option has a wrong value."""


class PolicyError(UsageError):
    """A policy file or directory cannot be used."""


class BundleError(TerraformerError):
    """A schema bundle is missing, broken, or cannot be compiled."""


class ToolFailure(TerraformerError):
    """A tool (Terraform, regorus, a worker process, the disk) failed. Never the fault of the configuration."""


class ModelError(TerraformerError):
    """A model could not answer.

    ``retryable`` tells whether the same call may succeed later.
    """

    def __init__(self, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.retryable = retryable

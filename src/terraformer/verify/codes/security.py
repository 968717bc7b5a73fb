"""Codes of the security stage. Its checks are Checkov's: a certificate's ``rule`` names the one that does not pass."""

from __future__ import annotations

from terraformer.types import Stage
from terraformer.verify.codes.model import CodeInfo
from terraformer.verify.settings import CheckSettings

__all__ = ["SECURITY_CODES"]

_STAGES = ("compile", "deploy", "security")

SECURITY_CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "security-finding",
        "A security check does not pass",
        Stage.SECURITY,
        "Checkov looks at the source of every resource, data source, provider and module call: encryption, public "
        "access, logging, backups, privileges. The certificate's rule is the check's id (CKV_AWS_7), its summary what "
        "the check asks for.",
        "Change the resource as the certificate's fix says. Where the setting is meant to be so, put the comment "
        "#checkov:skip=ID:reason into the block, or the id into the stage's skips in the settings.",
        bad={
            "main.tf": 'resource "aws_kms_key" "main" {\n  description         = "for the logs"\n  '
            "enable_key_rotation = false\n}\n"
        },
        good={
            "main.tf": 'resource "aws_kms_key" "main" {\n  description         = "for the logs"\n  '
            "enable_key_rotation = true\n}\n"
        },
        settings={"stages": _STAGES, "security": CheckSettings(only=("CKV_AWS_7",))},
    ),
)

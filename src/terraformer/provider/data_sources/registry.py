"""Which reader answers which data source."""

from __future__ import annotations

from terraformer.provider.data_sources import archive, aws_meta, cloudinit, local, policy_document, template
from terraformer.provider.data_sources.reading import Reader

__all__ = ["CHECKS", "READERS", "check_for", "reader_for"]

READERS: dict[str, dict[str, Reader]] = {
    "hashicorp/archive": archive.READERS,
    "hashicorp/cloudinit": cloudinit.CLOUDINIT,
    "hashicorp/local": local.LOCAL,
    "hashicorp/null": local.NULL,
    "hashicorp/template": {**template.READERS, **cloudinit.TEMPLATE},
    "hashicorp/aws": {**aws_meta.READERS, "aws_iam_policy_document": policy_document.policy_document},
}


CHECKS: dict[str, dict[str, Reader]] = {
    "hashicorp/archive": archive.CHECKS,
    "hashicorp/aws": {"aws_iam_policy_document": policy_document.check},
    "hashicorp/cloudinit": cloudinit.CLOUDINIT_CHECKS,
    "hashicorp/template": {**template.CHECKS, **cloudinit.TEMPLATE_CHECKS},
}
"""What a provider already refuses at validation: the same signature, only ``error`` is used."""


def check_for(source: str, type: str) -> Reader | None:
    """The validation-time check of a data source type, if it has one."""
    return CHECKS.get(source, {}).get(type)


def reader_for(source: str, type: str) -> Reader | None:
    """The reader of a data source type; None where only the generic answer exists."""
    return READERS.get(source, {}).get(type)

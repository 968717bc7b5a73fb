"""Which reader answers which data source."""

from __future__ import annotations

from terraformer.provider.data_sources import aws_meta, policy_document
from terraformer.provider.data_sources.reading import Reader

__all__ = ["CHECKS", "READERS", "check_for", "reader_for"]

READERS: dict[str, dict[str, Reader]] = {
    "hashicorp/aws": {**aws_meta.READERS, "aws_iam_policy_document": policy_document.policy_document},
}


CHECKS: dict[str, dict[str, Reader]] = {
    "hashicorp/aws": {"aws_iam_policy_document": policy_document.check},
}
"""What a provider already refuses at validation: the same signature, only ``error`` is used."""


def check_for(source: str, type: str) -> Reader | None:
    """The validation-time check of a data source type, if it has one."""
    return CHECKS.get(source, {}).get(type)


def reader_for(source: str, type: str) -> Reader | None:
    """The reader of a data source type; None where only the generic answer exists."""
    return READERS.get(source, {}).get(type)

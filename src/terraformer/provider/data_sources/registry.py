"""Which reader answers which data source."""

from __future__ import annotations

from terraformer.provider.data_sources import (
    archive,
    aws_constants,
    aws_documents,
    aws_lookup,
    aws_meta,
    aws_objects,
    azure,
    builtin,
    cloudinit,
    google,
    local,
    policy_document,
    remote,
    template,
)
from terraformer.provider.data_sources.reading import Reader

__all__ = ["CHECKS", "READERS", "check_for", "reader_for"]

READERS: dict[str, dict[str, Reader]] = {
    builtin.SOURCE: builtin.READERS,
    "hashicorp/archive": archive.READERS,
    "hashicorp/azurerm": azure.READERS,
    "hashicorp/cloudinit": cloudinit.CLOUDINIT,
    "hashicorp/external": remote.EXTERNAL,
    "hashicorp/google": google.READERS,
    "hashicorp/google-beta": google.READERS,
    "hashicorp/http": remote.HTTP,
    "hashicorp/local": local.LOCAL,
    "hashicorp/null": local.NULL,
    "hashicorp/tls": remote.TLS,
    "hashicorp/vault": remote.VAULT,
    "hashicorp/template": {**template.READERS, **cloudinit.TEMPLATE},
    "hashicorp/aws": {
        **aws_objects.READERS,
        **aws_lookup.READERS,
        **aws_constants.READERS,
        **aws_documents.READERS,
        **aws_meta.READERS,
        "aws_iam_policy_document": policy_document.policy_document,
    },
}


CHECKS: dict[str, dict[str, Reader]] = {
    "hashicorp/archive": archive.CHECKS,
    "hashicorp/aws": {
        **aws_lookup.CHECKS,
        **aws_constants.CHECKS,
        **aws_documents.CHECKS,
        "aws_iam_policy_document": policy_document.check,
    },
    **remote.CHECKS,
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

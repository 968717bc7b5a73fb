"""Checks of provider blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from terraformer.provider.diagnostics import Diagnostic

__all__ = ["check_configure"]

# Region names that aws-sdk-go-base knows (the SDK's partition metadata, equal to botocore's endpoints data of 2026-11).
REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
        "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
        "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2",
        "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1",
        "me-central-1", "me-south-1", "me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1",
        "us-east-2", "us-west-1", "us-west-2", "aws-global", "cn-north-1", "cn-northwest-1", "aws-cn-global",
        "us-gov-east-1", "us-gov-west-1", "aws-us-gov-global", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
        "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1", "eusc-de-east-1",
    }
)  # fmt: skip


def check_configure(source: str, value: Mapping[str, Any]) -> list[Diagnostic]:
    """What the provider rejects when it is configured (in a plan, not in ``validate``).

    Source: aws-sdk-go-base validation.SupportedRegion, called unless ``skip_region_validation`` is true.
    """
    region = value.get("region")
    if source != "hashicorp/aws" or not isinstance(region, str) or not region:
        return []
    if value.get("skip_region_validation") is not None and value.get("skip_region_validation") is not False:
        return []
    if region in REGIONS:
        return []
    return [Diagnostic("error", f"invalid AWS Region: {region}", "", ("region",), "provider-invalid-region")]

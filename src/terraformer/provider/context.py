"""What provider code may know of a run: never the user's environment, network or clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ACCOUNT_ID", "ProviderContext"]

ACCOUNT_ID = "123456789012"
"""The made-up AWS account of every hermetic plan (AWS's own documentation account)."""


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """One configured provider instance in one run.

    ``settings`` is the configured provider block's value (null and unknown parts included). ``workdir`` is the copy
    of the configuration's root module directory: relative file names are resolved against it, and reading or writing
    outside ``sandbox`` must be refused.
    """

    source: str
    version: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    workdir: str = "."
    sandbox: str = "."

    @property
    def region(self) -> str:
        """AWS region of the provider block, "us-east-1" when it names none."""
        region = self.settings.get("region")
        return region if isinstance(region, str) and region else "us-east-1"

    @property
    def partition(self) -> str:
        """The AWS partition that the region belongs to."""
        region = self.region
        for prefix, partition in (
            ("cn-", "aws-cn"),
            ("us-gov-", "aws-us-gov"),
            ("us-iso-", "aws-iso"),
            ("us-isob-", "aws-iso-b"),
            ("eu-isoe-", "aws-iso-e"),
            ("us-isof-", "aws-iso-f"),
            ("eusc-", "aws-eusc"),
        ):
            if region.startswith(prefix):
                return partition
        return "aws"

    @property
    def account_id(self) -> str:
        """The account id allowed or assumed by the provider block where that tells it, else ACCOUNT_ID."""
        allowed = self.settings.get("allowed_account_ids")
        if isinstance(allowed, list) and len(allowed) == 1 and isinstance(allowed[0], str):
            return allowed[0]
        for role in self.settings.get("assume_role") or []:
            arn = role.get("role_arn") if isinstance(role, dict) else None
            match = re.fullmatch(r"arn:[\w-]+:iam::(\d{12}):role/.+", arn) if isinstance(arn, str) else None
            if match:
                return match[1]
        return ACCOUNT_ID

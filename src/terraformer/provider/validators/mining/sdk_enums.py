"""The members of the AWS SDK's enumerations, from botocore's service models.

The Go SDK (v2) is generated from the same models: package ``service/<id>/types`` is the model whose serviceId is <id>
without spaces, and a constant is the enumeration's name followed by the value in camel case.
"""

from __future__ import annotations

import re
from functools import cache

__all__ = ["SdkEnums"]


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


class SdkEnums:
    """Look-ups by Go import path. Needs botocore (the newest: a new member missing here would reject what is valid)."""

    def __init__(self) -> None:
        from botocore.loaders import Loader
        from botocore.session import Session

        self._loader: Loader = Session().get_component("data_loader")
        self._services: dict[str, str] = {}
        for name in self._loader.list_available_services("service-2"):
            metadata = self._loader.load_service_model(name, "service-2")["metadata"]
            self._services[_fold(metadata.get("serviceId", name))] = name

    @cache  # noqa: B019 - one instance lives as long as the run
    def _enums(self, package: str) -> dict[str, tuple[str, ...]]:
        service = self._services.get(_fold(package))
        if service is None:
            return {}
        shapes = self._loader.load_service_model(service, "service-2")["shapes"]
        return {_fold(n): tuple(s["enum"]) for n, s in shapes.items() if "enum" in s}

    @staticmethod
    def _split(path: str) -> tuple[str, str] | None:
        match = re.fullmatch(r"github\.com/aws/aws-sdk-go-v2/service/(\w+)(?:/types)?\.(\w+)", path)
        return (match[1], match[2]) if match else None

    def members(self, path: str) -> tuple[str, ...] | None:
        """Members of "github.com/aws/aws-sdk-go-v2/service/sqs/types.QueueAttributeName", or None."""
        split = self._split(path)
        return self._enums(split[0]).get(_fold(split[1])) if split else None

    def constant(self, path: str) -> str | None:
        """The value of a constant such as ".../types.BillingModePayPerRequest", or None."""
        split = self._split(path)
        if split is None:
            return None
        folded = _fold(split[1])
        hits = {
            member
            for name, members in self._enums(split[0]).items()
            if folded.startswith(name)
            for member in members
            if _fold(member) == folded[len(name) :]
        }
        return hits.pop() if len(hits) == 1 else None

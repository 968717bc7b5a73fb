"""What go_facts needs to know of terraform-provider-azurerm: how it registers its types, and its shared arguments.

Services register resources in ``Registration.SupportedResources`` and ``SupportedDataSources`` (functions that give a
schema) and in ``Resources`` and ``DataSources`` (types with an Arguments method). Arguments out of go-azure-helpers'
``commonschema`` are known by their function's name only: those whose name or nature says that they force a replacement.
Not covered: defaults that are constants of the Azure SDK.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from terraformer.provider.compiler.go_eval import Evaluator, Opaque, Struct

__all__ = ["azure_resources", "shared_argument"]

_REPLACING = {"ResourceGroupName", "Location", "ResourceGroupNameDiffSuppress", "SchemaResourceGroupNameDiffSuppress"}


def shared_argument(body: Any) -> dict[str, Any]:
    """Facts of an argument that is only known by the function it comes from."""
    if not isinstance(body, Opaque) or body.arguments is None:
        return {}
    return {"force_new": True} if body.name in _REPLACING or body.name.endswith("ForceNew") else {}


def azure_resources(evaluator: Evaluator, index: Path) -> Iterator[tuple[str, str, Any]]:
    """(kind, type, evaluated schema.Resource) of everything that the services register."""
    for folder in sorted((index / "internal/services").iterdir()):
        package = f"internal/services/{folder.name}"
        for method, kind in (("SupportedResources", "resource"), ("SupportedDataSources", "data")):
            frame = evaluator.call_method(package, "Registration", method)
            if frame is not None and isinstance(frame.returned, dict):
                for name, resource in frame.returned.items():
                    yield kind, name, resource
        for method, kind in (("Resources", "resource"), ("DataSources", "data")):
            frame = evaluator.call_method(package, "Registration", method)
            for item in frame.returned if frame is not None and isinstance(frame.returned, list) else []:
                receiver = item.type if isinstance(item, Struct) else ""
                if not re.fullmatch(r"\w+", receiver):
                    continue
                name = evaluator.call_method(package, receiver, "ResourceType")
                arguments = evaluator.call_method(package, receiver, "Arguments")
                if name is not None and arguments is not None and isinstance(name.returned, str):
                    yield kind, name.returned, Struct("pluginsdk.Resource", {"Schema": arguments.returned})

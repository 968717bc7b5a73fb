"""terraform_remote_state, which Terraform serves itself (terraform.io/builtin/terraform): it would read a backend.

Where the host serves that provider too, no backend is asked: ``outputs`` has the keys that the configuration takes,
each with a value of the shape that its use and its name suggest. Arguments are those of Terraform's own data source.
"""

from __future__ import annotations

import re
from typing import Any

from terraformer.provider.data_sources.guesses import guess
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.usage import uses

__all__ = ["READERS", "SOURCE"]

SOURCE = "terraform.io/builtin/terraform"

_PLURAL = re.compile(r"(_ids|_arns|_cidrs?_blocks|_cidrs|subnets|zones|names|ips|addresses|groups)$")
_LISTED = re.compile(r"\s*\[(\d+|\*)\]|\s*\)?\s*\[count\.index")
_WRAPPED = re.compile(r"(toset|length|join|element|concat|slice|flatten|tolist|for_each\s*=|\bin)\W*$")


def shaped(reading: Reading, key: str, before: list[str], after: list[str]) -> Any:
    """A value for an output called ``key``, used with this text before and after it in the configuration."""
    inner = {m[1] or m[2] for text in after if (m := re.match(r'\.([A-Za-z_][\w-]*)|\["([^"\\]+)"\]', text))}
    if inner:
        return {name: guess(reading, name) for name in sorted(inner)}
    listed = any(_LISTED.match(text) for text in after) or any(_WRAPPED.search(text) for text in before)
    if listed or _PLURAL.search(key):
        singular = re.sub(r"(?<=s)es$|s$", "", key)
        return [guess(reading, singular), guess(reading, f"second/{singular}") + _second(singular)]
    return guess(reading, key)


def _second(singular: str) -> str:
    """Makes the second of two guesses differ where only the name decides it."""
    return "" if re.search(r"_id$|^(vpc|subnet|sg|ami)", singular) else "-2"


def _remote_state(reading: Reading) -> None:
    defaults = reading.get("defaults")
    outputs: dict[str, Any] = {}
    for key, before, after in uses(reading, "outputs"):
        outputs[key] = shaped(reading, key, before, after)
    if isinstance(defaults, dict):
        outputs.update(defaults)
    why = "no backend is read; the outputs that the configuration takes are made up"
    reading.set("outputs", outputs, why)


READERS: dict[str, Reader] = {"terraform_remote_state": _remote_state}

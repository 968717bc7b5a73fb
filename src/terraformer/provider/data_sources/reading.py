"""What every data source reader works with: the call (input and result in one), and the result that leaves the room."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.schema import ResourceSchema, implied_type
from terraformer.provider.values import Unknown

__all__ = ["ReadResult", "Reader", "Reading", "attribute_types", "canonical", "digest_number", "hex_of"]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a data source answered.

    ``state`` is the full object of the schema's implied type. ``assumed`` maps the top-level attributes whose value
    had to be made up to one line that says why. With an error among ``diagnostics`` the state is not to be used.
    """

    state: dict[str, Any]
    assumed: dict[str, str] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any diagnostic is an error."""
        return any(d.severity == "error" for d in self.diagnostics)


def attribute_types(schema: ResourceSchema) -> dict[str, Any]:
    """The cty types of the top-level attributes and blocks, by name."""
    types: dict[str, Any] = implied_type(schema.block)[1]
    return types


class Reading:
    """One data source read in progress. Readers fill ``state`` through ``set`` and report through ``error``."""

    def __init__(
        self, source: str, type: str, value: Mapping[str, Any], schema: ResourceSchema, ctx: ProviderContext
    ) -> None:
        self.source = source
        self.type = type
        self.schema = schema
        self.ctx = ctx
        self.types = attribute_types(schema)
        self.value = {name: value.get(name) for name in self.types}
        self.state: dict[str, Any] = dict(self.value)
        self.assumed: dict[str, str] = {}
        self.diagnostics: list[Diagnostic] = []
        self.settled: set[str] = set()

    # -- configuration ------------------------------------------------------------------------------------------

    def get(self, name: str, default: Any = None) -> Any:
        """The configured value, ``default`` where it is null, absent or unknown."""
        value = self.value.get(name)
        return default if value is None or isinstance(value, Unknown) else value

    def text(self, name: str, default: str = "") -> str:
        """The configured value where it is a string."""
        value = self.get(name)
        return value if isinstance(value, str) else default

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """The configured blocks of a name as a list, whatever their nesting."""
        value = self.get(name)
        if isinstance(value, dict):
            return [value]
        if isinstance(value, list):
            return [b for b in value if isinstance(b, dict)]
        return []

    @property
    def region(self) -> str:
        """The ``region`` argument (AWS 6), else the provider's region."""
        return self.text("region") or self.ctx.region

    @property
    def partition(self) -> str:
        """The AWS partition of ``region``."""
        if self.region == self.ctx.region:
            return self.ctx.partition
        return ProviderContext(self.ctx.source, self.ctx.version, {"region": self.region}).partition

    def arn(self, service: str, resource: str, *, region: str | None = None, account: str | None = None) -> str:
        """An ARN in the run's partition; region and account default to the run's ("" leaves them out)."""
        region = self.region if region is None else region
        account = self.ctx.account_id if account is None else account
        return f"arn:{self.partition}:{service}:{region}:{account}:{resource}"

    # -- result -------------------------------------------------------------------------------------------------

    def set(self, name: str, value: Any, why: str | None = None) -> None:
        """Set a computed value; ``why`` marks it as made up. A configured value, or one already set, wins over it.

        Names that this version of the schema lacks are ignored. A value of None settles the attribute as null.
        """
        if name not in self.types or name in self.settled or self.value.get(name) is not None:
            return
        self.state[name] = value
        self.settled.add(name)
        if why and value is not None:
            self.assumed[name] = why

    def override(self, name: str, value: Any) -> None:
        """Set a value even over a configured one (providers that normalise an argument)."""
        if name in self.types:
            self.state[name] = value
            self.settled.add(name)

    def error(self, summary: str, detail: str = "", path: Path = (), code: str = "data-source") -> None:
        self.diagnostics.append(Diagnostic("error", summary, detail, path, code))

    def warning(self, summary: str, detail: str = "", path: Path = (), code: str = "data-source") -> None:
        self.diagnostics.append(Diagnostic("warning", summary, detail, path, code))

    @property
    def failed(self) -> bool:
        return any(d.severity == "error" for d in self.diagnostics)

    @cached_property
    def seed(self) -> str:
        """Equal for equal (source, type, configuration); never depends on the clock or on other data sources."""
        return f"{self.source}|{self.type}|{canonical(self.value)}"

    def hex(self, length: int, salt: str = "") -> str:
        """``length`` hexadecimal digits (at most 64) that follow from the seed."""
        return hex_of(f"{self.seed}|{salt}", length)


Reader = Callable[[Reading], None]


def hex_of(seed: str, length: int) -> str:
    """The first ``length`` (at most 64) hexadecimal digits of the seed's SHA-256."""
    return hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def digest_number(seed: str, digits: int) -> str:
    """A decimal number of exactly ``digits`` digits, not starting with 0, that follows from the seed."""
    number = int(hex_of(seed, 64), 16) % (9 * 10 ** (digits - 1))
    return str(number + 10 ** (digits - 1))


def canonical(value: Any) -> str:
    """A text that is equal for equal values; unknown parts are all alike."""
    if isinstance(value, Unknown):
        return "?"
    if isinstance(value, dict):
        return "{" + ",".join(f"{k}:{canonical(value[k])}" for k in sorted(value) if value[k] is not None) + "}"
    if isinstance(value, list):
        return "[" + ",".join(canonical(v) for v in value) + "]"
    return repr(value)

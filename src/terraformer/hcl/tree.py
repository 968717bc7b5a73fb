"""What a scan of Terraform files finds: modules, and references to the blocks in them. Frozen records, no behaviour.

Ranges are exact in bytes. Columns count what a person sees as characters (grapheme clusters, as Terraform does).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.types import SourceRange

__all__ = [
    "BUILTIN_PROVIDER",
    "NOT_LITERAL",
    "BackendRef",
    "BlockRef",
    "FileCall",
    "Module",
    "ModuleCall",
    "ModuleTree",
    "OutputRef",
    "ParseError",
    "ProviderBlock",
    "ProviderRequirement",
    "ProvisionerRef",
    "RefactorRef",
    "UsedTypes",
    "ValidationRef",
    "VariableRef",
    "VersionConstraint",
]

BUILTIN_PROVIDER: Final = "terraform.io/builtin/terraform"
"""Source of the provider inside Terraform itself (terraform_data, terraform_remote_state)."""


class _NotLiteral:
    """Stands for "an expression that only Terraform can evaluate", since None (null) is a literal of its own."""

    def __repr__(self) -> str:
        return "NOT_LITERAL"

    def __bool__(self) -> bool:
        return False

    def __reduce__(self) -> str:
        return "NOT_LITERAL"


NOT_LITERAL: Final = _NotLiteral()


@dataclass(frozen=True, slots=True)
class ParseError:
    """A place that the scanner could not read. A hint only: Terraform's own parser is the judge of syntax."""

    file: str
    message: str
    range: SourceRange | None = None


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A resource, data source or ephemeral resource.

    ``kind`` is "resource", "data" or "ephemeral". ``range`` is the whole block, ``header`` its first line up to the
    brace (what Terraform's diagnostics point at). ``provider`` is the local name of the provider that it belongs to,
    with ".alias" where one is named. ``repeated`` is "count", "for_each" or "".
    """

    kind: str
    type: str
    name: str
    file: str
    range: SourceRange
    header: SourceRange
    provider: str = ""
    repeated: str = ""

    @property
    def address(self) -> str:
        """Address inside its module: "aws_s3_bucket.logs", "data.aws_ami.ubuntu"."""
        prefix = "" if self.kind == "resource" else f"{self.kind}."
        return f"{prefix}{self.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class ProviderRequirement:
    """An entry of required_providers, or one that Terraform implies (``implied``; then there is no range).

    ``source`` is normalised: "hashicorp/aws" for the public registry, with the host in front for any other,
    BUILTIN_PROVIDER for the one in Terraform. ``constraint`` is "" when there is none.
    """

    name: str
    source: str
    constraint: str = ""
    implied: bool = False
    range: SourceRange | None = None


@dataclass(frozen=True, slots=True)
class ProviderBlock:
    """A ``provider`` block. ``version`` is the constraint that old configurations put there."""

    name: str
    alias: str
    file: str
    range: SourceRange
    header: SourceRange
    version: str = ""


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """A ``module`` block. ``source`` is None when it is not a literal. ``key`` is the key of the module that it
    leads to in ModuleTree.modules, None when that module's files are not among those scanned."""

    name: str
    source: str | None
    version: str
    file: str
    range: SourceRange
    header: SourceRange
    source_range: SourceRange | None = None
    key: str | None = None
    repeated: str = ""

    @property
    def is_local(self) -> bool:
        return self.source is not None and self.source.startswith(("./", "../"))


@dataclass(frozen=True, slots=True)
class ValidationRef:
    """A ``validation`` block of a variable: the text of its condition, and its message where that is a literal."""

    condition: str
    error_message: str | None
    range: SourceRange


@dataclass(frozen=True, slots=True)
class VariableRef:
    """``type_expr`` is the type constraint as written ("list(string)"), None when there is none. ``default`` is the
    default's value where it is a literal, else NOT_LITERAL (also when ``has_default`` is False)."""

    name: str
    type_expr: str | None
    has_default: bool
    sensitive: bool
    nullable: bool
    validations: tuple[ValidationRef, ...]
    range: SourceRange
    header: SourceRange
    default: Any = NOT_LITERAL
    description: str = ""
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class OutputRef:
    name: str
    value: str
    sensitive: bool
    range: SourceRange
    header: SourceRange


@dataclass(frozen=True, slots=True)
class VersionConstraint:
    constraint: str
    range: SourceRange


@dataclass(frozen=True, slots=True)
class BackendRef:
    """A ``backend`` block (``kind`` "backend", ``type`` e.g. "s3") or a ``cloud`` block (``type`` "")."""

    kind: str
    type: str
    range: SourceRange


@dataclass(frozen=True, slots=True)
class ProvisionerRef:
    type: str
    address: str
    range: SourceRange


@dataclass(frozen=True, slots=True)
class FileCall:
    """A call of a function that reads the file system. ``literal`` is its first argument where that is a literal
    string, else None; ``argument`` is the text of all arguments."""

    function: str
    argument: str
    literal: str | None
    range: SourceRange


@dataclass(frozen=True, slots=True)
class RefactorRef:
    """A ``moved``, ``removed`` or ``import`` block. ``source`` and ``target`` are the addresses as written in
    ``from`` and ``to`` ("" where absent); ``id`` the text of an import's ``id``."""

    kind: str
    source: str
    target: str
    range: SourceRange
    id: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """One module of the tree. ``dir`` is relative to the configuration's top directory ("." for the top itself).

    ``functions`` are the names of all functions called ("file", "provider::aws::arn_parse"). Blocks of override files
    are merged as Terraform merges them; they are not listed a second time.
    """

    key: str
    dir: str
    source: str
    files: tuple[str, ...] = ()
    resources: tuple[BlockRef, ...] = ()
    data: tuple[BlockRef, ...] = ()
    ephemeral: tuple[BlockRef, ...] = ()
    providers: Mapping[str, ProviderRequirement] = field(default_factory=dict)
    provider_blocks: tuple[ProviderBlock, ...] = ()
    module_calls: tuple[ModuleCall, ...] = ()
    variables: tuple[VariableRef, ...] = ()
    outputs: tuple[OutputRef, ...] = ()
    locals: Mapping[str, SourceRange] = field(default_factory=dict)
    required_version: tuple[VersionConstraint, ...] = ()
    backend_ranges: tuple[BackendRef, ...] = ()
    provisioners: tuple[ProvisionerRef, ...] = ()
    file_calls: tuple[FileCall, ...] = ()
    functions: frozenset[str] = frozenset()
    imports: tuple[RefactorRef, ...] = ()
    moved: tuple[RefactorRef, ...] = ()
    removed: tuple[RefactorRef, ...] = ()
    parse_errors: tuple[ParseError, ...] = ()

    @property
    def blocks(self) -> tuple[BlockRef, ...]:
        """Resources, data sources and ephemeral resources, in this order."""
        return (*self.resources, *self.data, *self.ephemeral)

    def block(self, address: str) -> BlockRef | None:
        """The block with the given address inside this module; instance keys are ignored."""
        bare = address.split("[", 1)[0]
        return next((b for b in self.blocks if b.address == bare), None)

    def source_of(self, provider: str) -> str:
        """The provider source of a block's ``provider`` ("aws", "google-beta.eu")."""
        name = provider.split(".", 1)[0]
        requirement = self.providers.get(name)
        if requirement is not None:
            return requirement.source
        return BUILTIN_PROVIDER if name == "terraform" else f"hashicorp/{name.lower()}"


@dataclass(frozen=True, slots=True)
class UsedTypes:
    """The types that a configuration names, whatever provider they belong to."""

    resources: frozenset[str] = frozenset()
    data: frozenset[str] = frozenset()
    ephemeral: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModuleTree:
    """All modules that could be reached, by key: "" the root, "vpc", "vpc.subnets" (as in modules.json)."""

    modules: Mapping[str, Module]
    parse_errors: tuple[ParseError, ...] = ()

    @property
    def root(self) -> Module:
        return self.modules[""]

    def types_in_use(self) -> UsedTypes:
        """The types of every block, and of the addresses in moved, removed and import blocks."""
        found = self.types_by_source().values()
        return UsedTypes(
            frozenset().union(*(u.resources for u in found)),
            frozenset().union(*(u.data for u in found)),
            frozenset().union(*(u.ephemeral for u in found)),
        )

    def types_by_source(self) -> dict[str, UsedTypes]:
        """The types in use of each provider source; a provider that is only required or configured has empty ones."""
        kinds: dict[str, dict[str, set[str]]] = {}

        def of(source: str) -> dict[str, set[str]]:
            return kinds.setdefault(source, {"resource": set(), "data": set(), "ephemeral": set()})

        for module in self.modules.values():
            for requirement in module.providers.values():
                of(requirement.source)
            for block in module.blocks:
                of(module.source_of(block.provider))[block.kind].add(block.type)
            for ref in (*module.moved, *module.removed, *module.imports):
                for address in (ref.source, ref.target):
                    type_ = resource_type_of(address)
                    if type_:
                        of(module.source_of(type_.split("_", 1)[0]))["resource"].add(type_)
        return {
            source: UsedTypes(frozenset(k["resource"]), frozenset(k["data"]), frozenset(k["ephemeral"]))
            for source, k in sorted(kinds.items())
        }

    def constraints(self) -> dict[str, tuple[str, ...]]:
        """Every version constraint on each provider source, in the order of modules."""
        found: dict[str, list[str]] = {}
        for module in self.modules.values():
            for requirement in module.providers.values():
                known = found.setdefault(requirement.source, [])
                versions = [b.version for b in module.provider_blocks if b.name == requirement.name]
                known.extend(c for c in (requirement.constraint, *versions) if c and c not in known)
        return {source: tuple(known) for source, known in sorted(found.items())}

    def find(self, address: str) -> tuple[Module, BlockRef] | None:
        """The module and block of a full address: 'module.vpc[0].aws_subnet.public["a"]'."""
        key, rest = split_address(address)
        module = self.modules.get(key)
        block = module.block(rest) if module else None
        return (module, block) if module and block else None


def split_address(address: str) -> tuple[str, str]:
    """Split a full address into the module's key and the address inside it, without the modules' instance keys.

    Instance keys may hold any character in quotes, so this walks the text instead of splitting at dots.
    """
    steps: list[str] = []
    start = depth = 0
    quoted = False
    i = 0
    while i < len(address):
        c = address[i]
        if quoted:
            if c == "\\":
                i += 1
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c == "[":
            depth += 1
        elif c == "]":
            depth -= 1
        elif c == "." and depth == 0:
            steps.append(address[start:i])
            start = i + 1
        i += 1
    steps.append(address[start:])
    keys: list[str] = []
    while len(steps) >= 2 and steps[0] == "module":
        keys.append(steps[1].split("[", 1)[0])
        del steps[:2]
    return ".".join(keys), ".".join(steps)


def resource_type_of(address: str) -> str:
    """The managed resource type that an address names, "" when it names a module or a data source."""
    rest = split_address(address.strip())[1]
    type_, dot, _ = rest.partition(".")
    return type_ if dot and type_ not in ("data", "ephemeral", "module") and "[" not in type_ else ""

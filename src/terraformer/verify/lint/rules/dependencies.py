"""Rules on what a module depends on: Terraform, providers, other modules.

Source: the rules of tflint-ruleset-terraform (names, severities, membership of presets and behaviour), the addresses of
hashicorp/terraform-registry-address and the detectors of hashicorp/go-getter; own code. A module's source or version
that is not known (a literal, a local value, a variable's default) is not judged.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from terraformer.hcl import BUILTIN_PROVIDER, normalise_source
from terraformer.hcl.syntax import Block, Expression
from terraformer.provider import bundle as bundles
from terraformer.types import Severity, SourceRange
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.source import LintModule, block_address

__all__ = ["DEPENDENCY_RULES"]

_BUILTIN = "terraform.io/builtin/"
_DEFAULT_BRANCHES = ("master", "main", "default", "develop")
_FORCED = re.compile(r"([A-Za-z0-9]+)::(.+)", re.S)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SCP = re.compile(r"(?:([\w.-]+)@)?([\w.-]+):(?!/)([^/].*)")
_COMMIT = re.compile(r"[a-f0-9]{4,64}")
_REGISTRY_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_-]{0,62}[0-9A-Za-z])?")
_REGISTRY_SYSTEM = re.compile(r"[0-9a-z]{1,64}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?")
_NOT_REGISTRIES = frozenset({"github.com", "bitbucket.org", "gitlab.com"})


# --- providers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a provider is first used: its own block where there is one."""

    range: SourceRange
    address: str


def _uses(module: LintModule) -> dict[str, _Use]:
    """The local names of all providers that the module uses, with a place."""
    found: dict[str, _Use] = {}
    for _, block in module.blocks("provider", 1):
        found.setdefault(block.labels[0], _Use(block.header, block_address(block)))
    blocks = [b for kind in ("resource", "ephemeral") for _, b in module.blocks(kind, 2)]
    for block in (*blocks, *module.data_blocks):
        named = block.body.reference("provider")
        name = re.split(r"[.\[]", named, maxsplit=1)[0].strip() or block.labels[0].split("_", 1)[0]
        found.setdefault(name, _Use(block.header, block_address(block)))
    for _, block in module.blocks("module", 1):
        passed = block.body.attribute("providers")
        if passed is not None:
            for name in re.findall(r'[=:]\s*"?([A-Za-z][\w-]*)\s*(?:\.\s*[\w-]+)?', passed.text):
                found.setdefault(name, _Use(block.header, block_address(block)))
    for file in module.files:
        for name, place in file.facts.provider_functions:
            found.setdefault(name, _Use(place.range, file.address_at(place.byte)))
    return found


def _required(module: LintModule) -> dict[str, tuple[Expression, SourceRange]]:
    found: dict[str, tuple[Expression, SourceRange]] = {}
    for _, settings in module.blocks("terraform", 0, overrides=True):
        for block in settings.body.blocks("required_providers", 0):
            find = getattr(block.body, "attribute_range", None)
            for name, expression in block.body.attributes():
                whole = find(name) if find is not None else None
                found[name] = (expression, whole or expression.range)
    return found


def required_providers(module: LintModule) -> Iterator[Issue]:
    for _, block in module.blocks("provider", 1):
        version = block.body.attribute("version")
        if version is not None:
            yield Issue(
                "provider version constraint should be specified via `required_providers`",
                block.header,
                subject=f"provider.{block.labels[0]}",
                address=block_address(block),
                attribute="version",
                fix=f"Remove version from the provider block; in required_providers write "
                f"{_entry(block.labels[0], version.text)}.",
            )
    required = _required(module)
    for name, use in _uses(module).items():
        if name == "terraform":
            continue  # built in
        subject = f"provider.{name}"
        if name not in required:
            yield Issue(
                f'Missing version constraint for provider "{name}" in `required_providers`',
                use.range,
                subject=subject,
                address=use.address,
                fix=f"Add to the terraform block: required_providers {{ {_entry(name)} }}.",
            )
            continue
        yield from _incomplete(name, required[name][0])


def _incomplete(name: str, expression: Expression) -> Iterator[Issue]:
    subject, range_ = f"provider.{name}", expression.range
    value = expression.literal
    if isinstance(value, str):
        yield Issue(
            f'Legacy version constraint for provider "{name}" in `required_providers`',
            range_,
            subject=subject,
            fix=f"Write {_entry(name, expression.text)}.",
        )
        return
    source, version = _part(expression, "source"), _part(expression, "version")
    if source is not None and (source.startswith(_BUILTIN) or normalise_source(source) == BUILTIN_PROVIDER):
        return
    if source is None:
        yield Issue(
            f'Missing `source` for provider "{name}" in `required_providers`',
            range_,
            subject=subject,
            fix=f'Add source = "{_source(name)}".',
        )
    if version is None:
        yield Issue(
            f'Missing version constraint for provider "{name}" in `required_providers`',
            range_,
            subject=subject,
            fix=f'Add version = "{_version(source or _source(name))}".',
        )


def _part(expression: Expression, key: str) -> str | None:
    value = expression.literal
    if isinstance(value, dict):
        found = value.get(key)
        return found if isinstance(found, str) else None
    # configuration_aliases names references, so the object is no literal as a whole
    match = re.search(rf'\b{key}"?\s*[=:]\s*"([^"\n]*)"', expression.text)
    return match[1] if match else None


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    """The source of a provider known by its local name."""
    known = [info.source for info in bundles.installed() if info.source.rsplit("/", 1)[-1] == name]
    return known[0] if known else normalise_source(name)


@lru_cache(maxsize=64)
def _version(source: str) -> str:
    """A constraint on the major version that is installed here."""
    found = [info.version for info in bundles.installed() if info.source == normalise_source(source)]
    return f"~> {found[0].split('.')[0]}.0" if found else ">= 1.0"


def _entry(name: str, version: str = "") -> str:
    source = _source(name)
    written = version if version.startswith('"') else f'"{version or _version(source)}"'
    return f'{name} = {{ source = "{source}", version = {written} }}'


def _providers(module: LintModule) -> list[str]:
    return [f"provider.{name}" for name in _uses(module) if name != "terraform"]


def unused_required_providers(module: LintModule) -> Iterator[Issue]:
    uses = _uses(module)
    for name, (_, range_) in _required(module).items():
        if name not in uses:
            yield Issue(
                f"provider '{name}' is declared in required_providers but not used by the module",
                range_,
                subject=f"provider.{name}",
                fix=f"Remove {name} from required_providers.",
            )


def _required_names(module: LintModule) -> list[str]:
    return [f"provider.{name}" for name in _required(module)]


# --- Terraform ------------------------------------------------------------------------------------------------------


def required_version(module: LintModule) -> Iterator[Issue]:
    if not module.files:
        return
    first: SourceRange | None = None
    for _, block in module.blocks("terraform", 0, overrides=True):
        if block.body.attribute("required_version") is not None:
            return
        first = first or block.header
    if first is None:
        by_name = {posixpath.basename(f.name): f for f in module.files}
        file = by_name.get("terraform.tf") or by_name.get("main.tf") or module.files[0]
        first = file.start
    yield Issue('terraform "required_version" attribute is required', first)


# --- modules --------------------------------------------------------------------------------------------------------


def _calls(module: LintModule) -> Iterator[tuple[Block, str, Expression]]:
    """Module calls whose source is known."""
    for _, block in module.blocks("module", 1):
        source = block.body.attribute("source")
        value = module.value_of(source) if source is not None else None
        if source is not None and isinstance(value, str):
            yield block, value, source


def _modules(module: LintModule) -> list[str]:
    return [f"module.{block.labels[0]}" for block, _, _ in _calls(module)]


@dataclass(frozen=True, slots=True)
class _Repository:
    """A module source that is fetched from a version control system; ``host`` is "" where there is none."""

    kind: str
    host: str
    query: dict[str, list[str]]

    def value(self, key: str) -> str:
        return self.query.get(key, [""])[0]


def _repository(source: str) -> _Repository | None:
    """What go-getter would fetch with Git or Mercurial; None for local, registry, archive and bucket sources."""
    forced = _FORCED.fullmatch(source)
    kind, address = (forced[1].lower(), forced[2]) if forced else ("", source)
    query = parse_qs(source.partition("?")[2], keep_blank_values=True)
    if _SCHEME.match(address):
        try:
            parts = urlsplit(address)
            host = parts.hostname or ""
        except ValueError:
            return None
        kind = kind or (parts.scheme.lower() if parts.scheme.lower() in ("git", "hg") else "")
        return _Repository(kind, host, query) if kind in ("git", "hg") else None
    if kind not in ("", "git", "hg"):
        return None
    for host in ("github.com", "bitbucket.org"):
        if address.startswith(f"{host}/"):
            return _Repository(kind or "git", host, query)
    scp = _SCP.fullmatch(address.partition("?")[0])
    if scp and (scp[1] or kind) and not address.startswith(("./", "../", "/")):
        return _Repository(kind or "git", scp[2], query)
    return _Repository(kind, "", query) if kind else None


def module_pinned_source(module: LintModule) -> Iterator[Issue]:
    for block, source, expression in _calls(module):
        repository = _repository(source)
        if repository is None:
            continue
        message, fix = "", ""
        if not repository.host:
            message = f'Module source "{source}" is not a valid URL'
            fix = "Write the source as git::https://HOST/PATH.git?ref=TAG."
        else:
            key = "ref" if repository.value("ref") else "rev"
            revision = repository.value(key)
            if not revision:
                message = f'Module source "{source}" is not pinned'
                sign = "&" if "?" in source else "?"
                key = "rev" if repository.kind == "hg" else "ref"
                fix = f"Add {sign}{key}= with a tag or commit to the source."
            elif revision in _DEFAULT_BRANCHES:
                message = f'Module source "{source}" uses a default branch as {key} ({revision})'
                fix = f"Pin {key} to a tag or commit instead of the branch {revision}."
        if message:
            address = block_address(block)
            yield Issue(message, expression.range, subject=address, address=address, attribute="source", fix=fix)


def module_shallow_clone(module: LintModule) -> Iterator[Issue]:
    for block, source, expression in _calls(module):
        repository = _repository(source)
        if repository is None or repository.kind != "git" or not repository.host:
            continue
        ref = repository.value("ref")
        if ref and not _COMMIT.fullmatch(ref) and repository.value("depth") != "1":
            address = block_address(block)
            better = source.replace("ref=", "depth=1&ref=", 1)
            yield Issue(
                f'Module source "{source}" should enable shallow cloning by adding "depth=1" parameter',
                expression.range,
                subject=address,
                address=address,
                attribute="source",
                fix=f'Write source = "{better}".',
                replacement=f'"{better}"',
            )


def _is_registry_address(source: str) -> bool:
    """Whether a source names a module of a registry: [HOST/]NAMESPACE/NAME/SYSTEM[//SUBDIRECTORY]."""
    parts = source.split("//", 1)[0].split("/")
    if len(parts) == 4:
        host = parts.pop(0)
        if host.lower() in _NOT_REGISTRIES or "." not in host or not _HOST.fullmatch(host):
            return False
    if len(parts) != 3:
        return False
    return bool(
        _REGISTRY_NAME.fullmatch(parts[0])
        and _REGISTRY_NAME.fullmatch(parts[1])
        and _REGISTRY_SYSTEM.fullmatch(parts[2])
    )


def module_version(module: LintModule) -> Iterator[Issue]:
    for block, source, _ in _calls(module):
        if not _is_registry_address(source):
            continue
        version = block.body.attribute("version")
        if version is None or module.value_of(version) is None:
            name, address = block.labels[0], block_address(block)
            yield Issue(
                f'module "{name}" should specify a version',
                block.header,
                subject=address,
                address=address,
                attribute="version",
                fix=f'Add version = "~> X.Y" to module "{name}", with the version that the registry shows.',
            )


DEPENDENCY_RULES: tuple[Rule, ...] = (
    Rule(
        "terraform_required_providers",
        Severity.WARNING,
        True,
        "A provider has no source or version in required_providers",
        "Without a constraint `terraform init` takes the newest version there is, and the next major version breaks "
        "the configuration one day.",
        "Give every provider that is used a source and a version in required_providers.",
        required_providers,
        _providers,
    ),
    Rule(
        "terraform_required_version",
        Severity.WARNING,
        True,
        "The configuration does not say which Terraform it needs",
        "Without required_version an older Terraform fails with a confusing message instead of saying that it is too "
        "old.",
        'Add required_version = ">= 1.5" (the oldest version that works) to the terraform block.',
        required_version,
    ),
    Rule(
        "terraform_unused_required_providers",
        Severity.WARNING,
        False,
        "required_providers names a provider that nothing uses",
        "`terraform init` downloads it all the same.",
        "Remove the entry.",
        unused_required_providers,
        _required_names,
    ),
    Rule(
        "terraform_module_pinned_source",
        Severity.WARNING,
        True,
        "A module from Git or Mercurial is not pinned",
        "A source without a revision, or with that of a default branch, changes under the configuration whenever "
        "somebody pushes.",
        "Name a tag or a commit in the source: ?ref=v1.2.3.",
        module_pinned_source,
        _modules,
    ),
    Rule(
        "terraform_module_version",
        Severity.WARNING,
        True,
        "A module from a registry has no version",
        "Without a constraint `terraform init` takes the newest version there is.",
        "Add a version constraint to the module block.",
        module_version,
        _modules,
    ),
    Rule(
        "terraform_module_shallow_clone",
        Severity.WARNING,
        False,
        "A module from Git is cloned with its whole history",
        "A source that is pinned to a tag or branch needs one commit; without depth=1 all of them are downloaded.",
        "Add depth=1 to the query of the source.",
        module_shallow_clone,
        _modules,
    ),
)

"""Schema bundles: a provider's schema and plan semantics in one compact file that is read lazily by type.

Bundles are found in two places, both flat folders of ``.tfbundle`` files: the package's own (``provider/bundles``) and
the user's cache (``platformdirs.user_cache_dir("terraformer")/bundles``, or the folders in ``TERRAFORMER_BUNDLE_PATH``,
separated as in PATH). Where both have the same provider and version, the cache's wins: it holds what a real provider
said.

A Bundle holds its file's bytes in memory, compressed: later reads need no file access, so a process may lock itself in
after opening. Reading is thread-safe.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from platformdirs import user_cache_dir

from terraformer.errors import BundleError
from terraformer.provider.bundle_format import (
    DATA,
    EPHEMERAL,
    PROVIDER,
    RESOURCE,
    SUFFIX,
    BundleFile,
    decode_record,
)
from terraformer.provider.bundle_search import SearchIndex
from terraformer.provider.schema import Block, ResourceSchema
from terraformer.provider.versions import matches, parse_constraints, parse_version

__all__ = [
    "Bundle",
    "BundleInfo",
    "SearchHit",
    "cache_directories",
    "installed",
    "latest",
    "load",
    "normalize_source",
    "provider_for_type",
    "search",
]

PACKAGE_DIRECTORY: Final = Path(__file__).parent / "bundles"
_KEEP_SCHEMAS: Final = 256


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """One bundle on disk; ``origin`` is "package" or "cache"."""

    source: str
    version: str
    path: Path
    origin: str


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One type that answers a search. Scores compare within one search only."""

    type: str
    kind: str
    source: str
    score: float


class Bundle:
    """One provider at one version. ``matched`` is False when no version satisfied the constraint that was asked for."""

    def __init__(self, data: bytes, where: str, *, origin: str = "package", matched: bool = True) -> None:
        self._file = BundleFile(data, where)
        self._lock = threading.Lock()
        self._schemas: OrderedDict[tuple[str, str], ResourceSchema] = OrderedDict()
        self._search: SearchIndex | None = None
        self._hints: dict[str, dict[str, Any]] | None = None
        self.where = where
        self.origin = origin
        self.matched = matched
        header = self._file.header
        self.source: str = header["source"]
        self.version: str = header["version"]
        self.functions: Mapping[str, Any] = header["functions"]
        self.provenance: Mapping[str, Any] = header["provenance"]

    def __repr__(self) -> str:
        return f"<Bundle {self.source} {self.version} ({self.origin})>"

    @classmethod
    def open(cls, path: Path, *, origin: str = "cache", matched: bool = True) -> Bundle:
        """Raises BundleError when the file cannot be read or is no bundle."""
        try:
            data = path.read_bytes()
        except OSError as problem:
            raise BundleError(f"{path}: {problem.strerror or problem}") from None
        return cls(data, str(path), origin=origin, matched=matched)

    @property
    def resource_types(self) -> tuple[str, ...]:
        return tuple(self._file.loc[RESOURCE])

    @property
    def data_source_types(self) -> tuple[str, ...]:
        return tuple(self._file.loc[DATA])

    @property
    def ephemeral_types(self) -> tuple[str, ...]:
        return tuple(self._file.loc[EPHEMERAL])

    def has(self, kind: str, type_name: str) -> bool:
        return type_name in self._file.loc.get(kind, {})

    def provider_schema(self) -> ResourceSchema:
        """The provider block's schema; an empty one where the provider takes no settings."""
        for name in self._file.loc[PROVIDER]:
            return self.schema(PROVIDER, name)
        return ResourceSchema(PROVIDER, self.source.rsplit("/", 1)[-1], Block())

    def resource(self, type_name: str) -> ResourceSchema:
        """Raises KeyError when the provider has no such resource type."""
        return self.schema(RESOURCE, type_name)

    def data_source(self, type_name: str) -> ResourceSchema:
        """Raises KeyError when the provider has no such data source."""
        return self.schema(DATA, type_name)

    def ephemeral(self, type_name: str) -> ResourceSchema:
        """Raises KeyError when the provider has no such ephemeral resource type."""
        return self.schema(EPHEMERAL, type_name)

    def schema(self, kind: str, type_name: str) -> ResourceSchema:
        """The schema of one type of one kind, kept in an LRU. Docs are left out: see ``documented``."""
        key = (kind, type_name)
        with self._lock:
            found = self._schemas.get(key)
            if found is None:
                found = decode_record(kind, type_name, self._file.record(kind, type_name))
                self._schemas[key] = found
                while len(self._schemas) > _KEEP_SCHEMAS:
                    self._schemas.popitem(last=False)
            else:
                self._schemas.move_to_end(key)
            return found

    def documented(self, kind: str, type_name: str) -> ResourceSchema:
        """The same schema with ``doc`` filled in where the bundle has texts. Not kept."""
        with self._lock:
            docs = self._file.docs(kind, type_name)
            return decode_record(kind, type_name, self._file.record(kind, type_name), docs)

    def docs(self, kind: str, type_name: str) -> dict[str, str]:
        """Short texts by dotted path ("rule.filter.prefix"); "" is the type's summary. Raises KeyError."""
        with self._lock:
            return self._file.docs(kind, type_name)

    def hints(self, type_name: str, kind: str = RESOURCE) -> Mapping[str, Any]:
        """Facts of hint quality for validators, {} when there are none. See compiler/mining.py for the keys."""
        with self._lock:
            if self._hints is None:
                import json

                place = self._file.header["hints"]
                self._hints = json.loads(self._file.section(*place)) if place else {}
            return self._hints.get(f"{kind} {type_name}", {})

    def release(self) -> None:
        """Forget everything that was decoded; the compressed bytes stay."""
        with self._lock:
            self._schemas.clear()
            self._file.drop_chunks()
            self._search = None
            self._hints = None

    def search_index(self) -> SearchIndex:
        with self._lock:
            if self._search is None:
                self._search = SearchIndex(self._file.section(*self._file.header["search"]))
            return self._search


# --- finding bundles -------------------------------------------------------------------------------------------------


def normalize_source(source: str) -> str:
    """ "aws", "hashicorp/aws", "registry.terraform.io/hashicorp/aws" -> "hashicorp/aws"; other hosts stay in front."""
    parts = source.strip().strip("/").lower().split("/")
    if len(parts) == 1:
        parts = ["hashicorp", *parts]
    if len(parts) == 3 and parts[0] in ("registry.terraform.io", "registry.opentofu.org"):
        parts = parts[1:]
    return "/".join(parts)


def cache_directories() -> tuple[Path, ...]:
    """Folders of the user's own bundles; the first is where ``schema capture`` writes."""
    named = os.environ.get("TERRAFORMER_BUNDLE_PATH", "")
    folders = tuple(Path(p) for p in named.split(os.pathsep) if p)
    return folders or (Path(user_cache_dir("terraformer")) / "bundles",)


def _scan(folder: Path, origin: str) -> Iterable[BundleInfo]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX))
    except OSError:
        return
    for name in names:
        *source, version = name.removesuffix(SUFFIX).split("__")
        if len(source) < 2 or name.startswith("."):
            continue
        yield BundleInfo("/".join(source), version, folder / name, origin)


def _order(info: BundleInfo) -> tuple[str, Any]:
    try:
        return (info.source, parse_version(info.version))
    except ValueError:
        return (info.source, parse_version("0"))


def installed() -> list[BundleInfo]:
    """Every bundle on disk, by source, newest version first."""
    found: dict[tuple[str, str], BundleInfo] = {}
    for info in _scan(PACKAGE_DIRECTORY, "package"):
        found[info.source, info.version] = info
    for folder in reversed(cache_directories()):
        for info in _scan(folder, "cache"):
            found[info.source, info.version] = info
    newest_first = sorted(found.values(), key=_order, reverse=True)
    return sorted(newest_first, key=lambda info: info.source)


@lru_cache(maxsize=32)
def _opened(path: Path, origin: str, stamp: tuple[int, int], matched: bool) -> Bundle:
    del stamp  # part of the key: a bundle that was written anew is opened anew
    return Bundle.open(path, origin=origin, matched=matched)


def _open(info: BundleInfo, matched: bool) -> Bundle:
    try:
        stat = info.path.stat()
    except OSError as problem:
        raise BundleError(f"{info.path}: {problem.strerror or problem}") from None
    return _opened(info.path, info.origin, (stat.st_mtime_ns, stat.st_size), matched)


# Providers that left the hashicorp namespace; configurations without required_providers still mean the old name.
_MOVED: Final = {"hashicorp/docker": "kreuzwerker/docker", "hashicorp/github": "integrations/github"}


def load(source: str, constraint: str = "") -> Bundle:
    """The newest bundle of that source which satisfies a ``required_providers`` constraint.

    When none does, the newest one with ``matched`` False: the caller warns. A provider that moved to another namespace
    is found under its old name too (the bundle's ``source`` is the new one). The same object is returned for the same
    file. Raises BundleError when there is no bundle of that source, or the constraint cannot be read.
    """
    name = normalize_source(source)
    found = installed()
    candidates = [info for info in found if info.source == name]
    if not candidates and name in _MOVED:
        candidates = [info for info in found if info.source == _MOVED[name]]
    if not candidates:
        raise BundleError(
            f"no schema of the provider {name} is installed: run `terraform providers schema -json` in a directory "
            f"that uses it and give the output to `terraformer schema capture`"
        )
    try:
        parse_constraints(constraint)
    except ValueError as problem:
        raise BundleError(f"provider {name}: {problem}") from None
    for info in candidates:
        try:
            fits = matches(info.version, constraint)
        except ValueError:
            fits = False
        if fits:
            return _open(info, True)
    return _open(candidates[0], not constraint.strip())


def latest(source: str) -> Bundle:
    """The newest bundle of that source. Raises BundleError when there is none."""
    return load(source)


def provider_for_type(type_name: str) -> str | None:
    """The installed provider that a resource or data source type belongs to: "aws_s3_bucket" -> "hashicorp/aws".

    Terraform's own rule (the word before the first underscore is the provider's local name) first, then the contents
    of the installed bundles; None when no bundle has it.
    """
    prefix = type_name.split("_", 1)[0]
    by_source: dict[str, BundleInfo] = {}
    for info in installed():
        by_source.setdefault(info.source, info)
    preferred = [s for s in by_source if s == f"hashicorp/{prefix}"]
    preferred += [s for s in by_source if s.rsplit("/", 1)[-1] == prefix and s not in preferred]
    if preferred:
        return preferred[0]
    for source, info in by_source.items():
        bundle = _open(info, True)
        if any(bundle.has(kind, type_name) for kind in (RESOURCE, DATA, EPHEMERAL)):
            return source
    return None


def search(
    query: str,
    *,
    source: str | None = None,
    kinds: Iterable[str] = (RESOURCE, DATA),
    limit: int = 20,
) -> list[SearchHit]:
    """Types whose names, aliases, summaries and arguments share words with the query, best first.

    ``source`` None searches the newest bundle of every installed provider. Raises BundleError when the source has none.
    """
    wanted = tuple(kinds)
    if source is not None:
        bundles = [load(source)]
    else:
        newest: dict[str, BundleInfo] = {}
        for info in installed():
            newest.setdefault(info.source, info)
        # a beta provider has the types of the stable one: one answer is enough
        wanted_sources = [s for s in newest if s.removesuffix("-beta") == s or s.removesuffix("-beta") not in newest]
        bundles = [_open(newest[s], True) for s in wanted_sources]
    hits = [
        SearchHit(type_name, kind, bundle.source, score)
        for bundle in bundles
        for score, kind, type_name in bundle.search_index().search(query, wanted)
    ]
    hits.sort(key=lambda hit: (-hit.score, hit.kind != RESOURCE, hit.type, hit.source))
    return hits[:limit]

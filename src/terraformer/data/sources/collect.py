"""Collecting: directories, git checkouts, bare repositories and JSON lines as one stream of configurations.

A source is a path, or NAME=PATH where the name of a repository cannot be told from the path. Rows of JSON lines are
configurations of one file each (or of several, where ``files`` maps paths to contents); the names of their fields vary
in the wild, so several are understood:

    text        hcl, content, code, text, terraform, config, configuration, source_code, body
    files       a mapping of paths to contents, or a list of {path|name, content}
    repository  repo, repository, repo_name, repository_name, full_name, origin, max_stars_repo_name
    licence     license, licence, license_id, spdx, spdx_id, licenses, max_stars_repo_licenses (several: all must do)
    commit      commit, sha, revision, ref, commit_id, hexsha
    path        path, file, filename, file_path, max_stars_repo_path
    id          id, key, uid

The order is that of the sources, and within one that of paths or rows: the same every time.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from terraformer.data.sources.licences import allowed, is_licence_file, licence_of_files, normalise, spdx_headers
from terraformer.data.sources.model import SourceConfig, SourceSettings
from terraformer.data.sources.secrets import find_secrets
from terraformer.data.sources.splitting import split_tree
from terraformer.data.sources.trees import open_tree
from terraformer.errors import UsageError
from terraformer.hcl import is_configuration_file, scan
from terraformer.types import TerraformConfig

__all__ = ["collect", "parse_sources"]

_TEXT: Final = ("hcl", "content", "code", "text", "terraform", "config", "configuration", "source_code", "body")
_REPOSITORY: Final = (
    "repo",
    "repository",
    "repo_name",
    "repository_name",
    "full_name",
    "origin",
    "max_stars_repo_name",
)
_LICENCE: Final = ("license", "licence", "license_id", "spdx", "spdx_id", "licenses", "max_stars_repo_licenses")
_COMMIT: Final = ("commit", "sha", "revision", "ref", "commit_id", "hexsha")
_PATH: Final = ("path", "file", "filename", "file_path", "max_stars_repo_path")
_ID: Final = ("id", "key", "uid")
_MAX_ROW: Final = 16 << 20


def parse_sources(given: str | os.PathLike[str] | Iterable[str | os.PathLike[str]]) -> tuple[str, ...]:
    """Sources as an option gives them: one, several, or several in one text with commas between."""
    if isinstance(given, (str, os.PathLike)):
        given = [given]
    found = [part for one in given for part in _parts(os.fspath(one))]
    if not found:
        raise UsageError("no source: name a directory, a repository or a .jsonl file")
    return tuple(found)


def _parts(text: str) -> list[str]:
    """A path that exists is one source even with a comma in it."""
    if Path(text).exists() or Path(_split_name(text)[1]).exists():
        return [text]
    return [p.strip() for p in text.split(",") if p.strip()]


def _split_name(source: str) -> tuple[str, str]:
    name, equals, path = source.partition("=")
    return (name, path) if equals and not Path(source).exists() else ("", source)


def collect(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], settings: SourceSettings | None = None
) -> Iterator[SourceConfig]:
    """Every configuration of the sources, those with a problem too (``usable`` tells). Raises UsageError for a source
    that cannot be read, ToolFailure when git failed."""
    chosen = settings or SourceSettings()
    seen: set[str] = set()
    for source in parse_sources(sources):
        name, place = _split_name(source)
        path = Path(place)
        if path.is_dir():
            found = _from_tree(path, name, chosen)
        elif path.is_file() and path.name.endswith((".jsonl", ".ndjson", ".jsonlines")):
            found = _from_rows(path, name, chosen)
        elif path.is_file() and is_configuration_file(path.name):
            found = _from_file(path, name, chosen)
        elif path.exists():
            raise UsageError(f"{path}: not a directory, a .jsonl file or a Terraform file")
        else:
            raise UsageError(f"{path}: no such file or directory")
        for config in found:
            yield _judged(config, chosen, seen)


def _judged(found: SourceConfig, settings: SourceSettings, seen: set[str]) -> SourceConfig:
    """The filters that hold for every kind of source, in the order of their cost."""
    if found.problem:
        return found
    stated = (found.licence, *spdx_headers(found.files))
    refused = next((one for one in stated if not allowed(one, settings.allow)), None)
    if refused is not None:
        return replace(found, problem="licence", detail=refused or "none is stated")
    try:
        digest = found.config.id
    except ValueError as error:
        return replace(found, problem="unreadable", detail=str(error))
    if digest in seen:
        return replace(found, problem="duplicate")
    secrets = find_secrets(found.files)
    if secrets:
        return replace(found, problem="secret", detail="; ".join(str(s) for s in secrets[:3]))
    seen.add(digest)
    return found


# --- trees ------------------------------------------------------------------------------------------------------------


def _from_tree(path: Path, name: str, settings: SourceSettings) -> Iterator[SourceConfig]:
    tree = open_tree(path, name, most=settings.max_scanned)
    try:
        paths = tree.paths()
        licences = _Licences(paths, tree.read, settings)
        at = f"@{tree.commit[:12]}" if tree.commit else ""
        for part in split_tree(paths, tree.read, settings):
            yield SourceConfig(
                part.files,
                f"{tree.name}{at}:{part.path}",
                licences.of([part.path, *sorted({posixpath.dirname(posixpath.join(part.top, f)) for f in part.files})]),
                part.problem,
                part.detail,
                part.root,
                part.called,
                {"repository": tree.name, "commit": tree.commit, "path": part.path},
            )
    finally:
        tree.close()


class _Licences:
    """The licence of a directory: of the licence files in it, else of the nearest directory above that has some."""

    def __init__(self, paths: Mapping[str, int], read: Any, settings: SourceSettings) -> None:
        self._settings = settings
        self._known: dict[str, str] = {}
        inside: dict[str, dict[str, bytes]] = {}
        for path, size in paths.items():
            if is_licence_file(posixpath.basename(path)) and size <= 200_000:
                directory = posixpath.dirname(path)
                if posixpath.basename(directory).upper() == "LICENSES":  # REUSE: texts of all that is used
                    directory = posixpath.dirname(directory)
                inside.setdefault(directory or ".", {})[path] = read(path)
        self._stated = {directory: licence_of_files(files) for directory, files in inside.items()}

    def of(self, directories: Iterable[str]) -> str:
        found = dict.fromkeys(self._one(d or ".") for d in directories)
        if "" in found:
            return ""
        return " AND ".join(found)

    def _one(self, directory: str) -> str:
        here = posixpath.normpath(directory)
        while True:
            if here in self._stated:
                return self._stated[here]
            if here == ".":
                return self._settings.licence
            here = posixpath.dirname(here) or "."


def _from_file(path: Path, name: str, settings: SourceSettings) -> Iterator[SourceConfig]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    yield _single({path.name: content}, f"{name or path.parent.resolve().name}:{path.name}", settings.licence, settings)


# --- rows -------------------------------------------------------------------------------------------------------------


def _from_rows(path: Path, name: str, settings: SourceSettings) -> Iterator[SourceConfig]:
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _from_row(line, name or path.stem, number, settings)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _from_row(line: bytes, fallback: str, number: int, settings: SourceSettings) -> SourceConfig:
    origin = f"{fallback}:{number}"
    if len(line) > _MAX_ROW:
        return SourceConfig({}, origin, problem="too-large", detail=f"a row of {len(line):,} bytes")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return SourceConfig({}, origin, problem="unreadable", detail=f"row {number}: not JSON: {error}")
    if not isinstance(row, dict):
        return SourceConfig({}, origin, problem="unreadable", detail=f"row {number}: not an object")
    repository = _first(row, _REPOSITORY) or fallback
    commit, path, id_ = _first(row, _COMMIT), _first(row, _PATH), _first(row, _ID)
    at = f"@{commit[:12]}" if commit else ""
    origin = f"{repository}{at}:{path or id_ or number}"
    try:
        files = _row_files(row, path)
    except ValueError as error:
        return SourceConfig({}, origin, problem="unreadable", detail=f"row {number}: {error}")
    licence = _row_licence(row) or settings.licence
    root = row.get("root")
    return _single(
        files,
        origin,
        licence,
        settings,
        root if isinstance(root, str) and root else ".",
        {"repository": repository, "commit": commit, "path": path, **({"row": id_} if id_ else {})},
    )


def _single(
    files: Mapping[str, bytes],
    origin: str,
    licence: str,
    settings: SourceSettings,
    root: str = ".",
    metadata: Mapping[str, str] | None = None,
) -> SourceConfig:
    """One configuration that is given as it is: its limits and calls."""
    found = SourceConfig(files, origin, licence, root=root, metadata=metadata or {})
    size = sum(map(len, files.values()))
    largest = max(map(len, files.values()), default=0)
    if len(files) > settings.max_files or size > settings.max_bytes or largest > settings.max_file_bytes:
        return replace(found, files={}, problem="too-large", detail=f"{len(files)} files, {size:,} bytes")
    try:
        if any("\x00" in content.decode("utf-8") for content in files.values()):
            return replace(found, files={}, problem="not-text")
    except UnicodeDecodeError:
        return replace(found, files={}, problem="not-text")
    tree = scan(files, root)
    remote = missing = ""
    for module in tree.modules.values():
        for call in module.module_calls:
            if call.source is None or not call.is_local:
                remote = remote or f"module {call.name!r} of {call.source or 'an unknown source'}"
            elif call.key is None:
                missing = missing or f"module {call.name!r} in {call.source}"
    if remote or missing:
        return replace(found, problem="remote-module" if remote else "missing-module", detail=remote or missing)
    if not any(m.resources or m.data or m.module_calls for m in tree.modules.values()):
        return replace(found, problem="empty")
    return found


def _first(row: Mapping[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = row.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def _row_licence(row: Mapping[str, Any]) -> str:
    for name in _LICENCE:
        value = row.get(name)
        if isinstance(value, Mapping):  # as GitHub's API gives it
            value = value.get("spdx_id") or value.get("key") or value.get("name")
        if isinstance(value, list) and value:
            several = [normalise(v) for v in value if isinstance(v, str)]
            return " AND ".join(several) if all(several) and len(several) == len(value) else ""
        if isinstance(value, str) and value.strip():
            return normalise(value)
    return ""


def _row_files(row: Mapping[str, Any], path: str) -> dict[str, bytes]:
    """Raises ValueError where the row holds no configuration."""
    given = row.get("files")
    if isinstance(given, Mapping) and given:
        pairs = [(str(k), v) for k, v in given.items()]
    elif isinstance(given, list) and given:
        pairs = []
        for entry in given:
            if not isinstance(entry, Mapping):
                raise ValueError('"files" must hold objects with path and content')
            pairs.append((str(entry.get("path") or entry.get("name") or ""), entry.get("content")))
    else:
        text = next((row[n] for n in _TEXT if isinstance(row.get(n), str)), None)
        if text is None:
            raise ValueError(f"no text: it needs one of {', '.join(_TEXT)}, or files")
        name = posixpath.basename(path)
        pairs = [(name if is_configuration_file(name) else "main.tf", text)]
    files: dict[str, bytes] = {}
    for name, text in pairs:
        if not isinstance(text, str):
            raise ValueError(f"the content of {name!r} is not text")
        try:
            files[posixpath.normpath(name)] = text.replace("\r\n", "\n").encode("utf-8")
        except UnicodeEncodeError:
            raise ValueError(f"{name!r} has half a character in it") from None
    return dict(TerraformConfig(files).files)  # which checks the paths

"""archive_file: really makes the archive, inside the sandbox.

Source: terraform-provider-archive internal/provider (validators, messages, excludes as doublestar globs). The archive
holds the same entries with the same content as the real one. Its hashes are assumed: Go's deflate and zip writer choose
other bytes for the same content. An ``output_path`` outside the sandbox is not written; the hashes are told all the
same.
"""

from __future__ import annotations

import gzip
import io
import re
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from terraformer.provider.data_sources.files import MAX_BYTES, FileProblem, checksums, read_file, resolve, write_file
from terraformer.provider.data_sources.reading import Reader, Reading

__all__ = ["CHECKS", "READERS"]

_MAX_ENTRIES = 20_000
_MAX_DEPTH = 32
_WHY = "the archive holds what the real one would, but another compressor made it, so sizes and hashes differ"
_WHY_OUTSIDE = _WHY + "; it was not written, its path being outside the configuration's directory"
_SOURCES = ("source", "source_content_filename", "source_file", "source_dir")
_CONFLICTS = {
    "source": ("source_file", "source_dir", "source_content", "source_content_filename"),
    "source_content": ("source_file", "source_dir"),
    "source_content_filename": ("source_file", "source_dir"),
    "source_file": ("source_dir", "source_content", "source_content_filename"),
    "source_dir": ("source_file", "source_content", "source_content_filename"),
    "excludes": ("source_file", "source_content", "source_content_filename"),
}

_Entry = tuple[str, bytes, int]  # name in the archive, content, mode


def _given(reading: Reading, name: str) -> bool:
    value = reading.value.get(name)
    return bool(value) if name == "source" and isinstance(value, list) else value is not None


def _check(reading: Reading) -> None:
    if not any(_given(reading, name) for name in _SOURCES):
        reading.error(
            "Missing Attribute Configuration",
            f"At least one attribute out of [{','.join(_SOURCES)}] must be specified",
            code="arguments-missing",
        )
    for name, others in _CONFLICTS.items():
        for other in others:
            if _given(reading, name) and _given(reading, other):
                reading.error(
                    "Invalid Attribute Combination",
                    f'Attribute "{other}" cannot be specified when "{name}" is specified',
                    (name,),
                    "arguments-conflict",
                )


def _archive_file(reading: Reading) -> None:
    kind, output = reading.text("type"), reading.text("output_path")
    try:
        if kind not in ("zip", "tar.gz"):
            raise FileProblem(f"archive type not supported: {kind}")
        mode = _mode(reading.text("output_file_mode"))
        entries = list(_bounded(_entries(reading)))
        if mode is not None:
            entries = [(name, data, mode) for name, data, _ in entries]
        data = _zip(entries) if kind == "zip" else _tar(entries)
    except FileProblem as problem:
        detail = f"error creating archive: {problem}"
        reading.error("Archive creation error", detail, code="file-missing" if problem.missing else "data-source")
        return
    try:
        written = write_file(output, data, reading.ctx)
    except FileProblem as problem:
        reading.error("Output path error", f"error creating output path: {problem}", ("output_path",))
        return
    why = _WHY if written else _WHY_OUTSIDE
    sums = checksums(data)
    reading.set("output_size", len(data), why)
    reading.set("output_md5", sums.md5, why)
    reading.set("output_sha", sums.sha1, why)
    reading.set("output_sha256", sums.sha256, why)
    reading.set("output_sha512", sums.sha512, why)
    reading.set("output_base64sha256", sums.base64sha256, why)
    reading.set("output_base64sha512", sums.base64sha512, why)
    reading.set("id", sums.sha1, why)


def _mode(text: str) -> int | None:
    """Go's strconv.ParseUint(text, 0, 32)."""
    if not text:
        return None
    try:
        old_octal = re.fullmatch(r"0[0-7_]+", text)
        return int(text, 8 if old_octal else 0) & 0o7777
    except ValueError:
        raise FileProblem(f"error archiving file: error parsing output_file_mode value: {text}") from None


def _entries(reading: Reading) -> Iterator[_Entry]:
    directory, file = reading.get("source_dir"), reading.get("source_file")
    if directory is not None:
        yield from _directory_entries(reading, str(directory))
    elif file is not None:
        yield _file_entry(reading, str(file))
    elif reading.get("source_content_filename") is not None:
        yield reading.text("source_content_filename"), reading.text("source_content").encode(), 0o644
    else:
        contents = {str(b.get("filename") or ""): str(b.get("content") or "") for b in reading.blocks("source")}
        for name in sorted(contents):
            yield name, contents[name].encode(), 0o644


def _file_entry(reading: Reading, name: str) -> _Entry:
    try:
        data = read_file(name, reading.ctx)
    except FileProblem as problem:
        why = f"could not archive missing file: {name}" if problem.missing else str(problem)
        raise FileProblem(f"error archiving file: {why}", missing=problem.missing) from None
    path = resolve(name, reading.ctx)
    mode = stat.S_IMODE(path.stat().st_mode) if path else 0o644
    return Path(name).name, data, mode


def _directory_entries(reading: Reading, name: str) -> Iterator[_Entry]:
    prefix = "error archiving directory: "
    top = resolve(name, reading.ctx)
    if top is None:
        raise FileProblem(f"{prefix}{name} is outside the configuration's directory, which is not read")
    if not top.exists():
        raise FileProblem(f"{prefix}could not archive missing directory: {name}", missing=True)
    if not top.is_dir():
        raise FileProblem(f"{prefix}could not archive directory that is a file: {name}")
    excludes = [re.compile(_glob(str(e))) for e in reading.get("excludes") or [] if e]
    output = resolve(reading.text("output_path"), reading.ctx)
    found = False
    follow = reading.get("exclude_symlink_directories") is not True
    for entry in _walk(top, excludes, follow=follow):
        if output == top / entry:
            continue  # an archive of an earlier run, which the real provider would be truncating at this moment
        found = True
        relative = str(top / entry)
        try:
            data = read_file(relative, reading.ctx)
        except FileProblem as problem:
            raise FileProblem(f"{prefix}error reading file for archival: {problem}") from None
        real = resolve(relative, reading.ctx)
        yield entry, data, stat.S_IMODE(real.stat().st_mode) if real else 0o644
    if not found:
        raise FileProblem(f"{prefix}archive has not been created as it would be empty")


def _walk(top: Path, excludes: list[re.Pattern[str]], *, follow: bool) -> Iterator[str]:
    """Relative names of the files in lexical order, as Go's filepath.Walk gives them; excluded directories are cut.

    Linked directories are entered where ``follow`` is set; reading what they hold is refused if it lies outside.
    """
    pending = [""]
    count = 0
    while pending:
        current = pending.pop()
        full = top / current
        if current and any(e.fullmatch(current) for e in excludes):
            continue
        if full.is_dir():
            if full.is_symlink() and not follow:
                continue
            if current.count("/") > _MAX_DEPTH:
                raise FileProblem(f"directories nested more than {_MAX_DEPTH} deep in {top}")
            names = sorted((p.name for p in full.iterdir()), reverse=True)
            count += len(names)
            if count > _MAX_ENTRIES:
                raise FileProblem(f"more than {_MAX_ENTRIES} files in {top}")
            pending.extend(f"{current}/{n}" if current else n for n in names)
        else:
            yield current


def _glob(pattern: str) -> str:
    """A doublestar pattern as a regular expression: ``**`` crosses directories, ``{a,b}`` chooses."""
    out, i, depth = "", 0, 0
    while i < len(pattern):
        char = pattern[i]
        if pattern.startswith("**/", i) and (i == 0 or pattern[i - 1] == "/"):
            out, i = out + "(?:[^/]+/)*", i + 3
            continue
        if pattern.startswith("/**", i) and i + 3 == len(pattern):
            out, i = out + "(?:/.*)?", i + 3
            continue
        if pattern.startswith("**", i):
            out, i = out + ".*" if i == 0 and len(pattern) == 2 else out + "[^/]*", i + 2
            continue
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "{":
            out, depth = out + "(?:", depth + 1
        elif char == "}" and depth:
            out, depth = out + ")", depth - 1
        elif char == "," and depth:
            out += "|"
        elif char == "[" and "]" in pattern[i + 2 :]:
            end = pattern.index("]", i + 2)
            inner = pattern[i + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
            out += "[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]"
            i = end
        elif char == "\\" and i + 1 < len(pattern):
            i += 1
            out += re.escape(pattern[i])
        else:
            out += re.escape(char)
        i += 1
    out += ")" * depth
    try:
        re.compile(out)
    except re.error:
        return re.escape(pattern)
    return out


def _bounded(entries: Iterator[_Entry]) -> Iterator[_Entry]:
    total = 0
    for entry in entries:
        total += len(entry[1])
        if total > MAX_BYTES:
            raise FileProblem(f"more than the {MAX_BYTES} bytes that a verification archives")
        yield entry


def _zip(entries: list[_Entry]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = (stat.S_IFREG | mode) << 16
            archive.writestr(info, data)
    return out.getvalue()


def _tar(entries: list[_Entry]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data, mode in entries:
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), mode, 0
            archive.addfile(info, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


READERS: dict[str, Reader] = {"archive_file": _archive_file}
CHECKS: dict[str, Reader] = {"archive_file": _check}

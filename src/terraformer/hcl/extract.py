"""Take a Terraform configuration out of a model's reply: Markdown fences, several files, prose around, JSON, tags.

What the model wrote inside a file is kept as it is, mistakes included: they belong in a certificate, not under the
carpet. Only the wrapping (prose, fences, thinking, file markers) is taken away.
"""

from __future__ import annotations

import functools
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from terraformer.hcl.syntax import NativeBody, NativeFile

__all__ = ["Extraction", "extract", "safe_path", "without_thinking"]

MAX_REPLY = 4 << 20
MAX_FILES = 200
MAX_PIECES = 300
MAX_LINE = 200
MAX_BYTES = 4 << 20
MAX_PATH = 200
MAX_DEPTH = 10

_BLOCK_TYPES = (
    "terraform|provider|resource|data|ephemeral|module|variable|output|locals|moved|removed|import|check|action"
)
_HEADER = re.compile(
    r"^[ \t]*(?:(?:terraform|locals|moved|removed|import)"
    rf'|(?:{_BLOCK_TYPES})(?:[ \t]+(?:"[^"\n]*"|[\w-]+)){{1,2}})[ \t]*\{{'
)
_HCL_LANGUAGES = {"hcl", "hcl2", "terraform", "tf", "opentofu", "tofu", "tfvars", "terraform-hcl", "hashicorp"}
_EXTENSIONS = "tf|tf\\.json|tfvars|tfvars\\.json|tftpl|tpl|json|ya?ml|sh|py|js|ts|go|txt|html?|conf|cfg|ini|ps1|sql|xml"
_PATH = r"(?:[A-Za-z]:)?[\w.@+/\\~-]*[\w@+-]\.(?:" + _EXTENSIONS + r")"
FILE_NAME = re.compile(rf"(?<![\w.@+/\\~-]){_PATH}(?![\w/\\-])", re.ASCII)
_MARKER = re.compile(
    rf"^(?:#+|//+|/\*+|--+|=+)[ \t]*[-=*#~ \t]*(?:(?:file(?:[ \t_-]*(?:name|path))?|path)[ \t]*[:=][ \t]*)?[`'\"*]*"
    rf"(?P<name>{_PATH})[`'\"*]*[ \t]*[-=*#~: \t]*(?:\*/|--)?[ \t]*$",
    re.ASCII | re.IGNORECASE,
)
_FENCE = re.compile(r"^[ \t>]*(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
_THINKING = re.compile(r"<(/?)(think|thinking|reasoning|thought)>", re.IGNORECASE)
_TAG = re.compile(r"<(/?)(iac_template|terraform|hcl|answer|code)>", re.IGNORECASE)
_FILE_TAG = re.compile(
    r"<file[ \t]{1,20}(?:path|name|filename)[ \t]{0,20}=[ \t]{0,20}[\"']([^\"'\n]{1,200})[\"'][ \t]{0,20}>",
    re.IGNORECASE,
)
_HEREDOC = re.compile(r"<<-?[ \t]*([A-Za-z_][\w-]*)[ \t]*$")

NO_CONFIGURATION = (
    "the reply holds no Terraform configuration: answer with the complete configuration in one ```hcl block"
)
EMPTY = "the reply is empty"
UNFINISHED = "the reply ended before its answer: the reasoning was never closed"


@dataclass(frozen=True, slots=True)
class Extraction:
    """``files`` maps relative paths to contents; when it is empty, ``problem`` says why in one line (for the model).

    ``truncated`` is True when a code fence was never closed: the reply was probably cut off.
    """

    files: Mapping[str, bytes] = field(default_factory=dict)
    problem: str = ""
    truncated: bool = False


def extract(reply: str, *, keep_directories: bool = False) -> Extraction:
    """The configuration in a reply. Never raises; bounded: 4 MiB of reply, 200 files, paths of 200 characters.

    Several code blocks become several files by their names (in the fence's info string, a heading or line before it,
    or a comment in the first line); unnamed ones belong to main.tf. A later block that declares again at least half
    of what a file declares replaces that file; one that repeats less is taken for an illustration and left out. Files
    in other languages are kept only when they have a name that the configuration mentions. A directory that all files
    have in common is taken off their paths unless ``keep_directories`` is true.
    """
    cut = len(reply) > MAX_REPLY
    text = reply[:MAX_REPLY].replace("\r\n", "\n")
    if not text.strip():
        return Extraction(problem=EMPTY)
    text = without_thinking(text)
    if not text.strip():
        return Extraction(problem=UNFINISHED)
    truncated = cut
    found = _from_json(text) or _from_tags(text)
    if not found:
        pieces, outside = fences(text)
        found = _from_pieces(pieces)
        # A cut fence is told by the last one only: earlier ones end where the next begins.
        truncated = truncated or bool(pieces and not pieces[-1].closed)
        if not found:
            found = _from_prose(outside)
    files = _finish(found, keep_directories=keep_directories)
    if not files:
        return Extraction(problem=NO_CONFIGURATION, truncated=truncated)
    return Extraction(files, "", truncated)


def safe_path(name: str) -> str:
    """A file name from a model as a normalised relative path: never absolute, never upwards, no odd characters, no
    hidden parts. Returns "" when nothing usable is left."""
    parts = []
    for raw in re.sub(r"^[A-Za-z]:", "", name.strip().strip("`'\"*")).replace("\\", "/").split("/"):
        part = re.sub(r"[^\w.@+-]", "_", raw.strip(), flags=re.ASCII)
        if part.strip("._") and not part.startswith((".", "~")):
            parts.append(part)
    path = "/".join(parts[-MAX_DEPTH:])
    return path if 0 < len(path) <= MAX_PATH else ""


# --- the wrappings ---------------------------------------------------------------------------------------------------


def without_thinking(text: str) -> str:
    """Without the parts between thinking tags. A template that opens the tag in the prompt leaves only the closing
    one; reasoning that is never closed has no answer after it."""
    kept: list[str] = []
    position = depth = 0
    for match in _THINKING.finditer(text):
        if match[1]:
            if depth == 0:
                kept.clear()
            depth = 0
            position = match.end()
        elif depth == 0:
            kept.append(text[position : match.start()])
            depth = 1
    return "".join(kept) if depth else "".join([*kept, text[position:]])


def _from_json(text: str) -> dict[str, str]:
    """{"main.tf": "..."}, {"files": ...} in both usual shapes, {"code": "..."}, or a configuration in JSON syntax."""
    stripped = text.strip()
    fence = re.fullmatch(r"```(?:json)?[ \t]*\n(.*?)\n?```", stripped, re.DOTALL | re.IGNORECASE)
    candidate = fence[1].strip() if fence and "```" not in fence[1] else stripped
    if not candidate.startswith(("{", "[")):
        return {}
    try:
        data = json.loads(candidate, strict=False)
    except (ValueError, RecursionError):
        return {}
    return _files_in_json(data, candidate)


def _files_in_json(data: Any, source: str) -> dict[str, str]:
    if isinstance(data, list):
        data = {"files": data}
    if not isinstance(data, dict):
        return {}
    if data and all(re.fullmatch(_BLOCK_TYPES + "|//", k) and not isinstance(v, str) for k, v in data.items()):
        return {"main.tf.json": source + "\n"}
    named = {k: v for k, v in data.items() if isinstance(v, str) and FILE_NAME.fullmatch(k)}
    if any(k.endswith((".tf", ".tf.json")) for k in named):
        return {safe: v for k, v in named.items() if (safe := safe_path(k))}
    inner = data.get("files")
    if isinstance(inner, dict):
        return _files_in_json(inner, "")
    if isinstance(inner, list):
        listed: dict[str, str] = {}
        for entry in inner[:MAX_FILES]:
            if not isinstance(entry, dict):
                continue
            name = next((entry[k] for k in ("path", "name", "filename", "file") if isinstance(entry.get(k), str)), "")
            content = next(
                (entry[k] for k in ("content", "contents", "code", "text") if isinstance(entry.get(k), str)), None
            )
            if content is not None:
                listed[safe_path(name) or "main.tf"] = content
        return listed if any(k.endswith((".tf", ".tf.json")) for k in listed) else {}
    for key in ("terraform", "hcl", "code", "config", "configuration", "content", "answer", "main"):
        value = data.get(key)
        if isinstance(value, str) and value.strip():
            return {k: v.decode() for k, v in extract(value).files.items()}
    return {}


def _from_tags(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _FILE_TAG.finditer(text):
        end = text.find("</file>", match.end())
        path = safe_path(match[1])
        if end < 0 or len(found) >= MAX_FILES:
            break
        if path:
            found[path] = text[match.end() : end].removeprefix("\n")
    if any(k.endswith((".tf", ".tf.json")) for k in found):
        return found
    for inner in reversed(_tagged(text)):
        if not inner.strip():
            continue
        pieces, outside = fences(inner)
        taken = _from_pieces(pieces) or _from_prose(outside)
        if taken:
            return taken
    return {}


def _tagged(text: str) -> list[str]:
    """The insides of the outermost answer tags, the last ones only when there are many."""
    insides: list[str] = []
    opened: tuple[str, int] | None = None
    for match in _TAG.finditer(text):
        name = match[2].lower()
        if not match[1] and opened is None:
            opened = (name, match.end())
        elif match[1] and opened is not None and opened[0] == name:
            insides.append(text[opened[1] : match.start()])
            opened = None
    return insides[-5:]


@dataclass(slots=True)
class Piece:
    """A code block: its language, the file name that something outside of it gives, its text."""

    language: str
    name: str
    text: str
    closed: bool


def fences(text: str) -> tuple[list[Piece], str]:
    """The fenced blocks, and the text outside of them."""
    pieces: list[Piece] = []
    outside: list[str] = []
    before: list[str] = []
    lines = text.split("\n")
    last = {line.strip(): number for number, line in enumerate(lines)}
    i = 0
    while i < len(lines):
        match = _FENCE.match(lines[i])
        if match is None:
            outside.append(lines[i])
            if lines[i].strip():
                before = [lines[i]]
            i += 1
            continue
        fence = match["fence"]
        body, i, closed = _fence_body(lines, i + 1, fence, last)
        language, name = _info(match["info"])
        if len(pieces) < MAX_PIECES:
            pieces.append(Piece(language, name or name_before(before), body, closed))
        before = []
        outside.append("")
    return pieces, "\n".join(outside)


def _fence_body(lines: list[str], start: int, fence: str, last: Mapping[str, int]) -> tuple[str, int, bool]:
    body: list[str] = []
    heredoc = ""
    for i in range(start, len(lines)):
        line = lines[i]
        bare = line.strip().lstrip("> \t")
        if heredoc:
            if bare == heredoc:
                heredoc = ""
            elif bare.startswith(fence) and not bare.strip(fence[0]) and last.get(heredoc, -1) <= i:
                # With the heredoc's end mark still to come the fence would be part of its text (a README, say).
                return "\n".join(body) + "\n", i + 1, True
        else:
            if bare.startswith(fence) and not bare.strip(fence[0]):
                return "\n".join(body) + "\n", i + 1, True
            if bare.endswith(fence) and "`" not in bare[: -len(fence)] and fence[0] == "`":
                return "\n".join([*body, line[: line.rindex(fence)]]) + "\n", i + 1, True
            opened = _HEREDOC.search(line)
            heredoc = opened[1] if opened else ""
        body.append(line)
    return "\n".join(body), len(lines), False


def _info(info: str) -> tuple[str, str]:
    """Language and file name of a fence's info string: "hcl", "hcl:main.tf", 'hcl title="main.tf"', "main.tf"."""
    info = info.strip()[:300]
    named = FILE_NAME.search(info)
    name = named[0] if named else ""
    language = re.match(r"[\w+#.-]*", info.lower().lstrip("{."))
    word = language[0] if language else ""
    if named and word == name.lower():
        word = ""
    return word, name


def name_before(before: list[str]) -> str:
    """The file that the line before a fence speaks of: a heading, a bold name, "Create `main.tf`:"."""
    if not before:
        return ""
    line = before[-1].strip()
    names = list(dict.fromkeys(FILE_NAME.findall(line))) if len(line) <= MAX_LINE else []
    if len(names) != 1:
        return ""
    alone = not re.sub(r"[^\w]", "", line.replace(names[0], "").lower().replace("file", "").replace("name", ""))
    heading = line.startswith(("#", "*", "`", "-", "//")) or re.match(r"\d+[.)]", line) is not None
    return names[0] if alone or heading or line.endswith((":", "`", "**")) else ""


# --- from code blocks to files ---------------------------------------------------------------------------------------


def _from_pieces(pieces: list[Piece]) -> dict[str, str]:
    files: dict[str, str] = {}
    others: dict[str, str] = {}
    fragments: list[tuple[str, str]] = []
    for piece in pieces:
        for name, text in _split(piece):
            if not text.strip():
                continue
            path = safe_path(name)
            kind = _kind(piece.language, path, text)
            if kind == "other":
                if path:
                    others[path] = text
            elif kind == "fragment":
                fragments.append((path or "main.tf", text))
            else:
                _merge(files, path or ("main.tf.json" if kind == "json" else "main.tf"), text)
    if not any(p.endswith((".tf", ".tf.json")) for p in files):
        # Nothing but pieces of HCL without a block: the answer as it is, its mistakes are for the certificates.
        for path, text in fragments:
            files[path] = files.get(path, "") + text
    mentioned = "\n".join(files.values())
    for path, text in others.items():
        if files and posixpath.basename(path) in mentioned:
            files.setdefault(path, text)
    return files


def _split(piece: Piece) -> Iterator[tuple[str, str]]:
    """One code block as files: lines that are nothing but a file name in a comment begin a new one."""
    name, lines = piece.name, list[str]()
    started = False
    heredoc = ""
    for line in piece.text.split("\n"):
        if heredoc:
            heredoc = "" if line.strip() == heredoc else heredoc
        else:
            opened = _HEREDOC.search(line)
            heredoc = opened[1] if opened else ""
            marker = _MARKER.match(line) if len(line) <= MAX_LINE else None
            if marker is not None and not heredoc:
                if started:
                    yield name, "\n".join(lines).rstrip("\n") + "\n"
                    lines = []
                name, started = marker["name"], False
                if line.startswith(("--", "==")):  # the marker is no HCL comment
                    continue
        started = started or (bool(line.strip()) and not line.lstrip().startswith(("#", "//")))
        lines.append(line)
    yield name, "\n".join(lines).rstrip("\n") + "\n"


def _kind(language: str, path: str, text: str) -> str:
    """ "hcl", "json" (Terraform's JSON syntax), "fragment" (HCL without any block), or "other"."""
    if path.endswith((".tfvars", ".tfvars.json", ".tf.json")):
        return "hcl"
    if path.endswith(".tf") or language in _HCL_LANGUAGES:
        return "hcl" if declarations(text) or path.endswith(".tf") else "fragment"
    if language in ("json", "tfjson", "tf.json") and not path:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            return "other"
        keys = set(data) if isinstance(data, dict) else set()
        known = {"resource", "terraform", "module", "data", "provider", "variable", "output", "locals"}
        return "json" if keys and keys <= known | {"//"} and keys & known else "other"
    if language == "" and not path and declarations(text):
        return "hcl"
    return "other"


@functools.lru_cache(maxsize=64)
def declarations(text: str) -> frozenset[tuple[str, ...]]:
    """What a text of HCL declares: block types with their labels. ``locals`` and the like count once."""
    body = NativeFile("x.tf", text.encode("utf-8", "replace")).body
    assert isinstance(body, NativeBody)
    known = set(_BLOCK_TYPES.split("|"))
    return frozenset((b.type, *b.labels) for b in body.all_blocks() if b.type in known)


def _merge(files: dict[str, str], path: str, text: str) -> None:
    known = files.get(path)
    if known is None:
        new = declarations(text)
        elsewhere = frozenset().union(*(declarations(t) for p, t in files.items() if _same_module(p, path)))
        if not files or path.endswith(".json") or not new or not new <= elsewhere:
            files[path] = text
        return
    old, new = declarations(known), declarations(text)
    if not (old & new):
        files[path] = known.rstrip("\n") + "\n\n" + text
    elif len(old & new) * 2 >= len(old):
        files[path] = text


def _same_module(one: str, other: str) -> bool:
    return posixpath.dirname(one) == posixpath.dirname(other)


# --- HCL without fences ----------------------------------------------------------------------------------------------


def _from_prose(text: str) -> dict[str, str]:
    """HCL blocks in a text without fences: from the first block's header to the end of the last one."""
    lines = text.split("\n")
    if not any(_HEADER.match(line) for line in lines):
        return {}
    kept: list[str] = []
    pending: list[str] = []
    depth = _Depth()
    seen = False
    for line in lines:
        if depth.open:
            depth.feed(line)
            kept.append(line)
            continue
        if _HEADER.match(line):
            kept.extend(pending)
            pending = []
            seen = True
            depth.feed(line)
            kept.append(line)
        elif seen and _looks_like_prose(line):
            name = name_before([line]) or ""
            pending = [f"-- {name} --"] if name.endswith((".tf", ".tfvars")) else []
        elif not seen and line.strip() and not line.lstrip().startswith(("#", "//")):
            name = name_before([line])
            pending = [f"-- {name} --"] if name.endswith((".tf", ".tfvars")) else []
        else:
            pending.append(line)
    kept.extend(p for p in pending if p.strip() and not p.lstrip().startswith("#"))
    return _from_pieces([Piece("hcl", "", "\n".join(kept).lstrip("\n") + "\n", not depth.open)])


def _looks_like_prose(line: str) -> bool:
    bare = line.strip()
    if not bare or bare.startswith(("#", "//", "/*")):
        return FILE_NAME.search(bare) is not None and bare.startswith("##")
    return not re.search(r"[={}\[\]]", bare) and (
        " " in bare or bare.endswith(":") or FILE_NAME.fullmatch(bare) is not None
    )


class _Depth:
    """Whether a block is still open: counts braces outside of strings, comments and heredocs."""

    _pattern = re.compile(r'"(?:[^"\\\n]|\\.)*"|#|//|/\*|<<-?[ \t]*[A-Za-z_][\w-]*[ \t]*$|[{}]')

    def __init__(self) -> None:
        self.depth = 0
        self.heredoc = ""
        self.comment = False

    @property
    def open(self) -> bool:
        return self.depth > 0 or bool(self.heredoc)

    def feed(self, line: str) -> None:
        if self.heredoc:
            if line.strip() == self.heredoc:
                self.heredoc = ""
            return
        if self.comment:
            end = line.find("*/")
            if end < 0:
                return
            self.comment, line = False, line[end + 2 :]
        for match in self._pattern.finditer(line):
            mark = match[0]
            if mark in ("#", "//"):
                return
            if mark == "/*":
                if "*/" not in line[match.end() :]:
                    self.comment = True
                    return
            elif mark == "{":
                self.depth += 1
            elif mark == "}":
                self.depth = max(0, self.depth - 1)
            elif mark.startswith("<<"):
                self.heredoc = mark.lstrip("<-").strip()


# --- the end ---------------------------------------------------------------------------------------------------------


def _finish(found: Mapping[str, str], *, keep_directories: bool) -> dict[str, bytes]:
    files = dict(list(found.items())[:MAX_FILES])
    if not any(p.endswith((".tf", ".tf.json")) for p in files):
        return {}
    while (
        not keep_directories
    ):  # project/main.tf, project/modules/x/main.tf: the common directory is not part of the configuration
        tops = {p.split("/", 1)[0] if "/" in p else "" for p in files}
        top = next(iter(tops))
        if len(tops) != 1 or top in ("", "modules"):
            break
        files = {p.split("/", 1)[1]: t for p, t in files.items()}
    out: dict[str, bytes] = {}
    left = MAX_BYTES
    for path in sorted(files):
        content = files[path].encode("utf-8", "replace")
        if len(content) <= left:
            left -= len(content)
            out[path] = content
    return out

"""archive_file, local_file, template_file, cloudinit_config: data sources that work on files and text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import os
import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from data_source_help import STRINGS, answer, attributes, filled

from terraformer.provider.context import ProviderContext
from terraformer.provider.data_sources import ReadResult, validate
from terraformer.provider.schema import Block, NestedBlock, ResourceSchema

ARCHIVE = Block(
    attributes(
        "type:r output_path:r source_file:o source_dir:o source_content:o source_content_filename:o excludes:o"
        " exclude_symlink_directories:o output_file_mode:o id:c output_size:c output_md5:c output_sha:c"
        " output_sha256:c output_sha512:c output_base64sha256:c output_base64sha512:c",
        {"excludes": STRINGS, "exclude_symlink_directories": "bool", "output_size": "number"},
    ),
    {"source": NestedBlock("source", "set", Block(attributes("content:r filename:r")))},
)
LOCAL = Block(
    attributes(
        "filename:r id:c content:c content_base64:c content_md5:c content_sha1:c content_sha256:c content_sha512:c"
        " content_base64sha256:c content_base64sha512:c"
    )
)
TEMPLATE = Block(attributes("id:oc template:o filename:o vars:o rendered:c", {"vars": ["map", "string"]}))
CLOUDINIT = Block(
    attributes("id:c gzip:oc base64_encode:oc boundary:oc rendered:c", {"gzip": "bool", "base64_encode": "bool"}),
    {"part": NestedBlock("part", "list", Block(attributes("content:r content_type:o filename:o merge_type:o")))},
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    root = tmp_path / "sandbox"
    (root / "src" / "lib").mkdir(parents=True)
    (root / "src" / "handler.py").write_text("def handler(event, context): ...\n")
    (root / "src" / "lib" / "util.py").write_text("X = 1\n")
    (root / "src" / "lib" / "notes.txt").write_text("n\n")
    (tmp_path / "secret.txt").write_text("secret")
    return root


def archive(sandbox: Path, **value: Any) -> ReadResult:
    return answer("hashicorp/archive", "archive_file", ARCHIVE, {"type": "zip", **value}, sandbox=sandbox)


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None
        return made.namelist()


def test_archive_of_a_file(sandbox: Path) -> None:
    result = archive(sandbox, source_file="src/handler.py", output_path="out/fn.zip")
    made = (sandbox / "out" / "fn.zip").read_bytes()
    assert names(sandbox / "out" / "fn.zip") == ["handler.py"]
    state = result.state
    assert state["output_size"] == len(made)
    assert state["output_md5"] == hashlib.md5(made).hexdigest()
    assert state["output_sha"] == state["id"] == hashlib.sha1(made).hexdigest()
    assert state["output_sha256"] == hashlib.sha256(made).hexdigest()
    assert state["output_sha512"] == hashlib.sha512(made).hexdigest()
    assert state["output_base64sha256"] == base64.b64encode(hashlib.sha256(made).digest()).decode()
    assert state["output_base64sha512"] == base64.b64encode(hashlib.sha512(made).digest()).decode()
    assert "compressor" in result.assumed["output_base64sha256"]


def test_archives_are_deterministic(sandbox: Path) -> None:
    first = archive(sandbox, source_dir="src", output_path="a.zip").state["output_sha256"]
    for path in sandbox.rglob("*.py"):
        os.utime(path, (1, 1))
    assert archive(sandbox, source_dir="src", output_path="b.zip").state["output_sha256"] == first


@pytest.mark.parametrize(
    ("excludes", "left"),
    [
        ([], ["handler.py", "lib/notes.txt", "lib/util.py"]),
        (["lib"], ["handler.py"]),
        (["*.py"], ["lib/notes.txt", "lib/util.py"]),
        (["**/*.py"], ["lib/notes.txt"]),
        (["lib/*.{txt,md}"], ["handler.py", "lib/util.py"]),
        (["lib/**"], ["handler.py"]),
        (["handler.p[xyz]"], ["lib/notes.txt", "lib/util.py"]),
        (["["], ["handler.py", "lib/notes.txt", "lib/util.py"]),
    ],
)
def test_archive_of_a_directory(sandbox: Path, excludes: list[str], left: list[str]) -> None:
    result = archive(sandbox, source_dir="src", output_path="d.zip", excludes=excludes)
    assert not result.failed
    assert names(sandbox / "d.zip") == left


def test_archive_of_contents_and_modes(sandbox: Path) -> None:
    archive(
        sandbox,
        output_path="c.zip",
        output_file_mode="0755",
        source=[{"filename": "b.txt", "content": "B"}, {"filename": "a.txt", "content": "A"}],
    )
    with zipfile.ZipFile(sandbox / "c.zip") as made:
        assert made.namelist() == ["a.txt", "b.txt"]
        assert made.read("b.txt") == b"B"
        assert made.getinfo("a.txt").external_attr >> 16 & 0o777 == 0o755
    archive(sandbox, output_path="one.zip", source_content="hello", source_content_filename="one.txt")
    assert names(sandbox / "one.zip") == ["one.txt"]


def test_tarball(sandbox: Path) -> None:
    archive(sandbox, type="tar.gz", source_dir="src", output_path="d.tar.gz")
    with tarfile.open(fileobj=io.BytesIO((sandbox / "d.tar.gz").read_bytes())) as made:
        assert made.getnames() == ["handler.py", "lib/notes.txt", "lib/util.py"]


@pytest.mark.parametrize(
    ("value", "said", "code"),
    [
        ({"source_file": "gone.py"}, "could not archive missing file: gone.py", "file-missing"),
        ({"source_dir": "gone"}, "could not archive missing directory: gone", "file-missing"),
        ({"source_dir": "src/handler.py"}, "could not archive directory that is a file", "data-source"),
        ({"source_dir": "src", "excludes": ["**"]}, "archive has not been created as it would be empty", "data-source"),
        ({"source_file": "src/handler.py", "type": "rar"}, "archive type not supported: rar", "data-source"),
        ({"source_file": "src/handler.py", "output_file_mode": "rw"}, "output_file_mode value: rw", "data-source"),
        ({"source_file": "../secret.txt"}, "outside the configuration's directory", "data-source"),
        ({"source_dir": ".."}, "outside the configuration's directory", "data-source"),
        ({"source_file": "/etc/passwd"}, "outside the configuration's directory", "data-source"),
    ],
)
def test_archives_that_cannot_be(sandbox: Path, value: dict[str, Any], said: str, code: str) -> None:
    result = archive(sandbox, output_path="x.zip", **value)
    assert result.failed
    assert result.diagnostics[0].summary == "Archive creation error"
    assert said in result.diagnostics[0].detail
    assert result.diagnostics[0].code == code
    assert not (sandbox / "x.zip").exists()


def test_archive_arguments(sandbox: Path) -> None:
    assert "At least one" in archive(sandbox, output_path="x.zip").diagnostics[0].detail
    both = archive(sandbox, output_path="x.zip", source_file="src/handler.py", source_dir="src")
    assert "cannot be specified when" in both.diagnostics[0].detail


def test_what_validation_refuses() -> None:
    ctx = ProviderContext("x", "1.0.0")
    for source, type, block in (
        ("hashicorp/archive", "archive_file", ARCHIVE),
        ("hashicorp/cloudinit", "cloudinit_config", CLOUDINIT),
    ):
        found = validate(source, type, filled(block, {}), ResourceSchema("data", type, block), ctx)
        assert [d.severity for d in found] == ["error"]


def test_links_do_not_leave_the_sandbox(sandbox: Path) -> None:
    (sandbox / "src" / "leak").symlink_to("../../secret.txt")
    assert archive(sandbox, source_file="src/leak", output_path="x.zip").failed
    assert archive(sandbox, source_dir="src", output_path="x.zip").failed
    (sandbox / "src" / "leak").unlink()
    (sandbox / "src" / "up").symlink_to("../..", target_is_directory=True)
    assert archive(sandbox, source_dir="src", output_path="x.zip").failed
    (sandbox / "src" / "up").unlink()
    (sandbox / "src" / "loop").symlink_to(".", target_is_directory=True)
    assert "nested more than" in archive(sandbox, source_dir="src", output_path="x.zip").diagnostics[0].detail
    kept = archive(sandbox, source_dir="src", output_path="x.zip", exclude_symlink_directories=True)
    assert not kept.failed
    (sandbox / "out").symlink_to("..", target_is_directory=True)
    outside = archive(sandbox, source_file="src/handler.py", output_path="out/x.zip")
    assert not outside.failed
    assert "not written" in outside.assumed["output_sha256"]
    assert not (sandbox.parent / "x.zip").exists()


def test_a_fifo_does_not_block(sandbox: Path) -> None:
    os.mkfifo(sandbox / "pipe")
    result = archive(sandbox, source_file="pipe", output_path="x.zip")
    assert "not a regular file" in result.diagnostics[0].detail


def test_local_file(sandbox: Path) -> None:
    (sandbox / "f.bin").write_bytes(b"\xff\x00ok")
    for kind in ("local_file", "local_sensitive_file"):
        result = answer("hashicorp/local", kind, LOCAL, {"filename": "f.bin"}, sandbox=sandbox)
        assert result.state["content"] == "\ufffd\x00ok"
        assert base64.b64decode(result.state["content_base64"]) == b"\xff\x00ok"
        assert result.state["id"] == result.state["content_sha1"] == hashlib.sha1(b"\xff\x00ok").hexdigest()
        assert result.state["content_base64sha512"].endswith("=")
        assert result.assumed == {}


@pytest.mark.parametrize("name", ["gone.txt", "../secret.txt", "/etc/passwd", "src", "a\0b"])
def test_local_files_that_cannot_be_read(sandbox: Path, name: str) -> None:
    result = answer("hashicorp/local", "local_file", LOCAL, {"filename": name}, sandbox=sandbox)
    assert result.failed
    assert result.diagnostics[0].summary == "Read local file data source error"
    assert "secret" not in (result.state["content"] or "")


def template(text: str, **variables: str) -> ReadResult:
    value = {"template": text, "vars": variables}
    return answer("hashicorp/template", "template_file", TEMPLATE, value)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("plain", "plain"),
        ("a ${who} b ${ who }", "a World b World"),
        ("$${who} %%{ if } $5 100%", "${who} %{ if } $5 100%"),
        ('${upper(who)}-${lower("ABC")}-${trimsuffix(who, "ld")}', "WORLD-abc-Wor"),
        ("x   ${~ who ~}   y", "xWorldy"),
        ('${jsonencode("<&>")}', '"\\u003c\\u0026\\u003e"'),
        ("${sha256(upper(who))}", hashlib.sha256(b"WORLD").hexdigest()),
    ],
)
def test_template(text: str, rendered: str) -> None:
    result = template(text, who="World")
    assert result.state["rendered"] == rendered
    assert result.state["id"] == hashlib.sha256(rendered.encode()).hexdigest()
    assert result.assumed == {}


def test_template_problems() -> None:
    result = template("a\nb ${nobody}")
    assert "Unknown variable" in result.diagnostics[0].summary
    assert "2,5" in result.diagnostics[0].summary
    assert template("${who").failed


@pytest.mark.parametrize("text", ["%{ if a == 1 }x%{ endif }", "${a + 1}", "${cidrhost(a, 1)}", "${a ? b : c}"])
def test_template_expressions_that_are_not_evaluated_are_said(text: str) -> None:
    result = template(text, a="1", b="2", c="3")
    assert not result.failed
    assert "not evaluated" in result.assumed["rendered"]


def test_template_from_a_file(sandbox: Path) -> None:
    (sandbox / "t.tpl").write_text("hi ${name}")
    value = {"filename": "t.tpl", "vars": {"name": "you"}}
    result = answer("hashicorp/template", "template_file", TEMPLATE, value, sandbox=sandbox)
    assert result.state["rendered"] == "hi you"
    outside = answer("hashicorp/template", "template_file", TEMPLATE, {"filename": "../secret.txt"}, sandbox=sandbox)
    assert outside.failed


def cloudinit(**value: Any) -> ReadResult:
    return answer("hashicorp/cloudinit", "cloudinit_config", CLOUDINIT, value)


def test_cloudinit_document() -> None:
    result = cloudinit(
        gzip=False,
        base64_encode=False,
        part=[
            {"content": "one", "content_type": "text/cloud-config", "filename": "c.yaml", "merge_type": "list()"},
            {"content": ""},
        ],
    )
    expected = (
        'Content-Type: multipart/mixed; boundary="MIMEBOUNDARY"\nMIME-Version: 1.0\r\n\r\n'
        '--MIMEBOUNDARY\r\nContent-Disposition: attachment; filename="c.yaml"\r\n'
        "Content-Transfer-Encoding: 7bit\r\nContent-Type: text/cloud-config\r\nMime-Version: 1.0\r\n"
        "X-Merge-Type: list()\r\n\r\none"
        "\r\n--MIMEBOUNDARY\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: text/plain\r\nMime-Version: 1.0\r\n\r\n"
        "\r\n--MIMEBOUNDARY--\r\n"
    )
    assert result.state["rendered"] == expected
    assert result.state["id"] == str(zlib.crc32(expected.encode()))
    assert result.state["boundary"] == "MIMEBOUNDARY"
    assert result.assumed == {}


def test_cloudinit_encodings() -> None:
    part = [{"content": "x" * 500}]
    plain = cloudinit(gzip=False, base64_encode=False, part=part).state["rendered"]
    encoded = cloudinit(gzip=False, part=part)
    assert base64.b64decode(encoded.state["rendered"]).decode() == plain
    assert encoded.assumed == {}
    packed = cloudinit(part=part)
    assert gzip.decompress(base64.b64decode(packed.state["rendered"])).decode() == plain
    assert packed.state["gzip"] is True
    assert set(packed.assumed) == {"id", "rendered"}


def test_cloudinit_problems() -> None:
    assert "base64_encode" in cloudinit(base64_encode=False, part=[{"content": ""}]).diagnostics[0].detail
    assert "part must have" in cloudinit().diagnostics[0].detail
    assert "boundary" in cloudinit(boundary="ä", part=[{"content": ""}]).diagnostics[0].detail

from __future__ import annotations

from pathlib import Path

import pytest

from terraformer.errors import UsageError
from terraformer.generate import write_config
from terraformer.types import TerraformConfig

ONE = TerraformConfig({"main.tf": b"# one\n", "modules/a/main.tf": b"# a\n"})
TWO = TerraformConfig({"main.tf": b"# two\n"})


def test_writes_and_replaces_only_its_own(tmp_path: Path) -> None:
    out = tmp_path / "new" / "dir"
    written = write_config(ONE, out)
    assert [p.relative_to(out).as_posix() for p in written] == ["main.tf", "modules/a/main.tf"]
    assert (out / "modules/a/main.tf").read_bytes() == b"# a\n"
    write_config(TWO, out)  # its own files may be replaced, and what is no longer part of it goes
    assert (out / "main.tf").read_bytes() == b"# two\n" and not (out / "modules/a/main.tf").exists()
    (out / "main.tf").write_bytes(b"# mine now\n")
    with pytest.raises(UsageError, match=r"main\.tf: exists and was not written"):
        write_config(ONE, out)
    assert (out / "main.tf").read_bytes() == b"# mine now\n" and not (out / "modules/a/main.tf").exists()
    write_config(ONE, out, overwrite=True)
    assert (out / "main.tf").read_bytes() == b"# one\n"


def test_same_content_is_no_conflict(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_bytes(b"# two\n")
    write_config(TWO, tmp_path)


def test_other_configurations_are_not_joined(tmp_path: Path) -> None:
    (tmp_path / "other.tf").write_text("# somebody's\n")
    with pytest.raises(UsageError, match=r"other\.tf: another configuration"):
        write_config(TWO, tmp_path)
    assert not (tmp_path / "main.tf").exists()


def test_links_and_files_in_the_way(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    out = tmp_path / "out"
    out.mkdir()
    (out / "main.tf").symlink_to(target)
    for force in (False, True):
        with pytest.raises(UsageError, match="in the way"):
            write_config(TWO, out, overwrite=force)
    assert target.read_text() == "keep"
    (out / "main.tf").unlink()
    (out / "modules").symlink_to(tmp_path)
    with pytest.raises(UsageError, match="in the way"):
        write_config(ONE, out)
    with pytest.raises(UsageError, match="not a directory"):
        write_config(ONE, target)


def test_a_forged_manifest_deletes_nothing_outside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_config(TWO, out)
    precious = tmp_path / "precious"
    precious.write_bytes(b"# two\n")
    manifest = out / ".terraformer.json"
    digest = manifest.read_text().split('"')[5]
    manifest.write_text(f'{{"files": {{"../precious": "{digest}", "/etc/hostname": "{digest}"}}}}')
    write_config(ONE, out, overwrite=True)
    assert precious.exists()

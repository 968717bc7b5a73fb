"""Writing a change to the disk: all or nothing, and nothing of others."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from terraformer.errors import ToolFailure, UsageError
from terraformer.generate.mutation.writing import write_changes
from terraformer.verify import load_config

FILES = {"main.tf": "locals {\n  a = 1\n}\n", "other.tf": "locals {\n  b = 1\n}\n", "notes.txt": "mine\n"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def snapshot(directory: Path) -> dict[str, bytes]:
    return {
        p.relative_to(directory).as_posix(): p.read_bytes()
        for p in sorted(directory.rglob("*"))
        if p.is_file() and ".git/" not in p.as_posix()
    }


def git(directory: Path, *arguments: str) -> None:
    options = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *options, *arguments], cwd=directory, check=True, capture_output=True)


def test_only_what_differs_is_written(directory: Path) -> None:
    before = load_config(directory)
    (directory / "other.tf").chmod(0o640)
    old = (directory / "main.tf").stat()
    after = before.with_files({"other.tf": b"locals {}\n", "sub/new.tf": b"locals {}\n"})
    assert write_changes(directory, before, after) == (directory / "other.tf", directory / "sub" / "new.tf")
    assert snapshot(directory) == {
        "main.tf": FILES["main.tf"].encode(),
        "notes.txt": b"mine\n",
        "other.tf": b"locals {}\n",
        "sub/new.tf": b"locals {}\n",
    }
    assert (directory / "other.tf").stat().st_mode & 0o777 == 0o640
    assert (directory / "main.tf").stat().st_ino == old.st_ino
    assert write_changes(directory, before, before) == ()


def test_files_are_removed(directory: Path) -> None:
    before = load_config(directory)
    write_changes(directory, before, before.with_files({"other.tf": None}))
    assert sorted(snapshot(directory)) == ["main.tf", "notes.txt"]


def test_a_file_that_changed_since_it_was_read_is_left_alone(directory: Path) -> None:
    before = load_config(directory)
    after = before.with_files({"main.tf": b"locals {}\n", "other.tf": b"locals {}\n"})
    (directory / "other.tf").write_text("# somebody was here\n")
    present = snapshot(directory)
    with pytest.raises(UsageError, match="changed since"):
        write_changes(directory, before, after)
    assert snapshot(directory) == present
    assert len(write_changes(directory, before, after, force=True)) == 2


def test_a_new_file_does_not_take_the_place_of_another(directory: Path) -> None:
    before = load_config(directory)
    (directory / "new.tf").write_text("# there\n")
    with pytest.raises(UsageError, match="was there"):
        write_changes(directory, before, before.with_files({"new.tf": b"locals {}\n"}))
    assert (directory / "new.tf").read_text() == "# there\n"


def test_uncommitted_changes_are_not_written_over(directory: Path) -> None:
    git(directory, "init")
    git(directory, "add", "main.tf", "other.tf")
    git(directory, "commit", "-m", "first")
    (directory / "main.tf").write_text("locals {\n  a = 2\n}\n")
    before = load_config(directory)
    for change in ({"main.tf": b"locals {}\n"}, {"notes.txt": b"changed\n"}):
        present = snapshot(directory)
        with pytest.raises(UsageError, match=r"uncommitted|version control"):
            write_changes(directory, before, before.with_files({**change, "other.tf": b"locals {}\n"}))
        assert snapshot(directory) == present
    # Others' uncommitted files are no hindrance.
    assert write_changes(directory, before, before.with_files({"other.tf": b"locals {}\n"}))
    assert write_changes(directory, before, before.with_files({"main.tf": b"locals {}\n"}), force=True)


@pytest.mark.parametrize("failing", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_failure_in_the_middle_puts_everything_back(
    directory: Path, monkeypatch: pytest.MonkeyPatch, failing: BaseException, at: int
) -> None:
    before = load_config(directory)
    after = before.with_files({"main.tf": b"1\n", "other.tf": None, "a/b/new.tf": b"2\n", "z.tf": b"3\n"})
    present = snapshot(directory)
    replace = Path.replace
    calls = []

    def failing_replace(self: Path, target: Path) -> Path:
        if len(calls) == at:
            calls.append(target)
            raise failing
        calls.append(target)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing_replace)
    with pytest.raises(ToolFailure if isinstance(failing, OSError) else KeyboardInterrupt):
        write_changes(directory, before, after)
    monkeypatch.undo()
    assert snapshot(directory) == present
    assert not (directory / "a").exists()


def test_symbolic_links_are_written_through_but_not_out_of_the_directory(tmp_path: Path) -> None:
    directory = tmp_path / "root"
    (directory / "shared").mkdir(parents=True)
    (directory / "shared" / "common.txt").write_text("locals {\n  a = 1\n}\n")
    (directory / "main.tf").symlink_to("shared/common.txt")
    before = load_config(directory)
    write_changes(directory, before, before.with_files({"main.tf": b"locals {}\n"}))
    assert (directory / "main.tf").is_symlink()
    assert (directory / "shared" / "common.txt").read_text() == "locals {}\n"
    outside = tmp_path / "outside.tf"
    outside.write_text("x\n")
    (directory / "new.tf").symlink_to(outside)
    with pytest.raises(UsageError, match="outside"):
        write_changes(directory, before, before.with_files({"new.tf": b"locals {}\n"}), force=True)
    assert outside.read_text() == "x\n"


def test_a_single_file_and_a_root_below_the_top(tmp_path: Path) -> None:
    single = tmp_path / "one.tf"
    single.write_text("locals {}\n")
    before = load_config(single)
    with pytest.raises(UsageError, match="name the directory"):
        write_changes(single, before, before.with_files({"two.tf": b""}))
    assert write_changes(single, before, before.with_files({"one.tf": b"\n"})) == (single,)
    (tmp_path / "live").mkdir()
    (tmp_path / "m").mkdir()
    (tmp_path / "live" / "main.tf").write_text('module "m" {\n  source = "../m"\n}\n')
    (tmp_path / "m" / "main.tf").write_text("locals {}\n")
    before = load_config(tmp_path / "live")
    assert before.root == "live"
    after = before.with_files({"m/main.tf": b"locals {\n}\n", "live/new.tf": b"locals {}\n"})
    write_changes(os.path.relpath(tmp_path / "live"), before, after)
    assert (tmp_path / "m" / "main.tf").read_bytes() == b"locals {\n}\n"
    assert (tmp_path / "live" / "new.tf").is_file()

"""Which files changed, by git: committed since a revision, staged, in the working tree, and untracked."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from terraformer.errors import ToolFailure, UsageError

__all__ = ["changed_since"]

TIMEOUT = 120


def changed_since(revision: str, directory: Path) -> tuple[Path, tuple[Path, ...]]:
    """The top of the repository around a directory, and every file in it that differs from the revision: changed,
    added, deleted or untracked (ignored files are not). Both resolved.

    The comparison is with the point where the current branch left the revision's (``git merge-base``), so that what
    others did there since does not count; with the revision itself where there is no such point (a shallow clone).
    Files of submodules are not listed. Raises UsageError outside of a repository and for an unknown revision.
    """
    top = Path(
        os.fsdecode(_git(directory, ["rev-parse", "--show-toplevel"], f"{directory}: --changed-since needs git"))
    )
    # The revision is looked up by itself, so that one that looks like an option or a range is refused.
    commit = _run(top, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
    if commit.returncode != 0 or not revision.strip():
        raise UsageError(
            f"--changed-since {revision!r}: no such revision in {top} (in continuous integration, fetch it: "
            "the whole history is needed, not a shallow clone)"
        )
    base = commit.stdout.strip().decode("ascii")
    merge_base = _run(top, ["merge-base", base, "HEAD"])
    if merge_base.returncode == 0:
        base = merge_base.stdout.split()[0].decode("ascii")
    differing = _git(
        top, ["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules", base, "--"], str(top)
    )
    untracked = _git(top, ["ls-files", "--others", "--exclude-standard", "-z"], str(top))
    names = {os.fsdecode(name) for name in (differing + untracked).split(b"\0") if name}
    root = top.resolve()
    return root, tuple(sorted(root / name for name in names))


def _git(directory: Path, arguments: Sequence[str], what: str) -> bytes:
    done = _run(directory, arguments)
    if done.returncode != 0:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise UsageError(f"{what}: {said.removeprefix('fatal: ') or 'git failed'}")
    return done.stdout if b"\0" in done.stdout else done.stdout.rstrip(b"\n")


def _run(directory: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    # A repository's own settings may name programs (file system monitors); none of them is run.
    command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", *arguments]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        return subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, check=False, timeout=TIMEOUT
        )
    except FileNotFoundError:
        raise ToolFailure("--changed-since needs the program git, which is not on PATH") from None
    except subprocess.TimeoutExpired:
        raise ToolFailure(f"git {arguments[0]} took more than {TIMEOUT} seconds") from None

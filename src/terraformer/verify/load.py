"""Configurations and policies from disk. The user's directory is only ever read."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from terraformer.errors import PolicyError, UsageError
from terraformer.hcl import Module, is_configuration_file, scan
from terraformer.types import Policy, TerraformConfig
from terraformer.verify.policies import builtin_policies

__all__ = ["load_config", "load_policies"]

MAX_BYTES = 64 * 1024 * 1024
MAX_FILE = 16 * 1024 * 1024
MAX_FILES = 5000
MAX_LEVELS_UP = 4
_SKIPPED_DIRS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".terragrunt-cache"})
_BUILTIN = "builtin:"
_MODULE_PATH = re.compile(r'"\$\{path\.module\}/([^"$%\\]+)"')
_STATE = re.compile(r"terraform\.tfstate.*|.*\.tfplan")


def load_config(path: str | os.PathLike[str]) -> TerraformConfig:
    """A configuration from a directory (its root module, with all below it) or from one file.

    Modules above the directory ("../modules/x") are included: the configuration's top is then their common ancestor, at
    most four levels up. So are files above it that a function reads by a literal path (file("../keys/x.pub")), where
    they belong to the same git repository. ``.git``, ``node_modules``, state files and ``.terraform`` (but for
    installed modules) are left out, as are symbolic links that lead outside. Raises UsageError when there is nothing to
    read or it is too much.
    """
    given = Path(path)
    try:
        if given.is_file():
            return _one_file(given)
        if not given.is_dir():
            raise UsageError(f"{given}: no such file or directory")
        if not any(is_configuration_file(e.name) for e in os.scandir(given) if e.is_file()):
            raise UsageError(f"{given}: no .tf or .tf.json file in this directory; name the root module's directory")
        root = given.resolve()
        levels = 0
        while True:
            config = _tree(root, levels)
            wanted = _levels_up(config, levels, _repository(root))
            if wanted <= levels:
                return config
            levels = wanted
    except OSError as error:
        raise UsageError(f"{error.filename or given}: {error.strerror}") from None


def _one_file(path: Path) -> TerraformConfig:
    content = path.read_bytes()
    name = path.name if is_configuration_file(path.name) else "main.tf"
    return TerraformConfig({name: content})


def _repository(root: Path) -> int:
    """How many levels up the git repository begins that the directory belongs to; 0 where there is none."""
    return next((up for up, place in enumerate((root, *root.parents)) if (place / ".git").exists()), 0)


def _files_read(module: Module, root: str) -> Iterator[str]:
    """Paths, relative to the top, that functions of a module read by a literal: relative to the root module as plain
    ones are, or below ``path.module``."""
    for call in module.file_calls:
        path, base = call.literal, root
        if path is None and (match := _MODULE_PATH.match(call.argument.strip())) is not None:
            path, base = match[1], module.dir
        if path and not posixpath.isabs(path) and not path.startswith("~"):
            yield posixpath.normpath(posixpath.join(base, path))


def _levels_up(config: TerraformConfig, levels: int, repository: int) -> int:
    """How many levels above the root module its local modules, and files of the repository, reach; followed through the
    modules found so far."""
    deepest = levels
    tree = scan(config.files, config.root)
    depth = 0 if config.root == "." else config.root.count("/") + 1
    for module in tree.modules.values():
        for call in module.module_calls:
            if call.key is not None or not call.is_local or call.source is None:
                continue
            target = posixpath.normpath(posixpath.join(module.dir, call.source))
            climbs = target.split("/").count("..")
            if climbs and levels + climbs <= MAX_LEVELS_UP and depth + climbs > deepest:
                deepest = max(deepest, levels + climbs)
        for path in _files_read(module, config.root):
            climbs = path.split("/").count("..")
            if climbs and levels + climbs <= min(MAX_LEVELS_UP, repository):
                deepest = max(deepest, levels + climbs)
    return deepest


def _tree(root: Path, levels: int) -> TerraformConfig:
    """The root module's directory and, with ``levels``, the directories of modules above it."""
    top = root
    for _ in range(levels):
        top = top.parent
    files: dict[str, bytes] = {}
    total = 0

    def add(directory: Path) -> None:
        nonlocal total
        for current, names, entries in os.walk(directory, followlinks=False):
            inside = Path(current)
            names[:] = sorted(n for n in names if n not in _SKIPPED_DIRS and not (inside / n).is_symlink())
            if ".terraform" in names:
                names.remove(".terraform")
                installed = inside / ".terraform" / "modules"
                if installed.is_dir() and not installed.is_symlink() and inside == root:
                    add(installed)
            for name in sorted(entries):
                file = inside / name
                if _STATE.fullmatch(name) or not _readable(file, top):
                    continue
                key = file.relative_to(top).as_posix()
                if key in files:
                    continue
                size = file.stat().st_size
                if size > MAX_FILE:
                    if is_configuration_file(name):
                        raise UsageError(f"{file}: {size:,} bytes are too much for a Terraform file")
                    continue
                total += size
                if total > MAX_BYTES or len(files) >= MAX_FILES:
                    raise UsageError(
                        f"{directory}: more than {MAX_FILES:,} files or {MAX_BYTES // 1048576} MB; name the root "
                        f"module's "
                        "own directory"
                    )
                files[key] = file.read_bytes()

    add(root)
    root_key = "." if top == root else root.relative_to(top).as_posix()
    if levels:
        # Only the modules that are called are taken from above, not everything that lies there.
        pending = True
        seen: set[str] = set()
        while pending:
            pending = False
            tree = scan(files, root_key)
            for module in tree.modules.values():
                for call in module.module_calls:
                    if call.key is not None or not call.is_local or call.source is None:
                        continue
                    target = posixpath.normpath(posixpath.join(module.dir, call.source))
                    if target.startswith("..") or target in seen:
                        continue
                    seen.add(target)
                    directory = top / target
                    if directory.is_dir():
                        add(directory)
                        pending = True
        if levels <= _repository(root):
            for module in tree.modules.values():
                for key in _files_read(module, root_key):
                    file = top / key
                    if not key.startswith("..") and key not in files and _readable(file, top) and _small(file):
                        files[key] = file.read_bytes()
    return TerraformConfig(files, root_key)


def _small(file: Path) -> bool:
    return file.stat().st_size <= MAX_FILE and not _STATE.fullmatch(file.name)


def _readable(file: Path, top: Path) -> bool:
    """A regular file inside the top directory, links resolved."""
    if file.is_symlink():
        try:
            target = file.resolve(strict=True)
        except OSError:
            return False
        return target.is_file() and target.is_relative_to(top)
    return file.is_file()


def load_policies(path: str | os.PathLike[str]) -> tuple[Policy, ...]:
    """The policies of a .rego file, of all .rego files below a directory (tests, ``*_test.rego``, are left out), or of
    a library that comes with the package: "builtin:aws-baseline".

    Raises PolicyError when there is none, or a file cannot be read.
    """
    name = os.fspath(path)
    if name.startswith(_BUILTIN):
        return builtin_policies(name.removeprefix(_BUILTIN))
    given = Path(path)
    if given.is_file():
        found = [given]
    elif given.is_dir():
        found = sorted(p for p in given.rglob("*.rego") if p.is_file() and not p.name.endswith("_test.rego"))
        if not found:
            raise PolicyError(f"{given}: no .rego file in this directory")
    else:
        raise PolicyError(f"{given}: no such file or directory")
    policies: list[Policy] = []
    for file in found:
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise PolicyError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError as error:
            raise PolicyError(f"{file}: not UTF-8 text (byte {error.start})") from None
        name = file.name if file is given else file.relative_to(given).as_posix()
        policies.append(Policy(name, text))
    return tuple(policies)

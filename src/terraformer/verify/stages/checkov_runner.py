"""Checkov as a library: imported late, silent, offline, one thread, one process.

Source: Checkov's own runner for Terraform (bridgecrewio/checkov, ``checkov.terraform.runner``), its built-in checks
only. Not covered: Checkov's other frameworks (secrets, images, dependencies), checks and guidelines that need its
platform, modules from a registry, and variables given on the command line.

Checkov reads its YAML checks and imports modules on first use, so ``load`` runs it once on a small configuration:
afterwards a scan reads nothing but what it scans, and works inside a sandbox that hides the standard library.
"""

from __future__ import annotations

import importlib
import importlib.util
import io
import logging
import os
import shutil
import tempfile
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terraformer.errors import ToolFailure

__all__ = ["CheckovFinding", "CheckovScan", "NotInstalled", "load", "scan_files"]

_SETTINGS = {
    # One process: a fork would copy a worker that hosts Terraform's threads.
    "CHECKOV_PARALLELIZATION_TYPE": "none",
    "CHECKOV_WORKERS_NUMBER": "1",
    # Nothing is asked of the platform.
    "BC_SKIP_MAPPING": "TRUE",
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "TRUE",
    "CKV_GITHUB_CONFIG_FETCH_DATA": "FALSE",
    "CKV_GITLAB_CONFIG_FETCH_DATA": "FALSE",
    "CKV_VALIDATE_SECRETS": "FALSE",
    "BC_ENABLE_PERSIST_GRAPHS": "FALSE",
    "LOG_LEVEL": "CRITICAL",
    # Checkov's own bound on parsing is a signal handler; the worker's limits do the same for all of a run.
    "HCL_PARSE_TIMEOUT_SEC": "0",
}
_WARM_UP = Path(__file__).parent / "checkov_warm_up.tf.txt"
_MAX_ERROR = 300
# What graph checks call attributes and are none.
_NO_PATHS = frozenset({"", "resource_type"})


class NotInstalled(ToolFailure):
    """Checkov is not there."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"the security stage needs Checkov ({reason}): pip install 'terraformer-iac[security]', or leave the "
            f"stage out"
        )


@dataclass(frozen=True, slots=True)
class CheckovFinding:
    """One check on one object. ``file`` is relative to the scanned directory; ``first_line`` and ``last_line`` count
    from 1; ``attributes`` are the paths that the check looked at ("versioning[0].enabled"), often none.

    ``address`` is Checkov's: a resource's as in Terraform, a provider's as "aws.default" or "aws.<alias>", a module
    call's as the bare name or "module.name".
    """

    check: str
    name: str
    passed: bool
    address: str
    file: str
    first_line: int
    last_line: int
    attributes: tuple[str, ...]
    fix: str


@dataclass(frozen=True, slots=True)
class CheckovScan:
    """``unreadable`` are the files that Checkov could not parse."""

    findings: tuple[CheckovFinding, ...]
    unreadable: tuple[str, ...]


@dataclass(slots=True)
class _Checkov:
    runner: Any
    filter: Any
    registries: tuple[Any, ...]
    passed: Any


_lock = threading.Lock()
_loaded: _Checkov | ToolFailure | None = None


def load() -> None:
    """Import Checkov and run it once. Raises NotInstalled, or ToolFailure when it cannot be used."""
    _checkov()


def _checkov() -> _Checkov:
    """What ``load`` loaded. A failure is remembered: in a sandbox a second try would fail for another reason."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _load()
    if isinstance(_loaded, ToolFailure):
        raise _loaded
    return _loaded


def _load() -> _Checkov | ToolFailure:
    try:
        if importlib.util.find_spec("checkov") is None:
            return NotInstalled("it is not installed")
        with _settings(), _quiet(), tempfile.TemporaryDirectory(prefix="security-") as directory:
            with _temporary(directory):  # its parser keeps a pickled grammar there, for anybody to exchange
                checkov = _import()
            (Path(directory) / "main.tf").write_bytes(_WARM_UP.read_bytes())
            _run(checkov, directory)
            return checkov
    except ImportError as error:
        return NotInstalled(str(error))
    except Exception as error:
        return ToolFailure(f"Checkov cannot be used: {type(error).__name__}: {str(error)[:_MAX_ERROR]}")


def scan_files(files: Mapping[str, bytes]) -> CheckovScan:
    """Run every check of Checkov on the given files (relative posix paths, native syntax).

    Raises NotInstalled, or ToolFailure when Checkov itself fails.
    """
    checkov = _checkov()
    directory = tempfile.mkdtemp(prefix="security-")
    try:
        for name, content in files.items():
            path = Path(directory) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with _lock, _settings(), _quiet():
            report = _run(checkov, directory)
        return CheckovScan(tuple(_findings(checkov, report)), _unreadable(report, directory))
    except MemoryError:
        raise
    except Exception as error:
        raise ToolFailure(f"Checkov failed: {type(error).__name__}: {str(error)[:_MAX_ERROR]}") from error
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _settings() -> Iterator[None]:
    """Checkov's settings are environment variables, some read on import and some on each run."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _temporary(directory: str) -> Iterator[None]:
    before, tempfile.tempdir = tempfile.tempdir, directory
    try:
        yield
    finally:
        tempfile.tempdir = before


@contextmanager
def _quiet() -> Iterator[None]:
    """No log line, warning or banner of Checkov's, and the loggers afterwards as they were."""
    root = logging.getLogger()
    handlers, level, disabled = list(root.handlers), root.level, root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)


def _import() -> _Checkov:
    runner = importlib.import_module("checkov.terraform.runner")
    filters = importlib.import_module("checkov.runner_filter")
    enums = importlib.import_module("checkov.common.models.enums")
    parallel = importlib.import_module("checkov.common.parallelizer.parallel_runner")
    parallel.parallel_runner.type = "none"
    importlib.import_module("bc_jsonpath_ng.ext").parse("$.a[0].b")  # builds its tables on first use
    registries = [
        getattr(importlib.import_module(f"checkov.terraform.checks.{kind}.registry"), f"{kind}_registry")
        for kind in ("resource", "data", "provider", "module")
    ]
    confined = _confined(runner)
    return _Checkov(confined, filters.RunnerFilter, tuple(registries), enums.CheckResult.PASSED)


def _confined(runner: Any) -> Any:
    """Checkov's runner with a parser that follows local modules inside the scanned directory and no others."""
    parser: Any = runner.TFParser
    top = ""

    class Parser(parser):  # type: ignore[misc]
        @staticmethod
        def get_content_path(module_loader_registry: Any, root_dir: str, source: str, version: str) -> str | None:
            target = os.path.normpath(source if source.startswith("/") else f"{root_dir}/{source}")
            if not source.startswith(("./", "../", "/")) or os.path.commonpath([top, target]) != top:
                return None
            found: str | None = parser.get_content_path(module_loader_registry, root_dir, source, version)
            return found

    def make(directory: str) -> Any:
        nonlocal top
        top = os.path.abspath(directory)  # noqa: PTH100 (as Checkov has it: links are not followed)
        made = runner.Runner()
        made.graph_manager.parser = Parser()
        return made

    return make


def _run(checkov: _Checkov, directory: str) -> Any:
    settings = checkov.filter(
        framework=["terraform"], download_external_modules=False, show_progress_bar=False, run_image_referencer=False
    )
    report = checkov.runner(directory).run(root_folder=directory, runner_filter=settings)
    return report[0] if isinstance(report, list) else report


def _findings(checkov: _Checkov, report: Any) -> Iterator[CheckovFinding]:
    for record in (*report.passed_checks, *report.failed_checks):
        first, last = record.file_line_range
        passed = record.check_result.get("result") is checkov.passed
        yield CheckovFinding(
            str(record.check_id),
            str(record.check_name),
            passed,
            str(record.resource),
            str(record.file_path).lstrip("/"),
            int(first),
            int(last),
            _attributes(record.check_result.get("evaluated_keys") or ()),
            "" if passed else _fix(checkov, str(record.check_id)),
        )


def _attributes(keys: Iterable[Any]) -> tuple[str, ...]:
    """Paths of attributes, sorted (Checkov's order changes from run to run)."""
    return tuple(sorted({path for key in keys if isinstance(key, str) and (path := _attribute(key)) not in _NO_PATHS}))


def _attribute(key: str) -> str:
    """Checkov's path of an attribute, 'rule/[0]/apply' or 'rule/0/apply/0', as 'rule[0].apply'."""
    steps: list[str] = []
    for step in key.strip("/").split("/"):
        number = step.strip("[]")
        if not number.isdigit():
            steps.append(step)
        elif steps and step != key.rstrip("/").rpartition("/")[2]:
            steps[-1] += f"[{number}]"
    return ".".join(steps)


def _unreadable(report: Any, directory: str) -> tuple[str, ...]:
    root = os.path.realpath(directory)
    paths = {os.path.realpath(str(path)) for path in report.parsing_errors}
    return tuple(sorted(os.path.relpath(path, root).replace(os.sep, "/") for path in paths))


def _fix(checkov: _Checkov, check: str) -> str:
    """How to satisfy a check, where it compares one attribute with known values; else ""."""
    found = next((c for registry in checkov.registries if (c := registry.get_check_by_id(check)) is not None), None)
    if found is None:
        return ""
    try:
        key = _attribute(found.get_inspected_key()).replace("[0]", "")
        if hasattr(found, "get_forbidden_values"):
            values = _plain(found.get_forbidden_values())
            return f"Set {key} to something other than {values}." if values else f"Do not set {key}."
        values = _plain(found.get_expected_values())
    except Exception:  # a check without one attribute, or that needs a resource to tell
        return ""
    return f"Set {key} to {values}." if values else f"Set {key}."


def _plain(values: Iterable[Any]) -> str:
    """Values as they are written in HCL, joined by "or"; "" where any value will do."""
    shown: list[str] = []
    for value in values:
        if value == "CKV_ANY" or not isinstance(value, (str, bool, int)):
            return ""
        text = str(value).lower() if isinstance(value, bool) else str(value)
        text = text.removeprefix("${").removesuffix("}")
        if text and text.lower() not in (s.lower() for s in shown):
            shown.append(text)
    return " or ".join(shown[:8])

"""TFLint where it is installed: found, chosen, run beside the worker, its part put into the report.

Light to import: ``tflint_runner``, which does the work, is imported when there is some.
"""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

from terraformer.errors import SettingsError
from terraformer.types import (
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    VerificationReport,
)
from terraformer.verify.settings import VerifySettings
from terraformer.verify.stages.outcome import SourceOutcome

__all__ = ["TOOLS", "Beside", "find_tflint", "identity", "merge", "resolve", "start"]

TOOLS = ("auto", "tflint", "builtin")


def find_tflint() -> str | None:
    """The path of TFLint, None where it is not on PATH."""
    found = shutil.which("tflint")
    return str(Path(found).absolute()) if found else None


def resolve(settings: VerifySettings) -> VerifySettings:
    """The settings with the lint tool decided: "tflint" or "builtin". Raises SettingsError for an unknown one."""
    if Stage.LINT not in settings.stages:
        return settings
    tool = settings.lint.tool
    if tool not in TOOLS:
        raise SettingsError(f"the lint tool is one of {', '.join(TOOLS)}, not {tool!r}")
    if tool != "auto":
        return settings
    return settings.replace(lint=replace(settings.lint, tool="tflint" if find_tflint() else "builtin"))


def identity(settings: VerifySettings) -> str:
    """What tells one TFLint from another in a cache key; "" where it is not run."""
    if Stage.LINT not in settings.stages or settings.lint.tool != "tflint":
        return ""
    program = find_tflint()
    if program is None:
        return "none"
    try:
        stat = Path(program).stat()
    except OSError:
        return program
    return f"{program}|{stat.st_mtime_ns}|{stat.st_size}"


class Beside:
    """TFLint at work in a thread of its own, while the worker runs."""

    def __init__(self, config: TerraformConfig, settings: VerifySettings) -> None:
        self._outcome = SourceOutcome()
        self._seconds = 0.0
        self._thread = threading.Thread(
            target=self._work, args=(config, settings), name="terraformer-tflint", daemon=True
        )
        self._thread.start()

    def _work(self, config: TerraformConfig, settings: VerifySettings) -> None:
        from terraformer.verify.lint.tflint_runner import run_tflint

        started = time.perf_counter()
        self._outcome = run_tflint(find_tflint(), config, settings)
        self._seconds = time.perf_counter() - started

    def add_to(self, report: VerificationReport) -> VerificationReport:
        """Wait for TFLint and put its part into the worker's report."""
        self._thread.join()
        return merge(report, self._outcome, self._seconds)


def start(config: TerraformConfig, settings: VerifySettings) -> Beside | None:
    """Start TFLint where the settings (resolved) want it."""
    if Stage.LINT not in settings.stages or settings.lint.tool != "tflint":
        return None
    return Beside(config, settings)


# --- into the report ------------------------------------------------------------------------------------------------


def merge(report: VerificationReport, outcome: SourceOutcome, seconds: float) -> VerificationReport:
    """The report with TFLint's part of the lint stage. Where the stage was skipped (no valid HCL) nothing is added."""
    from terraformer.verify.certificates import sort_key

    stage = report.stage(Stage.LINT)
    if stage is None or stage.status is StageStatus.SKIPPED:
        return report
    certificates = tuple(sorted((*report.certificates, *outcome.certificates), key=sort_key))
    tool_errors = (*report.tool_errors, *outcome.tool_errors)
    failed = any(c.stage is Stage.LINT and c.severity is Severity.ERROR for c in certificates)
    if stage.status is StageStatus.ERROR or outcome.tool_errors:
        status = StageStatus.ERROR
    else:
        status = StageStatus.FAILED if failed else StageStatus.PASSED
    stages = tuple(
        StageResult(Stage.LINT, status, round(s.seconds + seconds, 6)) if s.stage is Stage.LINT else s
        for s in report.stages
    )
    checks = (*report.checks, *outcome.checks)
    return replace(report, stages=stages, certificates=certificates, tool_errors=tool_errors, checks=checks)

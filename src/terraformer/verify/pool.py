"""A pool of workers, and the two functions that most callers need.

The parent is thin: it looks into the cache, hands requests to workers, watches them, and turns a worker's end into a
certificate (the configuration's doing) or a tool error (ours).
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import queue
import threading
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

from terraformer.errors import SettingsError, ToolFailure
from terraformer.types import (
    Certificate,
    Policy,
    Severity,
    Stage,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)
from terraformer.verify import scratch
from terraformer.verify.cache import ReportCache, cache_key
from terraformer.verify.core import Core, find_core
from terraformer.verify.lint import tflint
from terraformer.verify.process import Answer, Died, LimitReached, WorkerProcess
from terraformer.verify.protocol import RunMode
from terraformer.verify.settings import VerifySettings, default_workers
from terraformer.verify.stopped import cacheable, extend, failed, padded, resource_limit

__all__ = ["Applied", "VerifierPool", "close_default_pool", "default_pool", "format_config", "verify", "verify_async"]

# Each provider connection leaves a goroutine behind in Terraform (see sandbox._PIDFD_OPEN): a fresh worker every two
# thousand runs costs less than a millisecond a run and bounds that, and whatever else a library may leak.
_MAX_RUNS = 2000
_MAX_IDLE_MB = 320
_COMPILE_AGAIN_SECONDS = 10.0
_HELD = 64
_NO_CORE = Core("", "", "", "")


@dataclass(frozen=True, slots=True)
class Applied:
    """The outcome of a hermetic apply.

    ``report`` is that of the configuration, up to the deploy stage. ``state`` is the content of the state file that
    ``terraform apply`` leaves, the same for the same configuration; None where the configuration does not deploy, the
    tools failed, or applying did not work (``problem`` says why in a line). ``drift`` is Terraform's JSON of the plan
    of the same configuration against that state, None when there is nothing in it: what it holds would change again and
    again (``timestamp()``), so that it is no change of anybody's.

    Two states differ where the configuration calls ``timestamp``, ``uuid`` or ``bcrypt``.
    """

    report: VerificationReport
    state: bytes | None = None
    drift: Mapping[str, Any] | None = None
    problem: str = ""


@dataclass(slots=True)
class _Job:
    config: TerraformConfig
    policies: tuple[Policy, ...]
    settings: VerifySettings
    core: Core
    future: Future[Any]
    key: str | None
    mode: RunMode = RunMode.VERIFY
    applied: tuple[bytes | None, Mapping[str, Any] | None, str] = (None, None, "")

    def outcome(self, report: VerificationReport) -> Any:
        """What the job's future gets."""
        if self.mode is RunMode.APPLY:
            state, drift, problem = self.applied
            return Applied(report, state if not report.tool_errors else None, drift, problem)
        return report


class VerifierPool:
    """Up to ``workers`` processes (default: one a core), started when there is work for them.

    A context manager, sync and async. Thread-safe. Settings given here are the default for its calls.
    """

    def __init__(self, workers: int | None = None, settings: VerifySettings | None = None) -> None:
        if workers is not None and workers < 1:
            raise SettingsError(f"workers must be at least 1, not {workers}")
        self.workers = workers or default_workers()
        self.settings = settings or VerifySettings()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._processes: dict[int, WorkerProcess] = {}
        self._lock = threading.Lock()
        self._idle = 0
        self._closed = False
        self._cache: ReportCache | None = None
        self._applied: OrderedDict[tuple[str, bool], Applied] = OrderedDict()
        self._swept = False

    # --- calls ------------------------------------------------------------------------------------------------------

    def submit(
        self,
        config: TerraformConfig,
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
    ) -> Future[VerificationReport]:
        """Verify in the background. Raises SettingsError for a core that is no program; every other failure of the
        tools is in the report's ``tool_errors``."""
        return self._submit(config, tuple(policies), settings or self.settings, RunMode.VERIFY)

    def submit_apply(self, config: TerraformConfig, *, settings: VerifySettings | None = None) -> Future[Applied]:
        """Apply in the background, hermetically: nothing is created anywhere, no provisioner runs. Raises as
        ``submit``. Only the compile and deploy stages are run; limits, retries and the cache are those of
        ``submit``."""
        chosen = (settings or self.settings).replace(stages=(Stage.COMPILE, Stage.DEPLOY))
        return self._submit(config, (), chosen, RunMode.APPLY)

    def apply(self, config: TerraformConfig, *, settings: VerifySettings | None = None) -> Applied:
        """``submit_apply`` and wait."""
        return self.submit_apply(config, settings=settings).result()

    def submit_change(
        self,
        config: TerraformConfig,
        state: bytes,
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
        checks: bool = False,
    ) -> Future[VerificationReport]:
        """Plan a configuration against the state of an ``Applied``, and judge that plan by ``policies`` (those of a
        change intent). The provider's own rules are left out, since made-up values reach them: a configuration is
        judged by itself, with ``submit``. ``checks`` asks them too: without a finding there is none by itself either,
        but for rules that look at new resources only; a finding may be due to a made-up value."""
        stages = (Stage.COMPILE, Stage.DEPLOY, Stage.POLICY) if policies else (Stage.COMPILE, Stage.DEPLOY)
        chosen = (settings or self.settings).replace(stages=stages, state=state)
        return self._submit(config, tuple(policies), chosen, RunMode.CHECKED_CHANGE if checks else RunMode.CHANGE)

    def format(self, config: TerraformConfig) -> TerraformConfig:
        """The configuration with its files formatted as ``terraform fmt`` does. Files that do not parse stay as they
        are, and so does everything when the tools fail or a limit is reached."""
        return self.submit_format(config).result()

    def submit_format(self, config: TerraformConfig) -> Future[TerraformConfig]:
        """``format`` in the background."""
        return self._submit(config, (), self.settings.replace(cache=False), RunMode.FORMAT)

    def _submit(
        self, config: TerraformConfig, policies: tuple[Policy, ...], chosen: VerifySettings, mode: RunMode
    ) -> Future[Any]:
        future: Future[Any] = Future()
        chosen = tflint.resolve(chosen)
        job = _Job(config, policies, chosen, _NO_CORE, future, None, mode)
        try:
            job.core = find_core(chosen.core)
        except ToolFailure as error:
            if mode is RunMode.FORMAT:
                future.set_result(config)
            else:
                future.set_result(job.outcome(failed(config, chosen, "core-missing", str(error), bool(policies))))
            return future
        if chosen.cache:
            job.key = cache_key(config, policies, chosen, job.core, str(mode))
            found = self._cached(job)
            if found is not None:
                future.set_result(found)
                return future
        with self._lock:
            if self._closed:
                raise ToolFailure("the verifier pool is closed")
            if self._idle == 0 and len(self._threads) < self.workers:
                thread = threading.Thread(
                    target=self._work, name=f"terraformer-worker-{len(self._threads)}", daemon=True
                )
                self._threads.append(thread)
                thread.start()
            elif self._idle:
                self._idle -= 1
            self._jobs.put(job)
        return future

    def verify(
        self,
        config: TerraformConfig,
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
    ) -> VerificationReport:
        """Verify and wait."""
        return self.submit(config, policies=policies, settings=settings).result()

    async def verify_async(
        self,
        config: TerraformConfig,
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
    ) -> VerificationReport:
        """Verify without blocking the event loop."""
        loop = asyncio.get_running_loop()
        future = await loop.run_in_executor(None, lambda: self.submit(config, policies=policies, settings=settings))
        return await asyncio.wrap_future(future)

    def verify_many(
        self,
        configs: Iterable[TerraformConfig | tuple[TerraformConfig, Sequence[Policy]]],
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[VerificationReport]:
        """Reports in the order of the configurations, which may be an endless iterable: it is read a little ahead only.

        A configuration may come with policies of its own, as a pair. ``progress`` is told how many are done.
        """
        waiting: deque[Future[VerificationReport]] = deque()
        source = iter(configs)
        done = 0
        exhausted = False
        try:
            while True:
                while not exhausted and len(waiting) < self.workers * 4:
                    try:
                        item = next(source)
                    except StopIteration:
                        exhausted = True
                        break
                    config, own = item if isinstance(item, tuple) else (item, policies)
                    waiting.append(self.submit(config, policies=own, settings=settings))
                if not waiting:
                    return
                report = waiting.popleft().result()
                done += 1
                if progress is not None:
                    progress(done)
                yield report
        finally:
            for future in waiting:
                future.cancel()

    async def verify_many_async(
        self,
        configs: Iterable[TerraformConfig | tuple[TerraformConfig, Sequence[Policy]]],
        *,
        policies: Sequence[Policy] = (),
        settings: VerifySettings | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> AsyncIterator[VerificationReport]:
        """As verify_many, for an event loop."""
        iterator = self.verify_many(configs, policies=policies, settings=settings, progress=progress)
        try:
            while True:
                report = await asyncio.to_thread(next, iterator, None)
                if report is None:
                    return
                yield report
        finally:
            await asyncio.to_thread(iterator.close)  # type: ignore[attr-defined]

    # --- life -------------------------------------------------------------------------------------------------------

    @property
    def pids(self) -> list[int]:
        """Process ids of the living workers."""
        return [p.pid for p in list(self._processes.values()) if p.pid]

    def resident_mb(self) -> float:
        """Resident memory of all workers and their children, in MB."""
        return sum(p.resident_mb() for p in list(self._processes.values()))

    def close(self) -> None:
        """Kill the workers; calls that still wait get a tool error. Idempotent."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            threads = list(self._threads)
        while True:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is not None and job.mode is RunMode.FORMAT:
                _resolve(job.future, job.config)
            elif job is not None:
                report = failed(job.config, job.settings, "closed", "the verifier pool was closed", bool(job.policies))
                _resolve(job.future, job.outcome(report))
        for _ in threads:
            self._jobs.put(None)
        for process in list(self._processes.values()):
            with contextlib.suppress(OSError):
                process.kill()
        for thread in threads:
            if thread is not threading.current_thread():
                thread.join(15)
        if self._cache is not None:
            self._cache.close()

    def __enter__(self) -> VerifierPool:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> VerifierPool:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await asyncio.to_thread(self.close)

    def _report_cache(self) -> ReportCache:
        with self._lock:
            if self._cache is None:
                self._cache = ReportCache()
            return self._cache

    def _cached(self, job: _Job) -> Any:
        """What the cache holds for a job, None when nothing. A state travels in the place of the plan."""
        assert job.key is not None
        keep = job.settings.keep_plan
        if job.mode is RunMode.APPLY:
            with self._lock:
                held = self._applied.get((job.key, keep))
                if held is not None:
                    self._applied.move_to_end((job.key, keep))
                    return held
        report = self._report_cache().get(job.key, with_plan=keep or job.mode is RunMode.APPLY)
        if report is None or job.mode is not RunMode.APPLY:
            return report
        stored = report.plan or {}
        state = stored.get("state")
        job.applied = (state.encode() if state is not None else None, stored.get("drift"), stored.get("problem", ""))
        return self._hold(job, replace(report, plan=stored.get("plan") if keep else None))

    def _keep(self, job: _Job, report: VerificationReport) -> None:
        assert job.key is not None
        if job.mode is RunMode.APPLY:
            self._hold(job, report if job.settings.keep_plan else replace(report, plan=None))
            state, drift, problem = job.applied
            text = state.decode("utf-8", "replace") if state is not None else None
            report = replace(report, plan={"plan": report.plan, "state": text, "drift": drift, "problem": problem})
        self._report_cache().put(job.key, report)

    def _hold(self, job: _Job, report: VerificationReport) -> Applied:
        """Keep the last few states in memory: one configuration is compared with many."""
        applied: Applied = job.outcome(report)
        with self._lock:
            self._applied[job.key or "", job.settings.keep_plan] = applied
            while len(self._applied) > _HELD:
                self._applied.popitem(last=False)
        return applied

    # --- one thread a worker ----------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Own one worker: start it, keep it busy, replace it. The kernel ends the worker when this thread ends."""
        ident = threading.get_ident()
        if not self._swept:
            self._swept = True
            with contextlib.suppress(OSError):
                scratch.sweep()
        try:
            while True:
                job = self._jobs.get()
                if job is None:
                    return
                report: VerificationReport | None = None
                if not job.future.set_running_or_notify_cancel():
                    pass
                elif job.mode is RunMode.FORMAT:
                    _resolve(job.future, self._format(ident, job))
                else:
                    try:
                        report = self._verify(ident, job)
                    except ToolFailure as error:
                        report = failed(job.config, job.settings, "worker", str(error), bool(job.policies))
                    except BaseException as error:
                        report = failed(
                            job.config, job.settings, "internal", f"{type(error).__name__}: {error}", bool(job.policies)
                        )
                    if job.key is not None and cacheable(report):
                        self._keep(job, report)
                    if not job.settings.keep_plan and report.plan is not None:
                        report = replace(report, plan=None)
                with self._lock:
                    self._idle += 1
                if report is not None:
                    _resolve(job.future, job.outcome(report))
                    if any(error.kind == "bundles" for error in report.tool_errors):
                        self._drop(ident)  # it serves what was installed when it started
                self._recycle(ident)
        finally:
            self._drop(ident)

    def _worker(self, ident: int, job: _Job) -> WorkerProcess:
        current = self._processes.get(ident)
        security = Stage.SECURITY in job.settings.stages
        if current is not None and (
            current.core != job.core
            or current.memory_mb < job.settings.memory_mb
            or (security and not current.security)
        ):
            self._drop(ident)
            current = None
        if current is None:
            memory = max(job.settings.memory_mb, self.settings.memory_mb)
            current = WorkerProcess(job.core, memory, security=security or Stage.SECURITY in self.settings.stages)
            self._processes[ident] = current
        return current

    def _drop(self, ident: int) -> None:
        process = self._processes.pop(ident, None)
        if process is not None:
            process.close()

    def _recycle(self, ident: int) -> None:
        """Replace a worker that has served long or grown: a bound on whatever a library may leak."""
        process = self._processes.get(ident)
        if process is not None and (
            process.runs >= _MAX_RUNS or process.resident_mb() > _MAX_IDLE_MB + process.base_mb
        ):
            self._drop(ident)

    def _verify(self, ident: int, job: _Job) -> VerificationReport:
        deaths: list[Died] = []
        while True:
            try:
                return self._once(ident, job, job.settings)
            except LimitReached as limit:
                self._drop(ident)
                return self._limited(ident, job, limit.what, limit.stage)
            except Died as died:
                self._drop(ident)
                if self._closed:
                    raise ToolFailure("the verifier pool was closed") from None
                deaths.append(died)
                if len(deaths) < 2:
                    continue  # once more, in a fresh worker: the first may have been killed from outside
                if died.stage is Stage.SECURITY:
                    return self._without_security(ident, job, f"the security checks crashed, twice: {died}")
                if all(d.memory for d in deaths):
                    return self._limited(ident, job, "it needed more memory than a run may take", died.stage)
                if all(d.panic for d in deaths):
                    return self._crashed(job, died)
                raise ToolFailure(f"{died}, twice, in stage {died.stage}") from None

    def _once(self, ident: int, job: _Job, settings: VerifySettings) -> VerificationReport:
        worker = self._worker(ident, job)
        beside = tflint.start(job.config, settings)  # the worker may not start programs
        request = {
            "kind": str(job.mode),
            "files": dict(job.config.files),
            "root": job.config.root,
            "policies": [[p.name, p.text] for p in job.policies],
            "settings": {**settings.to_wire(), "keep_plan": settings.keep_plan or job.key is not None},
        }
        answer = worker.run(request, timeout=settings.timeout, memory_mb=settings.memory_mb)
        if job.mode is RunMode.APPLY:
            state, drift, problem = answer.report.get("applied") or (None, None, "")
            job.applied = (state, json.loads(drift) if drift else None, problem)
        report = _report(answer)
        return report if beside is None else beside.add_to(report)

    def _format(self, ident: int, job: _Job) -> TerraformConfig:
        request = {
            "kind": str(job.mode),
            "files": dict(job.config.files),
            "root": job.config.root,
            "policies": [],
            "settings": job.settings.to_wire(),
        }
        try:
            worker = self._worker(ident, job)
            answer = worker.run(request, timeout=job.settings.timeout, memory_mb=job.settings.memory_mb)
            return job.config.with_files(answer.report["files"])
        except (LimitReached, Died):
            self._drop(ident)
            return job.config
        except Exception:
            return job.config

    def _limited(self, ident: int, job: _Job, what: str, stage: Stage) -> VerificationReport:
        """A run that went over a limit. What comes before the stage is established anew, in a fresh worker."""
        stages = job.settings.stages
        earlier = stages[: stages.index(stage)] if stage in stages else ()
        if stage in (Stage.POLICY, Stage.LINT):  # what judges the configuration was too slow for it
            settings = replace(job.settings, stages=earlier)
            before = self._again(ident, job, settings)
            who = "policies were" if stage is Stage.POLICY else "lint rules were"
            error = ToolError(f"{stage}-limit", f"the {who} stopped: {what}", stage)
            return extend(before, job.config, job.settings, earlier, stage, StageStatus.ERROR, None, error)
        if stage is Stage.SECURITY:
            return self._without_security(ident, job, f"the security checks were stopped: {what}")
        before = None
        if earlier:
            shorter = min(job.settings.timeout, _COMPILE_AGAIN_SECONDS)
            before = self._again(ident, job, replace(job.settings, stages=earlier, timeout=shorter))
            if before is not None and before.compilable is False:
                return padded(before, job.settings)
            if before is None:
                stage, earlier = Stage.COMPILE, ()
        return extend(
            before, job.config, job.settings, earlier, stage, StageStatus.FAILED, resource_limit(stage, what), None
        )

    def _without_security(self, ident: int, job: _Job, why: str) -> VerificationReport:
        """The other stages' report with a tool error: that Checkov cannot cope says nothing about the configuration."""
        others = tuple(s for s in job.settings.stages if s is not Stage.SECURITY)
        before = self._again(ident, job, replace(job.settings, stages=others))
        error = ToolError("security-limit", why, Stage.SECURITY)
        return extend(before, job.config, job.settings, others, Stage.SECURITY, StageStatus.ERROR, None, error)

    def _again(self, ident: int, job: _Job, settings: VerifySettings) -> VerificationReport | None:
        try:
            return self._once(ident, job, settings)
        except (LimitReached, Died):
            self._drop(ident)
            return None

    def _crashed(self, job: _Job, died: Died) -> VerificationReport:
        stage = died.stage if died.stage in (Stage.COMPILE, Stage.DEPLOY) else Stage.COMPILE
        if died.stage is Stage.POLICY:
            error = ToolError("policy-engine", f"the policy engine crashed: {died.panic}", Stage.POLICY)
            return extend(None, job.config, job.settings, (), Stage.POLICY, StageStatus.ERROR, None, error)
        certificate = Certificate(
            stage,
            Severity.ERROR,
            "core-crash",
            f"Terraform itself crashed: {died.panic[:300]}",
            "Terraform ended with a panic on this configuration, twice, each time in a fresh process.",
            fix="Simplify the configuration: leave out the newest change and verify again to find the part that "
            "crashes it.",
        )
        earlier = (Stage.COMPILE,) if stage is Stage.DEPLOY else ()
        return extend(None, job.config, job.settings, earlier, stage, StageStatus.FAILED, certificate, None)


def _resolve(future: Future[Any], outcome: Any) -> None:
    with contextlib.suppress(Exception):  # cancelled meanwhile
        future.set_result(outcome)


def _report(answer: Answer) -> VerificationReport:
    plan = json.loads(answer.plan) if answer.plan else None
    return VerificationReport.from_dict({**answer.report, "plan": plan})


# --- the pool of the module -----------------------------------------------------------------------------------------

_default: VerifierPool | None = None
_default_lock = threading.Lock()


def default_pool() -> VerifierPool:
    """The pool that ``verify`` and ``verify_async`` share; made on first use, closed at exit."""
    global _default
    with _default_lock:
        if _default is None or _default._closed:
            _default = VerifierPool()
        return _default


def close_default_pool() -> None:
    """Stop the shared pool's workers now; the next call makes a new one."""
    global _default
    with _default_lock:
        pool, _default = _default, None
    if pool is not None:
        pool.close()


atexit.register(close_default_pool)


def _after_fork() -> None:
    # A forked child has the pool's memory but not its threads: it starts its own, and must not kill the parent's
    # workers.
    global _default, _default_lock
    _default = None
    _default_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def verify(
    config: TerraformConfig,
    *,
    policies: Sequence[Policy] = (),
    settings: VerifySettings | None = None,
) -> VerificationReport:
    """Verify a configuration: does it compile, would it deploy, does its plan meet the policies?

    Findings are certificates in the report; failures of the tools are its ``tool_errors``. Raises SettingsError for
    settings that make no sense.
    """
    return default_pool().verify(config, policies=policies, settings=settings)


async def verify_async(
    config: TerraformConfig,
    *,
    policies: Sequence[Policy] = (),
    settings: VerifySettings | None = None,
) -> VerificationReport:
    """As ``verify``, for an event loop."""
    return await default_pool().verify_async(config, policies=policies, settings=settings)


def format_config(config: TerraformConfig) -> TerraformConfig:
    """``VerifierPool.format`` of the shared pool."""
    return default_pool().format(config)

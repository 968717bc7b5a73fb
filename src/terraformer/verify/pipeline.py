"""One verification inside a worker: prepare, plan, read the plan, judge it by policy.

A plan begins with a whole validation, so the happy path is one ``plan`` and one ``show``; ``validate`` runs only when
the plan fails, to tell compile from deploy. The source of the order of stages is the paper (arXiv 2601.08734):
compilability is ``terraform validate``, deployability ``terraform plan``, correctness Rego on the plan.
"""

from __future__ import annotations

import errno
import json
import re
import shutil
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from terraformer.errors import ToolFailure
from terraformer.hcl import ModuleTree, VariableRef, scan
from terraformer.provider import placeholders
from terraformer.provider.bundle import Bundle
from terraformer.provider.server import ProviderHost, RunRecord, RunSpec
from terraformer.types import (
    Assumption,
    Certificate,
    CheckResult,
    PlannedChange,
    Policy,
    RuleResult,
    Severity,
    Stage,
    StageResult,
    StageStatus,
    TerraformConfig,
    ToolError,
    VerificationReport,
)
from terraformer.verify import hermetic, prepare, variables
from terraformer.verify.assumptions import read_assumptions
from terraformer.verify.certificates import INTERNAL_SUMMARIES, DiagnosticReader, sort_key
from terraformer.verify.fixes import FixBook
from terraformer.verify.guesses import Guesses
from terraformer.verify.protocol import RunMode
from terraformer.verify.requirements import BundlesUnavailable, Requirements, state_types
from terraformer.verify.schemas import SchemaRefresher
from terraformer.verify.settings import VerifySettings
from terraformer.verify.snippets import snippet_of
from terraformer.verify.stages.outcome import SourceOutcome
from terraformer.verify.stopped import resource_limit
from terraformer.verify.terraform import Completed, OutputLimitExceeded, Terraform

__all__ = ["Pipeline", "Verified"]

_WORD = re.compile(rb"[A-Za-z_]\w*")
_WORDS_LIMIT = 1 << 20
_ENDPOINTS = frozenset({"endpoints"})
_PLAN = ("plan", "-refresh=false", "-input=false", "-lock=false", "-no-color", "-json")
_APPLY = ("apply", "-input=false", "-lock=false", "-no-color", "-json", "-parallelism=1")
_NO_STATE = b'{"lineage":"","outputs":{},"resources":[],"serial":1,"version":4}'


@dataclass(frozen=True, slots=True)
class Verified:
    """A report without its plan, and the plan as Terraform printed it (None when there is none).

    After an apply: ``state`` is the state file, None where there is none, and ``problem`` then says why in a line where
    the report does not; ``drift`` is the plan of the same configuration against that state where it is not empty.
    """

    report: VerificationReport
    plan: bytes | None
    state: bytes | None = None
    drift: bytes | None = None
    problem: str = ""


@dataclass
class _Run:
    """What one run gathers."""

    config: TerraformConfig
    policies: Sequence[Policy]
    settings: VerifySettings
    directory: str
    progress: Callable[[Stage], None]
    tree: ModuleTree
    bundles: dict[str, Bundle] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    tool_errors: list[ToolError] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    rules: list[RuleResult] = field(default_factory=list)
    changes: list[PlannedChange] = field(default_factory=list)
    checks: list[CheckResult] = field(default_factory=list)
    status: dict[Stage, StageStatus] = field(default_factory=dict)
    seconds: dict[Stage, float] = field(default_factory=dict)
    mode: RunMode = RunMode.VERIFY
    plan: bytes | None = None
    state: bytes | None = None
    drift: bytes | None = None
    problem: str = ""
    renamed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def words(self) -> frozenset[str] | None:
        """All identifiers of the configuration, so that blocks which it never names are served without contents; None
        where that would not pay. Those of a prior state are among them.
        """
        state = self.settings.state or b""
        if len(state) + sum(map(len, self.config.files.values())) > _WORDS_LIMIT:
            return None
        words = {word.decode() for content in self.config.files.values() for word in _WORD.findall(content)}
        return frozenset(words | hermetic.state_words(state) if state else words)

    def failed(self, stage: Stage) -> bool:
        return any(c.severity is Severity.ERROR and c.stage is stage for c in self.certificates)

    def limit(self, stage: Stage, what: str) -> None:
        self.certificates.append(resource_limit(stage, what))
        self.status[stage] = StageStatus.FAILED


class Pipeline:
    """Lives as long as its worker. Not for concurrent use: one run at a time."""

    def __init__(
        self, terraform: Terraform, host: ProviderHost, scratch: str, label: str, *, confined: bool, in_process: bool
    ) -> None:
        self.terraform = terraform
        self.host = host
        self.scratch = scratch
        self.confined = confined
        self.version = self._version()
        sandbox = "kernel" if confined else "static"
        self.core = f"terraform {self.version} ({label}, sandbox: {sandbox})"
        self.runs = 0
        self.schemas = SchemaRefresher(scratch, needed=in_process)

    def _version(self) -> str:
        done = self.terraform.run(self.scratch, ["version", "-json"], 1 << 20)
        try:
            return str(json.loads(done.stdout)["terraform_version"])
        except (ValueError, KeyError, TypeError):
            message = (done.stderr or done.stdout).decode("utf-8", "replace").strip()[:500]
            raise ToolFailure(f"the Terraform core does not tell its version: {message}") from None

    def verify(
        self,
        config: TerraformConfig,
        policies: Sequence[Policy],
        settings: VerifySettings,
        progress: Callable[[Stage], None],
        mode: RunMode = RunMode.VERIFY,
    ) -> Verified:
        """Run the stages that the settings ask for. Raises nothing that the configuration can cause."""
        self.runs += 1
        directory = f"{self.scratch}/run/{self.runs}"
        started = time.perf_counter()
        early = prepare.check_input(config, settings)
        tree = scan(config.files, config.root) if not early else scan({}, ".")
        run = _Run(config, policies, settings, directory, progress, tree, mode=mode)
        run.certificates.extend(early)
        try:
            Path(directory).mkdir(parents=True)
            self._stages(run, started)
            if not early:  # what is too much to read is judged by nobody
                self._source_stages(run)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                self._tool_error(run, "disk-full", f"the scratch directory {self.scratch} is full: {error.strerror}")
            else:
                self._tool_error(run, "internal", f"{type(error).__name__}: {error}")
        except BundlesUnavailable as error:
            self._tool_error(run, "bundles", str(error))
        except ToolFailure as error:
            self._tool_error(run, "core", str(error))
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        return self._report(run)

    def format(self, config: TerraformConfig) -> dict[str, bytes]:
        """What ``terraform fmt`` makes of the configuration's files, those that it changes. Others do not parse, are
        formatted already or are no files of Terraform's."""
        if prepare.check_input(config, VerifySettings()):
            return {}
        self.runs += 1
        directory = Path(self.scratch, "run", str(self.runs))
        names = [n for n in sorted(config.files) if n.endswith((".tf", ".tfvars"))]
        try:
            directory.mkdir(parents=True)
            copies = {name: directory / f"{number}{Path(name).suffix}" for number, name in enumerate(names)}
            for name, path in copies.items():
                path.write_bytes(config.files[name])
            self.terraform.run(str(directory), ["fmt", "-no-color", "-list=false"], 1 << 24)
            found = {name: path.read_bytes() for name, path in copies.items()}
        except (OSError, OutputLimitExceeded):
            return {}
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        return {name: content for name, content in found.items() if content != config.files[name]}

    # --- stages -----------------------------------------------------------------------------------------------------

    def _stages(self, run: _Run, started: float) -> None:
        run.progress(Stage.COMPILE)
        if not run.failed(Stage.COMPILE):
            self._early(run)
        if run.failed(Stage.COMPILE):
            run.status[Stage.COMPILE] = StageStatus.FAILED
            run.seconds[Stage.COMPILE] = time.perf_counter() - started
            return
        prepared = prepare.write_copy(
            run.config, run.tree, run.directory, run.settings, provisioners=run.mode is not RunMode.APPLY
        )
        given = variables.plan_variables(run.tree.root, run.config, run.settings, run.directory, _variable_placeholder)
        run.certificates.extend(given.certificates)
        run.renamed.update({**given.renamed, f"{prepared.root}/": "", f"{prepared.top}/": ""})
        run.seconds[Stage.COMPILE] = time.perf_counter() - started
        unknown = prepare.remote_states(run.tree, run.config)
        run.certificates.extend(unknown)
        if unknown or Stage.DEPLOY not in run.settings.stages or run.failed(Stage.DEPLOY):
            self._validate(run, prepared)
            if run.failed(Stage.DEPLOY) and run.status.get(Stage.COMPILE) is StageStatus.PASSED:
                run.status[Stage.DEPLOY] = StageStatus.FAILED
            return
        self._deploy(run, prepared, given)
        if run.status.get(Stage.DEPLOY) is StageStatus.PASSED and Stage.POLICY in run.settings.stages and run.policies:
            self._policy(run)

    def _early(self, run: _Run) -> None:
        """What is known without Terraform: versions, providers, modules, and file functions where nothing confines
        them.
        """
        needed = Requirements(run.config, run.tree, run.settings, self.version, self.host.sources)
        needed.check()
        run.bundles.update(needed.bundles)
        run.certificates.extend(needed.certificates)
        run.certificates.extend(prepare.missing_modules(run.tree))
        if not self.confined:
            run.certificates.extend(prepare.unsafe_file_calls(run.tree))

    def _validate(self, run: _Run, prepared: prepare.Prepared) -> None:
        started = time.perf_counter()
        done, record = self._terraform(run, prepared, ["validate", "-no-color", "-json"], Stage.COMPILE)
        run.seconds[Stage.COMPILE] = run.seconds.get(Stage.COMPILE, 0.0) + time.perf_counter() - started
        if done is None:
            return
        try:
            answer = json.loads(done.stdout)
            diagnostics = answer["diagnostics"]
            valid = bool(answer["valid"])
        except (ValueError, KeyError, TypeError):
            self._unreadable(run, done, Stage.COMPILE)
            return
        self._findings(run, diagnostics, record, Stage.COMPILE)
        if run.tool_errors:
            run.status[Stage.COMPILE] = StageStatus.ERROR
        else:
            run.status[Stage.COMPILE] = StageStatus.PASSED if valid else StageStatus.FAILED

    def _deploy(self, run: _Run, prepared: prepare.Prepared, given: variables.VariablePlan) -> None:
        started = time.perf_counter()
        plan_path = f"{run.directory}/plan.out"
        arguments = [*_PLAN, f"-out={plan_path}", *given.arguments]
        run.progress(Stage.DEPLOY)
        guesses = Guesses(given, run.bundles)
        while True:
            done, record = self._terraform(run, prepared, arguments, Stage.DEPLOY)
            if done is None:
                self._compile_after_failure(run, prepared)
                return
            diagnostics = [m["diagnostic"] for m in done.json_lines() if isinstance(m.get("diagnostic"), dict)]
            if done.status == 0 or not guesses.improve(diagnostics, record, run.tree.root):
                break
        run.seconds[Stage.DEPLOY] = time.perf_counter() - started
        run.assumptions.extend(variables.assumptions(given, run.tree.root))
        if done.status != 0:
            self._plan_failed(run, prepared, guesses, done, diagnostics, record)
            return
        run.status[Stage.COMPILE] = StageStatus.PASSED
        self._findings(run, diagnostics, record, Stage.DEPLOY)
        if run.tool_errors:
            run.status[Stage.DEPLOY] = StageStatus.ERROR
            return
        shown, _ = self._terraform(run, prepared, ["show", "-no-color", "-json", plan_path], Stage.DEPLOY)
        run.seconds[Stage.DEPLOY] = time.perf_counter() - started
        if shown is None:
            return
        try:
            parsed = json.loads(shown.stdout)
            if shown.status != 0 or not isinstance(parsed, dict):
                raise ValueError
        except ValueError:
            self._unreadable(run, shown, Stage.DEPLOY)
            return
        run.plan = shown.stdout.strip()
        run.changes.extend(_changes(parsed))
        run.assumptions.extend(read_assumptions(record, parsed, run.tree, run.bundles, run.config.files))
        run.status[Stage.DEPLOY] = StageStatus.FAILED if run.failed(Stage.DEPLOY) else StageStatus.PASSED
        if run.mode is RunMode.APPLY and run.status[Stage.DEPLOY] is StageStatus.PASSED:
            self._apply(run, prepared, plan_path, given.arguments, parsed)
            run.seconds[Stage.DEPLOY] = time.perf_counter() - started

    def _apply(
        self, run: _Run, prepared: prepare.Prepared, plan_path: str, arguments: list[str], plan: Mapping[str, Any]
    ) -> None:
        """Apply the plan that was made, with a provider that makes everything up, and see whether it converges."""
        left = hermetic.configured_provisioners(plan)
        if left:  # every one that was found is not in the copy
            run.problem = f"the provisioners of {', '.join(left[:3])} cannot be taken out, so nothing is applied"
            return
        watch = hermetic.ApplyWatch()
        done, record = self._terraform(run, prepared, [*_APPLY, plan_path], Stage.DEPLOY, watch)
        if done is None or record.errors:
            return
        if done.status != 0:
            said = [m["diagnostic"] for m in done.json_lines() if isinstance(m.get("diagnostic"), dict)]
            first = next((d for d in said if d.get("severity") == "error"), None)
            why = f"{first.get('summary')}: {first.get('detail')}" if first else done.stderr.decode("utf-8", "replace")
            run.problem = " ".join(f"applying with made-up values failed: {why}".split())[:1500]
            return
        path = Path(prepared.root, "terraform.tfstate")
        try:
            run.state = hermetic.normalised_state(path.read_bytes(), run.config.id) if path.exists() else _NO_STATE
        except ValueError as error:
            run.tool_errors.append(ToolError("core", f"terraform apply wrote {error}", Stage.DEPLOY))
            return
        path.write_bytes(run.state)
        run.settings = run.settings.replace(state=run.state)
        run.__dict__.pop("words", None)
        drift_path = f"{run.directory}/drift.out"
        again, _ = self._terraform(
            run, prepared, [*_PLAN, "-detailed-exitcode", f"-out={drift_path}", *arguments], Stage.DEPLOY, quiet=True
        )
        if again is not None and again.status == 2:
            shown, _ = self._terraform(
                run, prepared, ["show", "-no-color", "-json", drift_path], Stage.DEPLOY, quiet=True
            )
            run.drift = shown.stdout.strip() if shown is not None and shown.status == 0 else None

    def _plan_failed(
        self,
        run: _Run,
        prepared: prepare.Prepared,
        guesses: Guesses,
        done: Completed,
        diagnostics: list[dict[str, Any]],
        record: RunRecord,
    ) -> None:
        if not any(d.get("severity") == "error" for d in diagnostics):
            self._unreadable(run, done, Stage.DEPLOY)
            return
        self._validate(run, prepared)
        if run.status.get(Stage.COMPILE) is not StageStatus.PASSED:
            return
        made_up = guesses.refused(diagnostics, record)
        if made_up:
            for name in made_up:
                about = [d for d in diagnostics if name in guesses.refused([d], record)]
                run.certificates.append(guesses.no_value(name, run.tree.root, run.config, about))
            others = [d for d in diagnostics if not guesses.refused([d], record)]
            self._findings(run, others, record, Stage.DEPLOY)
            if not run.failed(Stage.DEPLOY):
                run.status[Stage.DEPLOY] = StageStatus.SKIPPED
                return
        else:
            self._findings(run, diagnostics, record, Stage.DEPLOY)
        run.status[Stage.DEPLOY] = StageStatus.ERROR if run.tool_errors else StageStatus.FAILED

    def _compile_after_failure(self, run: _Run, prepared: prepare.Prepared) -> None:
        """The plan reached a limit: whether it compiles is still to be told."""
        if run.tool_errors:
            return
        self._validate(run, prepared)

    def _policy(self, run: _Run) -> None:
        from terraformer.verify.stages.policy import check_policies

        run.progress(Stage.POLICY)
        started = time.perf_counter()
        text = (run.plan or b"").decode("utf-8", "replace")
        outcome = check_policies(run.policies, text, json.loads(text))
        run.seconds[Stage.POLICY] = time.perf_counter() - started
        run.rules.extend(outcome.rules)
        run.tool_errors.extend(outcome.tool_errors)
        run.certificates.extend(self._located(run, c) for c in outcome.certificates)
        if outcome.passed is False:
            run.status[Stage.POLICY] = StageStatus.FAILED
        elif outcome.tool_errors or outcome.passed is None:
            run.status[Stage.POLICY] = StageStatus.ERROR
            if not outcome.tool_errors:
                run.tool_errors.append(ToolError("policy-invalid", "no policy has a rule to judge by", Stage.POLICY))
        else:
            run.status[Stage.POLICY] = StageStatus.PASSED

    def _source_stages(self, run: _Run) -> None:
        """Lint and security: they read the source, so they run whatever the other stages found."""
        if Stage.LINT in run.settings.stages:
            from terraformer.verify.stages.lint import check_lint

            self._source_stage(run, Stage.LINT, lambda: check_lint(run.config, run.tree, run.settings.lint))
        if Stage.SECURITY in run.settings.stages:
            from terraformer.verify.stages.security import check_security

            self._source_stage(run, Stage.SECURITY, lambda: check_security(run.config, run.tree, run.settings.security))

    def _source_stage(self, run: _Run, stage: Stage, check: Callable[[], SourceOutcome]) -> None:
        run.progress(stage)
        started = time.perf_counter()
        try:
            outcome = check()
        except Exception as error:  # what the earlier stages found stands
            text = f"{type(error).__name__}: {error}"
            traceback.print_exc()
            outcome = SourceOutcome(tool_errors=(ToolError("internal", text, stage),))
        run.seconds[stage] = time.perf_counter() - started
        run.checks.extend(outcome.checks)
        run.tool_errors.extend(outcome.tool_errors)
        _drop_told_again(run, outcome)
        run.certificates.extend(self._located(run, c) for c in outcome.certificates)
        if outcome.tool_errors:
            run.status[stage] = StageStatus.ERROR
        elif outcome.skipped:
            run.status[stage] = StageStatus.SKIPPED
        else:
            run.status[stage] = StageStatus.FAILED if run.failed(stage) else StageStatus.PASSED

    def _located(self, run: _Run, certificate: Certificate) -> Certificate:
        if certificate.range is not None or not certificate.address:
            return certificate
        found = run.tree.find(certificate.address)
        if found is None:
            return certificate
        return replace(certificate, range=found[1].header, snippet=snippet_of(run.config, found[1].header))

    # --- Terraform --------------------------------------------------------------------------------------------------

    def _terraform(
        self,
        run: _Run,
        prepared: prepare.Prepared,
        arguments: Sequence[str],
        stage: Stage,
        watch: hermetic.ApplyWatch | None = None,
        *,
        quiet: bool = False,
    ) -> tuple[Completed | None, RunRecord]:
        """One command with the provider host told about it; None when it printed too much.

        ``watch`` allows applying. ``quiet``: the provider judges nothing.
        """
        used = run.tree.types_in_use()
        words = run.words
        spec = RunSpec(
            bundles=run.bundles,
            resources=used.resources | state_types(run.settings.state),
            data=used.data,
            ephemeral=used.ephemeral,
            workdir=prepared.root,
            sandbox=prepared.top,
            words=words,
            omit_provider_blocks=_ENDPOINTS if words is not None and not words & _ENDPOINTS else frozenset(),
            checks=watch is None and not quiet and run.mode is not RunMode.CHANGE,
            applying=watch.current if watch is not None else None,
        )
        self.schemas.refresh(self.terraform, self.host, spec)
        self.host.begin(spec)
        try:
            limit = run.settings.output_mb * 1024 * 1024
            opened = watch.opened if watch is not None else None
            done: Completed | None = self.terraform.run(prepared.root, arguments, limit, opened=opened)
        except OutputLimitExceeded as error:
            done = None
            run.limit(stage, str(error))
        finally:
            record = self.host.end()
        for problem in record.errors[:5]:
            run.tool_errors.append(ToolError("internal", f"provider host: {problem}", stage))
        if record.errors:
            run.status[stage] = StageStatus.ERROR
        return done, record

    def _findings(self, run: _Run, diagnostics: Sequence[Mapping[str, Any]], record: RunRecord, stage: Stage) -> None:
        ours: list[Mapping[str, Any]] = []
        theirs: list[Mapping[str, Any]] = []
        for diagnostic in diagnostics:
            text = f"{diagnostic.get('summary', '')}"
            detail = f"{diagnostic.get('detail', '')}"
            if INTERNAL_SUMMARIES.search(text) or "no space left on device" in detail:
                ours.append(diagnostic)
            elif not _about_us(text, detail):
                theirs.append(diagnostic)
        for diagnostic in ours[:5]:
            detail = str(diagnostic.get("detail", ""))
            kind = "disk-full" if "no space left on device" in detail else "internal"
            message = " ".join(f"{diagnostic.get('summary', '')}: {detail}".split())[:1000]
            error = ToolError(kind, message, stage)
            if error not in run.tool_errors:
                run.tool_errors.append(error)
        reader = DiagnosticReader(
            run.config,
            run.tree,
            FixBook(run.config, run.tree, run.bundles),
            record.diagnostics,
            run.renamed,
            record.repeated,
        )
        known = {(c.code, c.summary, c.range, c.address) for c in run.certificates}
        for certificate in reader.certificates(theirs, stage):
            if (certificate.code, certificate.summary, certificate.range, certificate.address) not in known:
                run.certificates.append(certificate)

    def _unreadable(self, run: _Run, done: Completed, stage: Stage) -> None:
        """Terraform failed without a diagnostic that can be read: that is a failure of the tool."""
        text = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace")
        kind = "disk-full" if "no space left on device" in text else "core"
        message = " ".join(text.split())[-600:] or "no output"
        run.tool_errors.append(ToolError(kind, f"Terraform ended with status {done.status}: {message}", stage))
        run.status[stage] = StageStatus.ERROR

    def _tool_error(self, run: _Run, kind: str, message: str) -> None:
        done = [s for s in Stage if s in run.status]
        order = [s for s in run.settings.stages if s not in done]
        stage = order[0] if order else None
        run.tool_errors.append(ToolError(kind, message, stage))
        if stage is not None:
            run.status[stage] = StageStatus.ERROR

    # --- the report -------------------------------------------------------------------------------------------------

    def _report(self, run: _Run) -> Verified:
        stages: list[StageResult] = []
        for stage in run.settings.stages:
            if stage is Stage.POLICY and not run.policies:
                status = StageStatus.SKIPPED
            else:
                status = run.status.get(stage, StageStatus.SKIPPED)
            stages.append(StageResult(stage, status, round(run.seconds.get(stage, 0.0), 6)))
        report = VerificationReport(
            run.config.id,
            tuple(stages),
            tuple(sorted(run.certificates, key=sort_key)),
            tuple(run.tool_errors),
            tuple(run.assumptions),
            tuple(run.rules),
            tuple(run.changes),
            tuple(run.checks),
            self.core,
            {source: bundle.version for source, bundle in sorted(run.bundles.items())},
        )
        plan = run.plan if run.settings.keep_plan else None
        return Verified(report, plan, run.state, run.drift, run.problem)


def _drop_told_again(run: _Run, outcome: SourceOutcome) -> None:
    """Leave out Terraform's warnings of what the provider deprecates where the lint stage reports the same place."""
    places = {
        (c.range.file, c.range.start.line)
        for c in outcome.certificates
        if c.range is not None and c.code.startswith("provider-deprecated")
    }
    if places:
        run.certificates[:] = [
            c
            for c in run.certificates
            if c.code != "deprecated" or c.range is None or (c.range.file, c.range.start.line) not in places
        ]


def _variable_placeholder(variable: VariableRef) -> Any:
    return placeholders.variable_placeholder(variable.name, variable.type_expr, variable.description)


def _about_us(summary: str, detail: str) -> bool:
    """Warnings that are about how we run Terraform, not about the configuration."""
    return "Provider development overrides" in summary or ("-var-file" in detail and "placeholders.tfvars" in detail)


def _changes(plan: Mapping[str, Any]) -> list[PlannedChange]:
    found: list[PlannedChange] = []
    for change in plan.get("resource_changes") or []:
        actions = tuple(change.get("change", {}).get("actions") or ())
        if change.get("mode") == "managed" and actions and actions != ("no-op",):
            found.append(PlannedChange(str(change["address"]), str(change["type"]), actions))
    return found

"""Run the rules that the settings ask for and make certificates of what they find."""

from __future__ import annotations

from itertools import islice

from terraformer.hcl import ModuleTree
from terraformer.types import Certificate, CheckResult, Stage, TerraformConfig
from terraformer.verify.lint.annotations import Annotations
from terraformer.verify.lint.model import Issue, Rule
from terraformer.verify.lint.rules.aws import AWS_RULES
from terraformer.verify.lint.rules.declarations import DECLARATION_RULES
from terraformer.verify.lint.rules.dependencies import DEPENDENCY_RULES
from terraformer.verify.lint.rules.deprecated import DEPRECATION_RULES
from terraformer.verify.lint.rules.syntax import SYNTAX_RULES
from terraformer.verify.lint.source import LintModule
from terraformer.verify.settings import CheckSettings
from terraformer.verify.snippets import snippet_of
from terraformer.verify.stages.outcome import SourceOutcome

__all__ = ["MAX_ISSUES", "RULES", "lint", "wanted"]

MAX_ISSUES = 200
"""Of one rule on one configuration; a file full of the same fault need not be listed to its end."""

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in sorted(
        (*SYNTAX_RULES, *DECLARATION_RULES, *DEPENDENCY_RULES, *DEPRECATION_RULES, *AWS_RULES),
        key=lambda rule: rule.name,
    )
}
"""Every rule, by name."""


def wanted(rule: Rule, settings: CheckSettings) -> bool:
    """Whether a rule is run: it is not skipped, and ``only`` names it, or it is of the recommended preset, or the
    settings give it a severity by its full name."""
    if not settings.wants(rule.name):
        return False
    return bool(settings.only) or rule.recommended or any(name == rule.name for name, _ in settings.severities)


def lint(config: TerraformConfig, tree: ModuleTree, settings: CheckSettings, *, tflint: bool = False) -> SourceOutcome:
    """Judge the root module. Files that cannot be parsed: nothing is judged (``skipped``), since compiling says so.

    ``tflint`` leaves TFLint's own rules out, for where TFLint runs them itself.
    """
    module = LintModule(config, tree)
    if not module.readable or not module.files:
        return SourceOutcome(skipped=True)
    others = _others(config, tree)
    annotations = Annotations.of(f for m in (module, *others) for f in m.files)
    certificates: list[Certificate] = []
    checks: list[CheckResult] = []
    for rule in RULES.values():
        if (tflint and rule.tflint) or not wanted(rule, settings):
            continue
        for judged in (module, *others) if rule.everywhere else (module,):
            failed: set[str] = set()
            for issue in islice(rule.check(judged), MAX_ISSUES):
                place = issue.range
                if place is not None and annotations.silence(rule.name, place.file, place.start.line):
                    continue
                failed.add(issue.subject)
                certificates.append(certificate(rule, issue, config, settings, judged.prefix))
            subjects = list(dict.fromkeys(rule.subjects(judged))) if rule.subjects is not None else [""]
            subjects.extend(sorted(failed.difference(subjects)))
            checks.extend(
                CheckResult(Stage.LINT, rule.name, judged.prefix + s if s else s, s not in failed) for s in subjects
            )
    return SourceOutcome(tuple(certificates), tuple(checks))


def _others(config: TerraformConfig, tree: ModuleTree) -> list[LintModule]:
    """The other modules whose files are here, each directory once; those that cannot be parsed are left out."""
    found: list[LintModule] = []
    seen = {tree.root.dir}
    for key, module in tree.modules.items():
        if module.dir not in seen and ".terraform" not in module.dir.split("/"):
            seen.add(module.dir)
            candidate = LintModule(config, tree, key)
            if candidate.readable:
                found.append(candidate)
    return found


def certificate(
    rule: Rule, issue: Issue, config: TerraformConfig, settings: CheckSettings, prefix: str = ""
) -> Certificate:
    """One issue as a certificate. ``prefix`` is that of the module's addresses."""
    notes = {"replacement": issue.replacement} if issue.replacement is not None else {}
    return Certificate(
        Stage.LINT,
        settings.severity(rule.name, rule.severity),
        rule.code,
        issue.message,
        rule.why,
        issue.range,
        prefix + issue.address if issue.address else None,
        issue.attribute or None,
        snippet_of(config, issue.range),
        issue.fix or rule.fix,
        rule.name,
        notes,
    )

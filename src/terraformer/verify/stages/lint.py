"""The lint stage: what TFLint would say, what providers deprecate, and AWS values that are surely wrong."""

from __future__ import annotations

from terraformer.hcl import ModuleTree
from terraformer.types import TerraformConfig
from terraformer.verify.lint.engine import lint
from terraformer.verify.settings import CheckSettings
from terraformer.verify.stages.outcome import SourceOutcome

__all__ = ["check_lint"]


def check_lint(config: TerraformConfig, tree: ModuleTree, settings: CheckSettings) -> SourceOutcome:
    """Judge a configuration's source. ``settings.tool`` "tflint" means that TFLint judges by its own rules elsewhere
    (it cannot be started from inside the sandbox), so that only the others are run here."""
    return lint(config, tree, settings, tflint=settings.tool == "tflint")

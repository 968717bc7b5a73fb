"""Lint: TFLint's rules of the Terraform language, what providers deprecate, and AWS values that are surely wrong.

Reads the source only; TFLint itself takes the place of the first group where it is installed (``verify.lint.tflint``).
"""

from terraformer.verify.lint.engine import RULES, lint
from terraformer.verify.lint.model import Issue, Rule

__all__ = ["RULES", "Issue", "Rule", "lint"]

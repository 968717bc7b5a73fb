"""Verification: does a configuration compile, would it deploy, does its plan meet policy? With real Terraform,
hermetically.
"""

from terraformer.verify.compare import Comparison, compare
from terraformer.verify.load import load_config, load_policies
from terraformer.verify.pool import (
    Applied,
    VerifierPool,
    close_default_pool,
    default_pool,
    format_config,
    verify,
    verify_async,
)
from terraformer.verify.settings import VerifySettings

__all__ = [
    "Applied",
    "Comparison",
    "VerifierPool",
    "VerifySettings",
    "close_default_pool",
    "compare",
    "default_pool",
    "format_config",
    "load_config",
    "load_policies",
    "verify",
    "verify_async",
]

"""Verification: does a configuration compile, would it deploy, does its plan meet policy? With real Terraform,
hermetically.
"""

from terraformer.verify.load import load_config, load_policies
from terraformer.verify.pool import VerifierPool, close_default_pool, default_pool, verify, verify_async
from terraformer.verify.settings import VerifySettings

__all__ = [
    "VerifierPool",
    "VerifySettings",
    "close_default_pool",
    "default_pool",
    "load_config",
    "load_policies",
    "verify",
    "verify_async",
]

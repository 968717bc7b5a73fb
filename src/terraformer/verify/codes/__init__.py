"""Every certificate code of all stages, with an example that shows it and one that does not."""

from terraformer.verify.codes.change import CHANGE_CODES
from terraformer.verify.codes.compile import COMPILE_CODES
from terraformer.verify.codes.deploy import DEPLOY_CODES
from terraformer.verify.codes.generation import GENERATION_CODES
from terraformer.verify.codes.lint import LINT_CODES
from terraformer.verify.codes.model import CodeInfo
from terraformer.verify.codes.provider import PROVIDER_CODES
from terraformer.verify.codes.security import SECURITY_CODES

__all__ = ["CODES", "CodeInfo"]

CODES: dict[str, CodeInfo] = {
    info.code: info
    for info in sorted(
        (
            *COMPILE_CODES,
            *DEPLOY_CODES,
            *PROVIDER_CODES,
            *CHANGE_CODES,
            *GENERATION_CODES,
            *LINT_CODES,
            *SECURITY_CODES,
        ),
        key=lambda i: i.code,
    )
}
"""By code. A test runs every example through verification, so that none can go stale."""

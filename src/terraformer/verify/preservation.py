"""Did a change touch only what was asked? Certificates for everything that differs outside a scope."""

from __future__ import annotations

from terraformer.types import Certificate, ChangeScope, ChangeSummary, TerraformConfig

__all__ = ["check", "scope_from_words"]


def check(
    summary: ChangeSummary, scope: ChangeScope, *, before: TerraformConfig, after: TerraformConfig
) -> tuple[Certificate, ...]:
    """The findings about a change, errors first, then in the order of addresses.

    ``collateral-change``: something was removed, replaced or renamed that the scope does not allow (error), or changed
    or added outside of it (``scope.elsewhere``). ``nothing-changed``: a change is expected and there is none, neither
    in the plan nor in the text. Stage POLICY: they are about the request, not about the configuration's validity.
    """
    raise NotImplementedError


def scope_from_words(request: str, before: TerraformConfig, summary: ChangeSummary | None = None) -> ChangeScope:
    """What a request in English allows, by its words alone. Conservative: only what it plainly names."""
    raise NotImplementedError

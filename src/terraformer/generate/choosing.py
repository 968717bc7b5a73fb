"""Which strategy a model is asked with: what it can do, and what the settings say."""

from __future__ import annotations

from collections.abc import Callable

from terraformer.errors import UsageError
from terraformer.generate.compact_strategy import is_compact
from terraformer.generate.free_then_held import Demands, FreeThenHeld
from terraformer.generate.requests import Strategy
from terraformer.generate.settings import GenerateSettings
from terraformer.models.base import Model

__all__ = ["choose_strategy"]


def choose_strategy(
    model: Model,
    settings: GenerateSettings,
    *,
    compact: Callable[[], Strategy],
    chat: Callable[[], Strategy],
    held: Callable[[], Strategy],
    demands: Demands | None = None,
) -> Strategy:
    """One of three ways to ask, which are made when they are needed: ``compact`` freely in the short form, for models
    that speak it, ``chat`` freely otherwise, ``held`` under the grammar; for "auto" and models of the short form the
    first and then the last, with the check of ``demands`` on what is written freely; where they hold no value, the
    last alone. Raises UsageError where the settings want a grammar of a model that obeys none."""
    short = is_compact(model)
    if settings.strategy == "chat" or (settings.strategy == "auto" and not model.supports_grammar):
        return compact() if short else chat()
    if not model.supports_grammar:
        raise UsageError(f"the model {model.name} obeys no grammar: choose the strategy chat or auto")
    if short and settings.strategy == "auto" and (demands is None or demands.values):
        # A single attempt at a new configuration is better made under the grammar, at a change freely.
        check, least = (demands.check, 0) if demands is not None else (None, 1)
        return FreeThenHeld(compact(), held, settings, check, least=least)
    return held()

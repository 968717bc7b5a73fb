"""Models by name: "openai:gpt-4o", "embedded", "mock:replies.jsonl", or "<plugin>:<argument>"."""

from __future__ import annotations

from typing import Final

from terraformer.errors import UsageError
from terraformer.models.base import Model
from terraformer.plugins import available, resolve

__all__ = ["get_model", "model_names"]

GROUP: Final = "terraformer.models"
"""Entry point group; each entry names a callable that takes the text after the colon ("" without one)."""

_BUILTIN: Final = {
    "embedded": "terraformer.models.embedded:from_argument",
    "mock": "terraformer.models.mock:from_argument",
    "openai": "terraformer.models.openai:from_argument",
}


def model_names() -> tuple[str, ...]:
    """The names that may stand before the colon, those of plugins included."""
    return available(GROUP, _BUILTIN)


def get_model(name: str) -> Model:
    """The model of that name: "kind" or "kind:argument".

    Nothing is downloaded and no connection is made before the first completion. Raises UsageError when there is no
    such model or its argument or environment is wrong.
    """
    kind, _, argument = name.partition(":")
    if not kind.strip():
        raise UsageError(f"a model is named kind or kind:argument, such as openai:gpt-4o, not {name!r}")
    model = resolve(GROUP, kind.strip(), _BUILTIN, what="model")(argument.strip())
    if not isinstance(model, Model):
        raise UsageError(f'the model "{kind}" is not a Model: it lacks part of the protocol of terraformer.models.base')
    return model

"""From a scenario to HCL, in one of many styles: how a person would have written the same thing.

A ``Style`` is drawn from a seed: labels, tags, variables, locals, names put together from parts, policies as jsonencode,
heredoc or data source, like resources as ``for_each`` or ``count``, like blocks as ``dynamic``, switches by ``count``,
modules of the configuration's own, the files and their comments. The text is not aligned; ``terraform fmt`` does that.

Whatever the style, the plan of what is demanded stays the same, and so do references that are demanded: they are only
led through what an intent follows (variables and outputs of modules, ``each``; never locals or dynamic blocks).
"""

from __future__ import annotations

import random
from collections.abc import Callable

from terraformer.data.synthesis.rendering.layout import files_of
from terraformer.data.synthesis.rendering.style import Style
from terraformer.data.synthesis.rendering.words import identifier
from terraformer.data.synthesis.rendering.writer import Writer
from terraformer.data.synthesis.scenario import Scenario
from terraformer.types import TerraformConfig

__all__ = ["Style", "identifier", "render"]


def render(scenario: Scenario, style: Style, seed: int, taggable: Callable[[str], bool]) -> TerraformConfig:
    """The scenario's configuration in this style. ``taggable`` tells whether a resource type has ``tags``."""
    rng = random.Random(f"{scenario.blueprint}:{scenario.seed}:{seed}")
    writer = Writer(scenario, style, rng, taggable)
    writer.name_all()
    writer.write_all()
    return TerraformConfig({name: text.encode() for name, text in files_of(writer).items()})

"""From a sentence to verified Terraform: prompts, the repair loop, and the grammar for small models."""

from terraformer.generate.loop import Event, Verifier, generate
from terraformer.generate.output import write_config
from terraformer.generate.repairing import repair
from terraformer.generate.settings import GenerateSettings

__all__ = ["Event", "GenerateSettings", "Verifier", "generate", "repair", "write_config"]

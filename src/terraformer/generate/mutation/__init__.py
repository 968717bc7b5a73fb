"""Changing a configuration by a sentence: edits of a model, applied, verified, and compared with what was before."""

from terraformer.generate.mutation.result import MutationResult, mutation_result, unified_diff
from terraformer.generate.mutation.run import mutate
from terraformer.generate.mutation.settings import MutateSettings

__all__ = ["MutateSettings", "MutationResult", "mutate", "mutation_result", "unified_diff"]

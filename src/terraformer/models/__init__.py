"""Language models behind one small protocol. Imports types only; model libraries are imported when one is asked for."""

from terraformer.models.base import Completion, Message, Model, SamplingSettings
from terraformer.models.registry import get_model, model_names

__all__ = ["Completion", "Message", "Model", "SamplingSettings", "get_model", "model_names"]

"""Curation: real configurations made into records with the help of a model, every one of them checked."""

from terraformer.data.curation.item import STAGES, Outcome, curate_one
from terraformer.data.curation.run import Progress, curate
from terraformer.data.curation.settings import CurateSettings

__all__ = ["STAGES", "CurateSettings", "Outcome", "Progress", "curate", "curate_one"]

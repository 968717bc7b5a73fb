"""Sources: real configurations from directories, repositories and JSON lines, filtered by licence and secrets."""

from terraformer.data.sources.collect import collect, parse_sources
from terraformer.data.sources.components import components
from terraformer.data.sources.licences import PERMISSIVE, allowed, detect, licence_of_files, normalise
from terraformer.data.sources.model import PROBLEMS, SourceConfig, SourceSettings
from terraformer.data.sources.secrets import SecretFinding, find_secrets

__all__ = [
    "PERMISSIVE",
    "PROBLEMS",
    "SecretFinding",
    "SourceConfig",
    "SourceSettings",
    "allowed",
    "collect",
    "components",
    "detect",
    "find_secrets",
    "licence_of_files",
    "normalise",
    "parse_sources",
]

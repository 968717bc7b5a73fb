"""The blueprints by name, and how one becomes a scenario."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from terraformer.data.synthesis.lexicon import say_for
from terraformer.data.synthesis.loose import loosen
from terraformer.data.synthesis.scenario import Scenario, Scene
from terraformer.errors import UsageError

__all__ = ["Blueprint", "all_blueprints", "blueprint", "get_blueprint", "longtail_blueprints", "scenario_of"]


@dataclass(frozen=True)
class Blueprint:
    """A way of building something: ``build`` adds to a scene. ``services`` are those that people would name, the first
    one the main; ``weight`` says how often it is drawn, relative to others."""

    name: str
    services: tuple[str, ...]
    build: Callable[[Scene], None]
    weight: float = 1.0


_REGISTERED: dict[str, Blueprint] = {}
_LOADED = False


def blueprint(*services: str, weight: float = 1.0) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Register a function as a blueprint, named "module.function"."""

    def register(build: Callable[[Scene], None]) -> Callable[[Scene], None]:
        name = f"{build.__module__.rpartition('.')[2]}.{build.__name__}"
        if name in _REGISTERED:
            raise ValueError(f"two blueprints are called {name}")
        _REGISTERED[name] = Blueprint(name, services, build, weight)
        return build

    return register


def all_blueprints() -> dict[str, Blueprint]:
    """Every blueprint by name, sorted; imports their modules on first use."""
    global _LOADED
    if not _LOADED:
        from terraformer.data.synthesis import blueprints

        for module in pkgutil.iter_modules(blueprints.__path__):
            importlib.import_module(f"{blueprints.__name__}.{module.name}")
        _LOADED = True
    return dict(sorted(_REGISTERED.items()))


@lru_cache(maxsize=1)
def longtail_blueprints() -> dict[str, Blueprint]:
    """Blueprints derived from schemas, one for each type that none of the written ones is about; "longtail.TYPE"."""
    from terraformer.data.synthesis import longtail

    return longtail.blueprints()


def get_blueprint(name: str) -> Blueprint:
    """Raises UsageError when there is none of this name."""
    found = all_blueprints().get(name) or longtail_blueprints().get(name)
    if found is None:
        raise UsageError(f"there is no blueprint {name!r}: terraformer data blueprints lists them")
    return found


def scenario_of(chosen: Blueprint, seed: int) -> Scenario:
    """The blueprint's scenario for a seed: always the same for the same seed."""
    scene = Scene(chosen.name, seed, say_for)
    chosen.build(scene)
    return loosen(scene.finish())

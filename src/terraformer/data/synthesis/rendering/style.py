"""How someone writes: the habits that make two configurations of one scenario look different."""

from __future__ import annotations

import random
from dataclasses import dataclass

__all__ = ["Style"]

_GENERIC = ("main", "this", "example", "default")
_DEPTHS = (("plain", "some", "much"), (5.5, 3, 1.5))
"""Most people write plainly; some use what the language has here and there, few all of it."""


@dataclass(frozen=True)
class Style:
    """``labels``: "role" (what the thing is for), "generic" (main, this), "name" (from its own name). ``variables`` is
    the share of extractable values that become variables. ``policy``: jsonencode, heredoc or data. ``files``: single,
    split (by kind of block), services (also by service), areas (also by area: network, compute). ``naming``: how the
    common parts of names are written: "" (word for word), variables or locals. ``repetition``: how like resources are
    written: "" (one by one), for_each or count. The shares of ``dynamic``, ``conditional``, ``toggles`` and ``shared``
    are chances for each place where they fit."""

    labels: str = "role"
    generic: str = "main"
    variables: float = 0.0
    policy: str = "jsonencode"
    tags: tuple[tuple[str, str], ...] = ()
    tags_local: bool = False
    tags_default: bool = False
    """Tags in the provider's ``default_tags``."""
    tags_name: bool = False
    """A Name tag on what has no name otherwise, merged with the local tags."""
    terraform_block: bool = True
    version: str = "~> 6.0"
    core: str = ""
    """``required_version``; "" for none."""
    provider_block: bool = True
    region_variable: str = ""
    descriptions: bool = True
    validation: bool = False
    comments: str = ""
    """"" for none, "blocks" (above some blocks), "sections" (above each area)."""
    outputs: bool = False
    files: str = "single"
    naming: str = ""
    shared: float = 0.0
    """Values used more than once become locals."""
    repetition: str = ""
    collections: str = "inline"
    """Where for_each and dynamic blocks have their values: inline, locals or variables."""
    dynamic: float = 0.0
    conditional: float = 0.0
    toggles: float = 0.0
    modules: int = 0
    """At most so many modules of the configuration's own."""
    variables_last: bool = False

    @classmethod
    def drawn(cls, rng: random.Random) -> Style:
        """As people's habits vary."""
        depth = rng.choices(*_DEPTHS)[0]
        tags: list[tuple[str, str]] = []
        if rng.random() < 0.4:
            tags = [
                pair
                for pair in (
                    ("Environment", rng.choice(("dev", "prod", "staging", "production", "test"))),
                    ("Project", rng.choice(("atlas", "billing", "storefront", "platform", "insights", "mobile"))),
                    ("ManagedBy", "terraform"),
                    ("Owner", rng.choice(("data-team", "platform", "web", "ops"))),
                )
                if rng.random() < 0.5
            ]

        def chance(plain: float, some: float, much: float) -> bool:
            return rng.random() < {"plain": plain, "some": some, "much": much}[depth]

        tags_local = bool(tags) and chance(0.15, 0.5, 0.6)
        return cls(
            labels=rng.choices(("role", "generic", "name"), (5, 3, 3))[0],
            generic=rng.choice(_GENERIC),
            variables=rng.choices((0.0, 0.15, 0.4, 0.7), {"plain": (7, 2, 1, 0), "some": (3, 3, 2, 1)}.get(depth, (1, 3, 3, 2)))[0],
            policy=rng.choices(("jsonencode", "heredoc", "data"), (6, 2, 3))[0],
            tags=tuple(tags),
            tags_local=tags_local,
            tags_name=tags_local and rng.random() < 0.6,
            tags_default=bool(tags) and not tags_local and chance(0.08, 0.2, 0.3),
            terraform_block=chance(0.45, 0.7, 0.95),
            version=rng.choice(("~> 6.0", ">= 6.0", "~> 6.0", "")),
            core=rng.choice((">= 1.5", ">= 1.5.0", ">= 1.9", "~> 1.9")) if chance(0.1, 0.4, 0.7) else "",
            provider_block=rng.random() < 0.8,
            region_variable=rng.choice(("aws_region", "region")) if chance(0.06, 0.35, 0.6) else "",
            descriptions=rng.random() < 0.65,
            validation=chance(0.0, 0.2, 0.5),
            comments=rng.choices(("", "blocks", "sections"), {"plain": (8, 2, 0.4)}.get(depth, (5, 3, 1.5)))[0],
            outputs=chance(0.1, 0.3, 0.5),
            files=rng.choices(
                ("single", "split", "services", "areas"),
                {"plain": (20, 1, 0.3, 0.3), "some": (8, 3, 1, 1)}.get(depth, (2, 4, 2, 2)),
            )[0],
            naming=rng.choice(("variables", "variables", "locals")) if chance(0.06, 0.45, 0.7) else "",
            shared=0.8 if chance(0.05, 0.4, 0.6) else 0.0,
            repetition=rng.choice(("for_each", "for_each", "count")) if chance(0.15, 0.7, 0.9) else "",
            collections=rng.choices(("inline", "locals", "variables"), (4, 3, 3))[0],
            dynamic=0.9 if chance(0.06, 0.5, 0.8) else 0.0,
            conditional=0.7 if chance(0.0, 0.2, 0.4) else 0.0,
            toggles=0.5 if chance(0.0, 0.15, 0.35) else 0.0,
            modules=rng.randint(1, 3) if chance(0.02, 0.25, 0.5) else 0,
            variables_last=rng.random() < 0.1,
        )  # fmt: skip

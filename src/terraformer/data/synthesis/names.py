"""Names as people give them."""

from __future__ import annotations

from typing import Final

from terraformer.data.synthesis.scenario import Scene

__all__ = ["PROJECTS", "STAGES", "bucket_name", "project", "resource_name", "stage"]

PROJECTS: Final = (
    "acme",
    "atlas",
    "billing",
    "checkout",
    "orders",
    "inventory",
    "payments",
    "search",
    "media",
    "insights",
    "telemetry",
    "portal",
    "backoffice",
    "mobile",
    "events",
    "orion",
    "nimbus",
    "lumen",
    "harbor",
    "cedar",
    "delta",
    "falcon",
    "quartz",
    "meadow",
    "tundra",
    "pixel",
    "ledger",
    "courier",
    "beacon",
)
STAGES: Final = ("dev", "prod", "staging", "test", "prd", "stg")


def project(s: Scene) -> str:
    """The project's name: one in a scene."""
    return str(s.memory.setdefault("project", s.rng.choice(PROJECTS)))


def stage(s: Scene) -> str:
    """The stage: one in a scene."""
    return str(s.memory.setdefault("stage", s.rng.choice(STAGES)))


def resource_name(s: Scene, role: str, separator: str = "-") -> str:
    """A name for something with a role: bare, or with a project and a stage around it; mostly in one way in a scene."""
    base = role.replace("_", separator)
    shape = s.rng.randrange(6)
    usual = s.memory.setdefault("naming", shape)
    if s.rng.random() < 0.8:
        shape = usual
    if shape <= 1:
        return base
    if shape == 2:
        return f"my{separator}{base}"
    if shape == 3:
        return f"{project(s)}{separator}{base}"
    if shape == 4:
        return f"{base}{separator}{stage(s)}"
    return f"{project(s)}{separator}{base}{separator}{stage(s)}"


def bucket_name(s: Scene, role: str) -> str:
    """As buckets must be named: lower case, digits, hyphens; often with something that makes it unique."""
    name = resource_name(s, role.replace("_", "-"))
    if s.may(0.3):
        name += f"-{s.number(1000, 999999)}"
    return f"{name}-bucket" if len(name) < 4 or s.may(0.15) else name

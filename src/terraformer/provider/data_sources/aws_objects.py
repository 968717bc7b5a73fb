"""AWS data sources that look an object up: what its attributes look like, given the name or id that asks for it.

The object is taken to exist and to be of the most ordinary kind. Every value from here is assumed; what follows from
the arguments alone (an ARN from a name) has the real shape.

The templates are those of ``shapes``; their constants are ``{region}``, ``{partition}``, ``{suffix}`` (the partition's
DNS suffix), ``{account}``, ``{zone}`` and ``{zone_id}`` (the region's first zone), ``{alb_zone}`` (the hosted zone of
its load balancers), ``{scope_path}`` (of web ACLs) and ``{certificate}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from terraformer.provider.data_sources.aws_objects_infrastructure import INFRASTRUCTURE
from terraformer.provider.data_sources.aws_objects_services import SERVICES
from terraformer.provider.data_sources.aws_regions import partition_of, region_named
from terraformer.provider.data_sources.aws_tables import table
from terraformer.provider.data_sources.reading import Reader, Reading
from terraformer.provider.data_sources.shapes import LOOKED_UP, fill

__all__ = ["READERS", "fill_templates"]

# An example certificate authority in PEM, base64: the text is a PEM frame with made-up content.
_CERTIFICATE: Final = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJleGFtcGxlCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K"


def _constant(reading: Reading, name: str) -> str | None:
    """Fields that say where the configuration runs."""
    region = region_named(reading.region)
    if name == "zone":
        return region.zones[0].name if region else reading.region + "a"
    if name == "zone_id":
        return region.zones[0].id if region else reading.region + "-az1"
    if name == "alb_zone":
        return table("alb-zone").get(reading.region, "Z35SXDOTRQ7X7K")
    if name == "scope_path":
        return "global" if reading.text("scope") == "CLOUDFRONT" else "regional"
    return {
        "region": reading.region,
        "partition": reading.partition,
        "suffix": partition_of(reading.region).suffix,
        "account": reading.ctx.account_id,
        "certificate": _CERTIFICATE,
    }.get(name)


def fill_templates(reading: Reading, templates: Mapping[str, Any], why: str = LOOKED_UP) -> None:
    """Set every attribute of ``templates`` (see shapes), with the AWS constants named in the module's docstring."""
    fill(reading, templates, _constant, why)


def _object(templates: Mapping[str, Any]) -> Reader:
    return lambda reading: fill_templates(reading, templates)


READERS: dict[str, Reader] = {type: _object(templates) for type, templates in {**INFRASTRUCTURE, **SERVICES}.items()}
# The old names of the load balancer data sources are the same data sources.
READERS |= {old: READERS[old.replace("alb", "lb")] for old in ("aws_alb", "aws_alb_listener", "aws_alb_target_group")}

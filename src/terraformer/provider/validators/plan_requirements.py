"""Arguments that the value of another one makes required, found out while planning (CustomizeDiff).

Messages are the provider's own, and each was seen from provider 5.100.0 (benchmarks/plan_differential.py). Where the
real one also refuses values that are only known after apply, these checks let them pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from terraformer.provider.values import contains_unknown

if TYPE_CHECKING:
    from terraformer.provider.validators.plan_checks import View

__all__ = ["REQUIREMENTS"]


def _dynamodb_capacity(view: View) -> Iterator[str]:
    """validateProvisionedThroughputField (dynamodb/table.go); what is set is checked at validation."""
    if view.creating and view.text("billing_mode") == "PROVISIONED":
        missing = [n for n in ("read_capacity", "write_capacity") if view.config(n) is None]
        if missing:
            yield "\n".join(f'{name} must be at least 1 when billing_mode is "PROVISIONED"' for name in missing)


def _operating_regions(view: View) -> Iterator[str]:
    """CustomizeDiff of ec2/ipam_.go: the provider's region is among them."""
    regions, own = view.config("operating_regions"), view.text("region")
    if not own or not isinstance(regions, list) or contains_unknown(regions):
        return
    if all(block.get("region_name") != own for block in view.blocks("operating_regions")):
        yield f"`operating_regions` must include {own}"


def _lightsail_zone(view: View) -> Iterator[str]:
    """CustomizeDiff of lightsail/instance.go."""
    zone, own = view.text("availability_zone"), view.text("region")
    if zone and own and zone[:-1] != own:
        yield f"availability_zone must be within the same region as provider region: {own}"


def _workspaces_directory(view: View) -> Iterator[str]:
    """CustomizeDiff of workspaces/directory.go."""
    kind = view.text("workspace_type")
    if kind == "PERSONAL" and view.config("directory_id") is None:
        yield "`directory_id` must be set when `workspace_type` is set to `PERSONAL`"
    elif kind == "POOLS" and view.config("workspace_directory_description") is None:
        yield "`workspace_directory_description` must be set when `workspace_type` is set to `POOLS`"


def _iot_authorizer(view: View) -> Iterator[str]:
    """CustomizeDiff of iot/authorizer.go."""
    if contains_unknown(view.get("signing_disabled")) or view.flag("signing_disabled"):
        return
    for name in ("token_key_name", "token_signing_public_keys"):
        if not view.given(name):
            yield f'"{name}" is required when signing is enabled'
            return


def _application_settings(view: View) -> Iterator[str]:
    """CustomizeDiff of appstream/stack.go."""
    for block in view.blocks("application_settings"):
        group = block.get("settings_group")
        if contains_unknown(block.get("enabled")):
            continue
        if block.get("enabled") is True and group in (None, ""):
            yield "application_settings.settings_group must be set when application_settings.enabled is true"
        elif block.get("enabled") is False and isinstance(group, str) and group:
            yield "application_settings.settings_group must not be set when application_settings.enabled is false"


def _public_interface(view: View) -> Iterator[str]:
    """CustomizeDiff of directconnect/public_virtual_interface.go."""
    if view.creating and view.text("address_family") == "ipv4":
        for name in ("customer_address", "amazon_address"):
            if view.config(name) is None:
                yield f"'{name}' must be set when 'address_family' is 'ipv4'"
                return


REQUIREMENTS: Final[dict[str, tuple[Callable[[View], Iterator[str]], ...]]] = {
    "aws_appstream_stack": (_application_settings,),
    "aws_dx_hosted_public_virtual_interface": (_public_interface,),
    "aws_dx_public_virtual_interface": (_public_interface,),
    "aws_dynamodb_table": (_dynamodb_capacity,),
    "aws_iot_authorizer": (_iot_authorizer,),
    "aws_lightsail_instance": (_lightsail_zone,),
    "aws_vpc_ipam": (_operating_regions,),
    "aws_vpc_ipam_resource_discovery": (_operating_regions,),
    "aws_workspaces_directory": (_workspaces_directory,),
}

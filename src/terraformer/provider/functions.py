"""Provider-defined functions that are computed locally by the real provider."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["ArgumentError", "call"]


class ArgumentError(Exception):
    """The function refuses an argument, as the real one does; ``argument`` is its index."""

    def __init__(self, message: str, argument: int = 0) -> None:
        super().__init__(message)
        self.argument = argument


def call(source: str, name: str, arguments: list[Any]) -> Any:
    """The result of a provider function. Raises LookupError when it is not known, ArgumentError when it refuses."""
    function = _FUNCTIONS[source, name]
    return function(*arguments)


def _arn_parse(arn: str) -> dict[str, str]:
    # internal/function/arn_parse_function.go; aws-sdk-go arn.Parse
    sections = arn.split(":", 5)
    if not arn.startswith("arn:") or len(sections) != 6:
        reason = "invalid prefix" if not arn.startswith("arn:") else "not enough sections"
        raise ArgumentError(f"arn parsing failed: arn: {reason}")
    _, partition, service, region, account, resource = sections
    return {
        "partition": partition,
        "service": service,
        "region": region,
        "account_id": account,
        "resource": resource,
    }


def _arn_build(partition: str, service: str, region: str, account: str, resource: str) -> str:
    return f"arn:{partition}:{service}:{region}:{account}:{resource}"


def _trim_iam_role_path(arn: str) -> str:
    # internal/function/trim_iam_role_path_function.go
    parsed = _arn_parse(arn)
    if parsed["service"] != "iam":
        raise ArgumentError(f"service must be iam, got: {parsed['service']}")
    if parsed["region"]:
        raise ArgumentError(f"region must be empty, got: {parsed['region']}")
    if not parsed["resource"].startswith("role/"):
        raise ArgumentError(f"resource must begin with role/, got: {parsed['resource']}")
    role = re.sub(r"^role/(?:.*/)?", "role/", parsed["resource"])
    return _arn_build(parsed["partition"], "iam", "", parsed["account_id"], role)


_FUNCTIONS: dict[tuple[str, str], Any] = {
    ("hashicorp/aws", "arn_parse"): _arn_parse,
    ("hashicorp/aws", "arn_build"): _arn_build,
    ("hashicorp/aws", "trim_iam_role_path"): _trim_iam_role_path,
}

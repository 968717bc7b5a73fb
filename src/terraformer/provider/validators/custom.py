"""Single-value checks of the provider that it writes as code: by the name of its Go function.

Each check gets a known, non-null value and the attribute's address, and returns complaints. Sources: the function of
the same name in terraform-provider-aws (package path in the key).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from terraformer.provider.validators import formats

__all__ = ["CHECKS"]

Check = Callable[[Any, str], list[str]]


def _text(check: Callable[[str, str], str]) -> Check:
    def run(value: Any, key: str) -> list[str]:
        if not isinstance(value, str):
            return []
        found = check(value, key)
        return [found] if found else []

    return run


# -- DynamoDB ---------------------------------------------------------------------------------------------------------

_SCALARS = {"BOOL": bool, "NULL": bool, "B": str, "N": str, "S": str}


def _attribute_problem(raw: Any, depth: int = 0) -> str:
    """attributeFromRaw: one data type descriptor with a value of its type."""
    if not isinstance(raw, dict):
        return f"unexpected raw attribute type: {_go_type(raw)}"
    if len(raw) != 1:
        return f"invalid raw attribute map len: {len(raw)}"
    if depth > 64:
        return ""
    ((kind, value),) = raw.items()
    wrong = f"unexpected raw attribute type ({_go_type(value)}) for data type descriptor: {kind}"
    if kind in _SCALARS:
        if not isinstance(value, _SCALARS[kind]):
            return wrong
        return "illegal base64 data" if kind == "B" and not formats.base64_ok(str(value)) else ""
    if kind in ("SS", "NS", "BS"):
        if not isinstance(value, list):
            return wrong
        bad = next((v for v in value if not isinstance(v, str)), None)
        return (
            f"unexpected raw attribute element type ({_go_type(bad)}) for data type descriptor: {kind}"
            if bad is not None
            else ""
        )
    if kind == "L" and isinstance(value, list):
        return next((p for v in value if (p := _attribute_problem(v, depth + 1))), "")
    if kind == "M" and isinstance(value, dict):
        return next((p for v in value.values() if (p := _attribute_problem(v, depth + 1))), "")
    return wrong


def _go_type(value: Any) -> str:
    names = {
        str: "string",
        bool: "bool",
        int: "float64",
        float: "float64",
        list: "[]interface {}",
        dict: "map[string]interface {}",
    }
    return names.get(type(value), "<nil>")


def _table_item(value: str, key: str) -> str:
    if not value.strip():
        return ""
    problem = formats.json_problem(value)
    if problem:
        return f'Invalid format of "{key}": {problem}'
    try:
        item = json.loads(value)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(item, dict):
        kind = "array" if isinstance(item, list) else "value"
        return f'Invalid format of "{key}": json: cannot unmarshal {kind} into a map'
    found = next((p for v in item.values() if (p := _attribute_problem(v))), "")
    return f'Invalid format of "{key}": {found}' if found else ""


# -- ECS and Batch ----------------------------------------------------------------------------------------------------

# Members of the ECS API's ContainerDefinition by JSON type (encoding/json matches names without regard to case).
_CONTAINER: Final[dict[str, Any]] = {
    "command": ["string"],
    "cpu": "integer",
    "credentialspecs": ["string"],
    "dependson": [{"condition": "string", "containername": "string"}],
    "disablenetworking": "boolean",
    "dnssearchdomains": ["string"],
    "dnsservers": ["string"],
    "dockerlabels": {"*": "string"},
    "dockersecurityoptions": ["string"],
    "entrypoint": ["string"],
    "environment": [{"name": "string", "value": "string"}],
    "environmentfiles": [{"type": "string", "value": "string"}],
    "essential": "boolean",
    "extrahosts": [{"hostname": "string", "ipaddress": "string"}],
    "firelensconfiguration": {"type": "string", "options": {"*": "string"}},
    "healthcheck": {
        "command": ["string"],
        "interval": "integer",
        "retries": "integer",
        "startperiod": "integer",
        "timeout": "integer",
    },
    "hostname": "string",
    "image": "string",
    "interactive": "boolean",
    "links": ["string"],
    "linuxparameters": {
        "initprocessenabled": "boolean",
        "maxswap": "integer",
        "sharedmemorysize": "integer",
        "swappiness": "integer",
    },
    "logconfiguration": {
        "logdriver": "string",
        "options": {"*": "string"},
        "secretoptions": [{"name": "string", "valuefrom": "string"}],
    },
    "memory": "integer",
    "memoryreservation": "integer",
    "mountpoints": [{"containerpath": "string", "readonly": "boolean", "sourcevolume": "string"}],
    "name": "string",
    "portmappings": [
        {
            "appprotocol": "string",
            "containerport": "integer",
            "containerportrange": "string",
            "hostport": "integer",
            "name": "string",
            "protocol": "string",
        }
    ],
    "privileged": "boolean",
    "pseudoterminal": "boolean",
    "readonlyrootfilesystem": "boolean",
    "repositorycredentials": {"credentialsparameter": "string"},
    "resourcerequirements": [{"type": "string", "value": "string"}],
    "secrets": [{"name": "string", "valuefrom": "string"}],
    "starttimeout": "integer",
    "stoptimeout": "integer",
    "systemcontrols": [{"namespace": "string", "value": "string"}],
    "ulimits": [{"hardlimit": "integer", "name": "string", "softlimit": "integer"}],
    "user": "string",
    "versionconsistency": "string",
    "volumesfrom": [{"readonly": "boolean", "sourcecontainer": "string"}],
    "workingdirectory": "string",
}
_BATCH_CONTAINER: Final[dict[str, Any]] = {
    "command": ["string"],
    "environment": [{"name": "string", "value": "string"}],
    "executionrolearn": "string",
    "image": "string",
    "instancetype": "string",
    "jobrolearn": "string",
    "memory": "integer",
    "privileged": "boolean",
    "readonlyrootfilesystem": "boolean",
    "resourcerequirements": [{"type": "string", "value": "string"}],
    "secrets": [{"name": "string", "valuefrom": "string"}],
    "user": "string",
    "vcpus": "integer",
}


def decode_problem(value: Any, shape: Any, where: str) -> str:
    """What encoding/json says when decoding a value into a Go struct of this shape; null fits everything."""
    if value is None:
        return ""
    if isinstance(shape, str):
        fits = {
            "string": isinstance(value, str),
            "boolean": isinstance(value, bool),
            "integer": isinstance(value, int) and not isinstance(value, bool),
        }[shape]
        if fits:
            return ""
        kind = {"string": "string", "boolean": "bool", "integer": "int32"}[shape]
        return f"json: cannot unmarshal {_json_kind(value)} into {where} of type {kind}"
    if isinstance(shape, list):
        if not isinstance(value, list):
            return f"json: cannot unmarshal {_json_kind(value)} into {where} of a list type"
        return next((p for v in value if (p := decode_problem(v, shape[0], where))), "")
    if not isinstance(value, dict):
        return f"json: cannot unmarshal {_json_kind(value)} into {where} of an object type"
    for name, item in value.items():
        inner = shape.get(name.lower(), shape.get("*"))
        if inner is not None:
            found = decode_problem(item, inner, f"{where}.{name}")
            if found:
                return found
    return ""


def _json_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return {str: "string", int: "number", float: f"number {value}", list: "array", dict: "object"}.get(
        type(value), "value"
    )


def _loads(text: str) -> Any:
    """The JSON value, or None where it cannot be had (a whole number written as 1.0 or 1e3 stays a float, as in Go)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _container_definitions(value: str, key: str) -> str:
    """expandContainerDefinitions: decode into the API's list of structs; an empty definition is refused."""
    start = f"ECS Task Definition {key} is invalid: "
    problem = formats.json_problem(value) if value.strip() else ""
    if problem:
        return start + problem
    definitions = _loads(value)
    if definitions is None:
        return ""
    found = decode_problem(definitions, [_CONTAINER], "ContainerDefinition")
    if found:
        return start + found
    for index, definition in enumerate(definitions):
        if not definition or (isinstance(definition, dict) and not any(_set(v) for v in definition.values())):
            return f"{start}invalid container definition supplied at index ({index})"
    return ""


def _set(value: Any) -> bool:
    return value is not None


def _batch(shape: dict[str, Any], what: str) -> Callable[[str, str], str]:
    def check(value: str, key: str) -> str:
        problem = formats.json_problem(value) if value.strip() else ""
        if not problem:
            decoded = _loads(value) if value.strip() else None
            problem = decode_problem(decoded, shape, what)
        return f"AWS Batch Job {key} is invalid: {problem}" if problem else ""

    return check


# -- load balancers ---------------------------------------------------------------------------------------------------


def _atoi(value: str) -> int | None:
    """strconv.Atoi."""
    return int(value) if re.fullmatch(r"[+-]?[0-9]{1,18}", value) else None


def _health_check_port(value: str, key: str) -> str:
    port = _atoi(value)
    if value == "traffic-port" or (port is not None and 1 <= port <= 65536):
        return ""
    return f'"{key}" must be a valid port number (1-65536) or "traffic-port"'


def _health_input(value: str, key: str) -> str:
    return "" if value == "off" or _atoi(value) is not None else f"\"{key}\" must be an integer or 'off'"


def _health_percentage(value: str, key: str) -> str:
    number = _atoi(value)
    if value == "off" or (number is not None and 1 <= number <= 100):
        return ""
    return f"\"{key}\" must be an integer between 0 and 100 or 'off'"


def _elb_target(value: str, key: str) -> str:
    """validHeathCheckTarget: PROTOCOL:PORT, with a path for HTTP and HTTPS only."""
    match = re.fullmatch(r"(\w+):(\d+)(.+)?", value, re.ASCII)
    if match is None:
        return f'"{key}" contains an invalid Health Check: {value[:200]}'
    protocol = match[1].lower()
    if protocol not in ("http", "https", "ssl", "tcp"):
        return f'"{key}" contains an invalid Health Check protocol "{match[1]}": use TCP, SSL, HTTP or HTTPS.'
    if not 1 <= int(match[2][:9]) <= 65535:
        return f'"{key}" contains an invalid Health Check target port "{match[2][:9]}": ports are 1 to 65535.'
    if protocol in ("tcp", "ssl") and match[3]:
        return f'"{key}" cannot contain a path in the Health Check target: {value[:200]}'
    if protocol in ("http", "https") and not match[3]:
        return f'"{key}" must contain a path in the Health Check target: {value[:200]}'
    return (
        f'"{key}" cannot contain a path longer than 1024 characters in the Health Check target'
        if match[3] and len(match[3]) > 1024
        else ""
    )


# -- passwords, principals, times -------------------------------------------------------------------------------------


def _broker_password(value: Any, key: str) -> list[str]:
    """mq validBrokerPassword."""
    if not isinstance(value, str):
        return []
    found = []
    if "," in value:
        found.append(f'"{key}" must not contain commas')
    if len(set(value)) < 4:
        found.append(f'"{key}" must contain at least 4 unique characters')
    size = len(value.encode())
    if not 12 <= size <= 250:
        found.append(f'"{key}" must be 12 to 250 characters long. provided string length: {size}')
    return found


def _lake_principal(value: str, key: str) -> str:
    """lakeformation validPrincipal."""
    if value == "IAM_ALLOWED_PRINCIPALS" or re.fullmatch(r"\d{12}(:IAMPrincipals)?", value, re.ASCII):
        return ""
    problem = formats.arn_problem(value)
    if problem:
        return f'"{key}" ({value[:200]}) {problem}'
    if re.search(r":(role|user|federated-user|group|ou|organization)/", value):
        return ""
    return f'"{key}" does not look like a user, federated-user, role, group, OU, or organization: "{value[:200]}"'


def _share_principal(value: str, key: str) -> str:
    """servicecatalog validSharePrincipal."""
    pattern = (
        r"\d{12}|arn:[\w-]+:organizations::\d{12}:(organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{4,32})"
        r"|o-[a-z0-9]{10,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{4,32}"
    )
    if re.fullmatch(pattern, value, re.ASCII):
        return ""
    return f'"{key}" must be a valid account ID, organization ARN/ID, or organizational unit ARN/ID: "{value[:200]}"'


def _budget_time(value: str, key: str) -> str:
    """budgets validTimePeriodTimestamp: layout 2006-01-02_15:04."""
    date, _, clock = value.partition("_")
    if formats.rfc3339(f"{date}T{clock}:00Z") and re.fullmatch(r"\d\d:\d\d", clock):
        return ""
    return f'"{key}" cannot be parsed as "2006-01-02_15:04": "{value[:100]}"'


def _schedule_time(value: str, key: str) -> str:
    """autoscaling validScheduleTimestamp: layout 2006-01-02T15:04:05Z."""
    return (
        ""
        if value.endswith("Z") and formats.rfc3339(value)
        else f'"{key}" ("{value[:100]}") cannot be parsed as iso8601 Timestamp Format'
    )


def _lifecycle_date(value: str, key: str) -> str:
    """s3 validBucketLifecycleTimestamp: a date."""
    return (
        ""
        if formats.rfc3339(f"{value}T00:00:00Z")
        else f'"{key}" ("{value[:100]}") cannot be parsed as RFC3339 Timestamp Format'
    )


def _lower_keys(value: Any, key: str) -> list[str]:
    """s3 validateMetadataIsLowerCase."""
    if not isinstance(value, dict):
        return []
    return [f'Metadata must be lowercase only. Offending key: "{k}" ({key})' for k in sorted(value) if k != k.lower()][
        :3
    ]


def _sagemaker_environment(value: Any, key: str) -> list[str]:
    """sagemaker validEnvironment."""
    if not isinstance(value, dict):
        return []
    found = []
    for name, text in sorted(value.items()):
        if not re.fullmatch(r"[0-9A-Za-z_]+", name):
            found.append(f'only alphanumeric characters and underscore allowed in "{key}": "{name}"')
        if name[:1].isdigit():
            found.append(f'"{key}" cannot begin with a digit: "{name}"')
        if len(name.encode()) > 1024 or (isinstance(text, str) and len(text.encode()) > 1024):
            found.append(f'"{key}" cannot be longer than 1024 characters: "{name}"')
    return found


def _sampling_rate(value: str, _: str) -> str:
    """sns validateDeliverySamplingRate (text that is no number counts as 0)."""
    number = _atoi(value) or 0
    return (
        ""
        if 0 <= number <= 100
        else f"default percentage of success to sample value [{number}] must be between 0 and 100"
    )


def _whole_key_arn(value: str, key: str) -> str:
    """ssmincidents validateNonAliasARN."""
    parsed = formats.parse_arn(value)
    return (
        ""
        if parsed is not None and not parsed[4].startswith("alias/")
        else f"Invalid {key}: must be a valid key ARN, not a key ID, or alias ARN"
    )


def _template_arn(value: str, key: str) -> str:
    """acmpca validTemplateARN: an ARN of service acm-pca."""
    problem = formats.arn_problem(value)
    if problem:
        return f'"{key}" ({value[:200]}) {problem}'
    parsed = formats.parse_arn(value)
    if parsed is None or parsed[1] != "acm-pca":
        return f'"{key}" ({value[:200]}) is not a valid ACM PCA template ARN: service must be "acm-pca"'
    return ""


def _assume_role_duration(value: str, key: str) -> str:
    """provider block validAssumeRoleDuration."""
    if not formats.go_duration(value):
        return f'"{key}" cannot be parsed as a duration: "{value[:100]}"'
    seconds = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    total = sum(float(n) * seconds.get(u, 0.0) for n, u in re.findall(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)", value))
    if value.startswith("-") or not 900 <= total <= 43_200:
        return f'duration "{key}" must be between 15 minutes (15m) and 12 hours (12h), inclusive'
    return ""


def _multiple_of_4000(value: Any, key: str) -> list[str]:
    """fsx validateLustreFileSystemThroughputCapacity."""
    if isinstance(value, int) and not isinstance(value, bool) and value % 4000:
        return [f"Throughput capacity value incorrect: {key} must be a multiple of 4000 MBps, got {value}"]
    return []


def _event_pattern(value: str, key: str) -> str:
    """events validateEventPatternValue: a JSON object of at most 4096 characters without its white space."""
    problem = formats.json_problem(value) if value else ""
    if problem:
        return f'"{key}" contains an invalid JSON: {problem}'
    decoded = _loads(value) if value else None
    if decoded is not None and len(json.dumps(decoded, separators=(",", ":"), ensure_ascii=False)) > 4096:
        return f'"{key}" cannot be longer than 4096 characters'
    return ""


def _topic_rule_name(value: str, key: str) -> str:
    """iot validTopicRuleName."""
    if not 1 <= len(value.encode()) <= 128:
        return f"{key} must be between 1 and 128 characters long"
    return "" if re.fullmatch(r"[0-9A-Za-z_]+", value) else f"{key} must match the pattern ^[0-9A-Za-z_]+$"


def _logs_location(value: str, key: str) -> str:
    """codebuild validProjectS3LogsLocation: an ARN (or nothing), or bucket/prefix."""
    if not formats.arn_problem(value) or re.search(r"^[0-9a-z][^/]*/(.+)\Z", value):
        return ""
    return f'"{key}" must be an ARN or "bucket/prefix": "{value[:200]}"'


CHECKS: Final[dict[str, Check]] = {
    "internal/service/dynamodb.validateTableItem": _text(_table_item),
    "internal/service/ecs.validTaskDefinitionContainerDefinitions": _text(_container_definitions),
    "internal/service/batch.validJobContainerProperties": _text(_batch(_BATCH_CONTAINER, "ContainerProperties")),
    "internal/service/batch.validJobECSProperties": _text(_batch({}, "EcsProperties")),
    "internal/service/batch.validJobNodeProperties": _text(_batch({}, "NodeProperties")),
    "internal/service/elb.validHeathCheckTarget": _text(_elb_target),
    "internal/service/elbv2.validTargetGroupHealthCheckPort": _text(_health_check_port),
    "internal/service/elbv2.validTargetGroupHealthInput": _text(_health_input),
    "internal/service/elbv2.validTargetGroupHealthPercentageInput": _text(_health_percentage),
    "internal/service/mq.validBrokerPassword": _broker_password,
    "internal/service/lakeformation.validPrincipal": _text(_lake_principal),
    "internal/service/servicecatalog.validSharePrincipal": _text(_share_principal),
    "internal/service/budgets.validTimePeriodTimestamp": _text(_budget_time),
    "internal/service/autoscaling.validScheduleTimestamp": _text(_schedule_time),
    "internal/service/s3.validBucketLifecycleTimestamp": _text(_lifecycle_date),
    "internal/service/s3.validateMetadataIsLowerCase": _lower_keys,
    "internal/service/sagemaker.validEnvironment": _sagemaker_environment,
    "internal/service/sns.validateDeliverySamplingRate": _text(_sampling_rate),
    "internal/service/ssmincidents.validateNonAliasARN": _text(_whole_key_arn),
    "internal/service/acmpca.validTemplateARN": _text(_template_arn),
    "internal/service/fsx.validateLustreFileSystemThroughputCapacity": _multiple_of_4000,
    "internal/service/events.validateEventPatternValue": _text(_event_pattern),
    "internal/service/iot.validTopicRuleName": _text(_topic_rule_name),
    "internal/service/codebuild.validProjectS3LogsLocation": _text(_logs_location),
    "internal/provider/sdkv2.validAssumeRoleDuration": _text(_assume_role_duration),
}

"""What the AWS provider checks when it plans a resource: its CustomizeDiff functions, written by hand.

A check gets a View of the resource and yields complaints. Where the provider's function reads a value that is not known
yet, the check holds its tongue: the provider sees a zero there, and some of its complaints are then wrong.

Sources: the CustomizeDiff / ValidateRawResourceConfigFuncs of each resource in terraform-provider-aws (file named at
the check). NOT covered: checks that call AWS (state machine definitions beyond their outline, service limits), and
those about changes to existing resources unless noted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from terraformer.provider.context import ProviderContext
from terraformer.provider.diagnostics import Diagnostic, Path
from terraformer.provider.validators import formats
from terraformer.provider.validators.plan_requirements import REQUIREMENTS
from terraformer.provider.values import contains_unknown, is_known

__all__ = ["View", "check"]


@dataclass(frozen=True, slots=True)
class View:
    """A resource being planned. ``get`` reads the plan as ResourceDiff.Get does, ``config`` the configuration."""

    prior: Mapping[str, Any] | None
    value: Mapping[str, Any]
    planned: Mapping[str, Any]

    @property
    def creating(self) -> bool:
        return self.prior is None

    def _at(self, root: Mapping[str, Any], path: str) -> Any:
        found: Any = root
        for part in path.split("."):
            if isinstance(found, Mapping):
                found = found.get(part)
            elif isinstance(found, list):
                found = found[int(part)] if part.isdigit() and int(part) < len(found) else None
            else:
                return found if not is_known(found) else None
        return found

    def get(self, path: str) -> Any:
        """The planned value at "a.0.b"; None when absent; may be unknown."""
        return self._at(self.planned, path)

    def config(self, path: str) -> Any:
        return self._at(self.value, path)

    def known(self, *paths: str) -> bool:
        """Whether the planned values are wholly known."""
        return not any(contains_unknown(self.get(p)) for p in paths)

    def text(self, path: str) -> str:
        """A planned string; "" when absent or unknown."""
        found = self.get(path)
        return found if isinstance(found, str) else ""

    def flag(self, path: str) -> bool:
        return self.get(path) is True

    def number(self, path: str) -> float:
        """A planned number; 0 when absent or unknown."""
        found = self.get(path)
        return found if isinstance(found, int | float) and not isinstance(found, bool) else 0

    def blocks(self, path: str) -> list[Mapping[str, Any]]:
        found = self.get(path)
        return [b for b in found if isinstance(b, Mapping)] if isinstance(found, list) else []

    def given(self, path: str) -> bool:
        """Whether the configuration sets the argument or block (to something known or not)."""
        found = self.config(path)
        return found is not None and not (isinstance(found, list | dict) and not found)


Complaint = str | tuple[str, str, Path]
Check = Callable[[View], Iterator[Complaint]]


def check(
    source: str,
    type: str,
    prior: Mapping[str, Any] | None,
    value: Mapping[str, Any],
    planned: Mapping[str, Any],
    ctx: ProviderContext,
) -> list[Diagnostic]:
    """Complaints about a planned resource; nothing for other providers."""
    del ctx
    checks = (*CHECKS.get(type, ()), *REQUIREMENTS.get(type, ())) if source == "hashicorp/aws" else ()
    found: list[Diagnostic] = []
    view = View(prior, value, planned)
    for one in checks:
        for complaint in one(view):
            summary, detail, path = complaint if isinstance(complaint, tuple) else (complaint, "", ())
            found.append(Diagnostic("error", summary, detail, path, "provider-plan-check"))
    return found


# -- DynamoDB ---------------------------------------------------------------------------------------------------------


def _dynamodb_attributes(view: View) -> Iterator[Complaint]:
    """validateTableAttributes (dynamodb/table.go): every key has an attribute, every attribute is a key."""
    if not view.creating:
        # An existing table may keep indexes that another resource manages.
        return
    used = ("hash_key", "range_key", "local_secondary_index", "global_secondary_index", "attribute")
    if any(contains_unknown(view.config(p)) for p in used):
        return
    indexed: set[str] = set()
    for name in ("hash_key", "range_key"):
        if isinstance(key := view.config(name), str) and key:
            indexed.add(key)
    indexed |= {str(i["range_key"]) for i in _items(view.config("local_secondary_index")) if i.get("range_key")}
    for index in _items(view.config("global_secondary_index")):
        if isinstance(key := index.get("hash_key"), str):
            indexed.add(key)
        if index.get("range_key"):
            indexed.add(str(index["range_key"]))
        indexed |= {
            str(k["attribute_name"]) for k in _items(index.get("key_schema")) if k.get("attribute_name") is not None
        }
    defined = {str(a["name"]) for a in _items(view.config("attribute")) if a.get("name") is not None}
    if unused := sorted(defined - indexed):
        yield f"all attributes must be indexed. Unused attributes: {_go_list(unused)}"
    if missing := sorted(indexed - defined):
        yield f"all indexes must match a defined attribute. Unmatched indexes: {_go_list(missing)}"


def _items(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _go_list(values: list[str]) -> str:
    return "[" + " ".join(f'"{v}"' for v in values) + "]"


# -- messaging and streams --------------------------------------------------------------------------------------------


def _sqs_queue(view: View) -> Iterator[Complaint]:
    """resourceQueueCustomizeDiff (sqs/queue.go)."""
    if not view.known("fifo_queue"):
        return
    fifo, name = view.flag("fifo_queue"), view.config("name")
    pattern = r"[0-9A-Za-z_-]{1,75}\.fifo" if fifo else r"[0-9A-Za-z_-]{1,80}"
    if view.creating and isinstance(name, str) and name and not re.fullmatch(pattern, name):
        yield f"invalid queue name: {name[:200]}"
    if not fifo and view.flag("content_based_deduplication"):
        yield "content-based deduplication can only be set for FIFO queue"


def _sns_topic(view: View) -> Iterator[Complaint]:
    """resourceTopicCustomizeDiff (sns/topic.go)."""
    if not view.known("fifo_topic"):
        return
    fifo, name = view.flag("fifo_topic"), view.config("name")
    pattern = r"[0-9A-Za-z_-]{1,251}\.fifo" if fifo else r"[0-9A-Za-z_-]{1,256}"
    if view.creating and isinstance(name, str) and name and not re.fullmatch(pattern, name):
        yield f"invalid topic name: {name[:200]}"
    if fifo:
        return
    if view.text("archive_policy"):
        yield "message archive policy can only be set for FIFO topics"
    elif isinstance(view.config("fifo_throughput_scope"), str) and view.config("fifo_throughput_scope"):
        yield "FIFO throughput scope can only be set for FIFO topics"
    elif view.flag("content_based_deduplication"):
        yield "content-based deduplication can only be set for FIFO topics"


def _kinesis_stream(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of kinesis/stream.go: shard_count and the stream mode (PROVISIONED where none is named)."""
    details = view.config("stream_mode_details")
    shards = view.config("shard_count")
    if contains_unknown(details) or not is_known(shards):
        return
    blocks = _items(details)
    mode = str(blocks[0].get("stream_mode") or "PROVISIONED") if blocks else "PROVISIONED"
    count = shards if isinstance(shards, int | float) else 0
    if mode == "ON_DEMAND" and count > 0:
        yield f"shard_count must not be set when stream_mode is {mode}"
    elif mode == "PROVISIONED" and count < 1:
        yield f"shard_count must be at least 1 when stream_mode is {mode}"


_FIREHOSE: Final = {
    "elasticsearch": "elasticsearch_configuration",
    "extended_s3": "extended_s3_configuration",
    "http_endpoint": "http_endpoint_configuration",
    "iceberg": "iceberg_configuration",
    "opensearch": "opensearch_configuration",
    "opensearchserverless": "opensearchserverless_configuration",
    "redshift": "redshift_configuration",
    "snowflake": "snowflake_configuration",
    "splunk": "splunk_configuration",
}


def _firehose(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of firehose/delivery_stream.go: the destination has its block."""
    destination = view.config("destination")
    needed = _FIREHOSE.get(destination) if isinstance(destination, str) else None
    if needed and needed in view.planned and not view.given(needed):
        yield f"when destination is '{destination}', {needed} is required"


# -- compute ----------------------------------------------------------------------------------------------------------


def _lambda_function(view: View) -> Iterator[Complaint]:
    """checkHandlerRuntimeForZipFunction (lambda/function.go)."""
    if not view.known("package_type", "handler", "runtime"):
        return
    if view.text("package_type") in ("", "Zip") and (not view.text("handler") or not view.text("runtime")):
        yield "handler and runtime must be set when PackageType is Zip"


def _ebs_volume(view: View) -> Iterator[Complaint]:
    """resourceEBSVolumeCustomizeDiff (ec2/ebs_volume.go), on creation."""
    kind = view.config("type")
    if not view.creating or not is_known(kind):
        return
    kind = kind or ""
    iops, throughput = view.config("iops"), view.config("throughput")
    if is_known(iops):
        if kind in ("io1", "io2") and not iops:
            yield f"'iops' must be set when 'type' is '{kind}'"
        elif kind not in ("io1", "io2", "gp3") and iops:
            yield f"'iops' must not be set when 'type' is '{kind}'"
    if view.config("multi_attach_enabled") is True and kind not in ("io1", "io2"):
        yield f"'multi_attach_enabled' must not be set when 'type' is '{kind}'"
    if is_known(throughput) and throughput and kind != "gp3":
        yield f"'throughput' must not be set when 'type' is '{kind}'"


def _placement_group(view: View) -> Iterator[Complaint]:
    """resourcePlacementGroupCustomizeDiff (ec2/ec2_placement_group.go), on creation."""
    strategy = view.text("strategy")
    if not view.creating or not strategy:
        return
    count, level = view.config("partition_count"), view.config("spread_level")
    if isinstance(count, int | float) and count > 0 and strategy != "partition":
        yield f'partition_count must not be set when strategy = "{strategy}"'
    if isinstance(level, str) and level and strategy != "spread":
        yield f'spread_level must not be set when strategy = "{strategy}"'


def _batch_environment(view: View) -> Iterator[Complaint]:
    """resourceComputeEnvironmentCustomizeDiff (batch/compute_environment.go)."""
    if view.text("type").upper() == "UNMANAGED" and view.blocks("compute_resources"):
        yield 'no `compute_resources` can be specified when `type` is "UNMANAGED"'


def _ecs_capacity_provider(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of ecs/capacity_provider.go: which of its two kinds."""
    groups, managed = view.config("auto_scaling_group_provider"), view.config("managed_instances_provider")
    if not is_known(groups) or not is_known(managed) or "managed_instances_provider" not in view.value:
        return
    cluster = view.config("cluster")
    if not groups and not managed:
        yield "exactly one of auto_scaling_group_provider or managed_instances_provider must be specified"
    elif groups and managed:
        yield "only one of auto_scaling_group_provider or managed_instances_provider must be specified"
    elif managed and is_known(cluster) and not cluster:
        yield "cluster is required when using managed_instances_provider"
    elif groups and is_known(cluster) and cluster:
        yield "cluster must not be set when using auto_scaling_group_provider"


def _eks_cluster(view: View) -> Iterator[Complaint]:
    """validateAutoModeCustomizeDiff (eks/cluster.go): the three switches of auto mode agree (on creation)."""
    places = ("compute_config", "kubernetes_network_config", "storage_config")
    if not view.creating or any(contains_unknown(view.config(p)) for p in places):
        return
    compute = view.config("compute_config.0.enabled") is True
    network = view.config("kubernetes_network_config.0.elastic_load_balancing.0.enabled") is True
    storage = view.config("storage_config.0.block_storage.0.enabled") is True
    if not (compute == network == storage):
        yield (
            "compute_config.enabled, kubernetes_network_config.elastic_load_balancing.enabled, and "
            "storage_config.block_storage.enabled must all be set to either true or false"
        )


# -- networks and load balancers --------------------------------------------------------------------------------------


def _nat_gateway(view: View) -> Iterator[Complaint]:
    """resourceNATGatewayCustomizeDiff (ec2/vpc_nat_gateway.go)."""
    kind = view.text("connectivity_type")
    if kind == "private":
        if isinstance(view.config("allocation_id"), str) and view.config("allocation_id"):
            yield 'allocation_id is not supported with connectivity_type = "private"'
        elif isinstance(view.config("secondary_allocation_ids"), list) and view.config("secondary_allocation_ids"):
            yield 'secondary_allocation_ids is not supported with connectivity_type = "private"'
    elif kind == "public" and isinstance(view.config("secondary_private_ip_address_count"), int | float):
        yield 'secondary_private_ip_address_count is not supported with connectivity_type = "public"'


def _target_group(view: View) -> Iterator[Complaint]:
    """The three CustomizeDiffs of elbv2/target_group.go."""
    kind = view.text("target_type")
    if not view.known("target_type"):
        return
    health = view.blocks("health_check")
    check_protocol = health[0].get("protocol") if len(health) == 1 else None
    if isinstance(check_protocol, str) and check_protocol.upper() == "TCP":
        for name in ("matcher", "path"):
            configured = view.config(f"health_check.0.{name}")
            if isinstance(configured, str) and configured:
                yield (
                    "Invalid Attribute Combination",
                    f'Attribute "health_check[0].{name}" cannot be specified when "health_check[0].protocol" is "TCP".',
                    ("health_check", 0, name),
                )
                return
        protocol = view.text("protocol")
        if protocol in ("HTTP", "HTTPS"):
            yield f'Attribute "health_check[0].protocol" cannot have value "TCP" when "protocol" is "{protocol}".'
            return
    if kind == "lambda":
        if check_protocol == "TCP":
            yield 'Attribute "health_check[0].protocol" cannot have value "TCP" when "target_type" is "lambda".'
        return
    for name in ("port", "protocol", "vpc_id"):
        if view.config(name) is None:
            shown = kind or "instance"
            yield (
                "Invalid Attribute Combination",
                f'Attribute "{name}" must be specified when "target_type" is "{shown}".',
                ("target_type",),
            )
            return


_ACTION_BLOCKS: Final = {
    "redirect": "redirect",
    "fixed-response": "fixed_response",
    "authenticate-cognito": "authenticate_cognito",
    "authenticate-oidc": "authenticate_oidc",
    "jwt-validation": "jwt_validation",
}


def _listener_actions(attribute: str) -> Check:
    """validateListenerActionsCustomDiff (elbv2/listener.go) for ``default_action`` and rules' ``action``."""

    def run(view: View) -> Iterator[Complaint]:
        actions = view.config(attribute)
        for i, action in enumerate(actions if isinstance(actions, list) else []):
            if not isinstance(action, Mapping) or not isinstance(kind := action.get("type"), str):
                continue
            where = f"{attribute}[{i}]"
            if kind == "forward" and action.get("target_group_arn") is None and action.get("forward") in (None, []):
                yield (
                    "Invalid Attribute Combination",
                    f'Either "{where}.target_group_arn" or "{where}.forward" must be specified to "forward".',
                    (attribute, i, "type"),
                )
            needed = _ACTION_BLOCKS.get(kind)
            if needed and needed in action and action[needed] in (None, []):
                yield (
                    "Invalid Attribute Combination",
                    f'Attribute "{where}.{needed}" must be specified when "{where}.type" is "{kind}".',
                    (attribute, i, "type"),
                )

    return run


def _mutual_authentication(view: View) -> Iterator[Complaint]:
    """mutualAuthPlantimeValidate (elbv2/listener.go)."""
    configured = view.config("mutual_authentication")
    if contains_unknown(configured):
        return
    for i, block in enumerate(_items(configured)):
        mode, where = block.get("mode"), f"mutual_authentication[{i}]"
        if mode is None:
            continue
        if mode == "verify":
            if block.get("trust_store_arn") is None:
                yield (
                    "Invalid Attribute Combination",
                    f'Attribute "{where}.trust_store_arn" must be specified when "{where}.mode" is "verify".',
                    ("mutual_authentication", i, "mode"),
                )
            continue
        for name in ("advertise_trust_store_ca_names", "ignore_client_certificate_expiry", "trust_store_arn"):
            if block.get(name) is not None:
                yield (
                    "Invalid Attribute Combination",
                    f'Attribute "{where}.{name}" cannot be specified when "{where}.mode" is "{mode}".',
                    ("mutual_authentication", i, name),
                )


# -- databases and caches ---------------------------------------------------------------------------------------------


def _db_instance(view: View) -> Iterator[Complaint]:
    """The CustomizeDiffs of rds/instance.go."""
    if view.config("blue_green_update.0.enabled") is True:
        engine, origin = view.config("engine"), view.config("replicate_source_db")
        if isinstance(engine, str) and engine not in ("mariadb", "mysql", "postgres"):
            yield f'"blue_green_update.enabled" cannot be set when "engine" is "{engine}".'
        if isinstance(origin, str) and origin:
            yield '"blue_green_update.enabled" cannot be set when "replicate_source_db" is set.'
    origin, group = view.config("replicate_source_db"), view.config("db_subnet_group_name")
    is_arn = isinstance(origin, str) and origin.startswith("arn:") and origin.count(":") >= 5
    if isinstance(origin, str) and origin and isinstance(group, str) and group and not is_arn:
        yield '"replicate_source_db" must be an ARN when "db_subnet_group_name" is set.'


def _elasticache_cluster(view: View) -> Iterator[Complaint]:
    """The CustomizeDiffs of elasticache/cluster.go, as far as the configuration alone tells."""
    engine, nodes, mode = view.config("engine"), view.config("num_cache_nodes"), view.config("az_mode")
    if mode == "cross-az" and nodes == 1:
        yield 'az_mode "cross-az" is not supported with num_cache_nodes = 1'
    if (
        isinstance(engine, str)
        and engine
        and engine != "memcached"
        and isinstance(nodes, int | float)
        and nodes not in (0, 1)
    ):
        yield f'engine "{engine}" does not support num_cache_nodes > 1'
    final = view.config("final_snapshot_identifier")
    if isinstance(engine, str) and engine and engine != "redis" and isinstance(final, str) and final:
        yield 'engine "memcached" does not support final_snapshot_identifier'
    yield from _cache_version(view)


def _cache_version(view: View) -> Iterator[Complaint]:
    """validateClusterEngineVersion (elasticache/engine_version.go)."""
    engine, version = view.config("engine"), view.config("engine_version")
    if not is_known(engine) or not isinstance(version, str) or not version:
        return
    if engine in (None, "", "memcached"):
        if view.config("replication_group_id") is None and not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
            yield f'engine_version: Memcached version must match <major>.<minor>.<patch>, got "{version[:40]}"'
    elif engine == "redis" and not re.fullmatch(r"[1-5](\.[0-9]+){2}|([6-9]|[1-9][0-9]+)\.(x|[0-9]+)", version):
        yield (
            "engine_version: Redis versions must match <major>.<minor> when using version 6 or higher, or "
            f'<major>.<minor>.<patch>, got "{version[:40]}"'
        )


def _replication_group(view: View) -> Iterator[Complaint]:
    """The CustomizeDiffs of elasticache/replication_group.go."""
    failover, zones = view.config("automatic_failover_enabled"), view.config("multi_az_enabled")
    if zones is True and failover in (None, False):
        yield "automatic_failover_enabled must be true if multi_az_enabled is true"
    clusters = view.config("num_cache_clusters")
    if failover is True and isinstance(clusters, int | float) and clusters < 2:
        yield '"num_cache_clusters": must be at least 2 if automatic_failover_enabled is true'
    strategy, token = view.config("auth_token_update_strategy"), view.config("auth_token")
    if isinstance(strategy, str) and strategy:
        if strategy == "DELETE" and token is not None:
            yield '"auth_token" must not be specified when "auth_token_update_strategy" is "DELETE"'
        elif strategy != "DELETE" and token is None:
            yield '"auth_token_update_strategy": "auth_token" must be specified'


def _redshift_cluster(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of redshift/cluster.go."""
    if view.config("availability_zone_relocation_enabled") is True and view.config("multi_az") is True:
        yield "`availability_zone_relocation_enabled` and `multi_az` cannot be both true"


_DMS: Final = {
    "elasticsearch": "elasticsearch_settings",
    "opensearch": "elasticsearch_settings",
    "kafka": "kafka_settings",
    "kinesis": "kinesis_settings",
    "mongodb": "mongodb_settings",
    "redis": "redis_settings",
}


def _dms_endpoint(view: View) -> Iterator[Complaint]:
    """requireEngineSettingsCustomizeDiff (dms/endpoint.go)."""
    engine = view.config("engine_name")
    needed = _DMS.get(engine) if isinstance(engine, str) else None
    if needed and not view.given(needed):
        yield f'{needed} must be set when engine_name = "{engine}"'


# -- the rest ---------------------------------------------------------------------------------------------------------


def _metric_alarm(view: View) -> Iterator[Complaint]:
    """resourceMetricAlarmCustomizeDiff (cloudwatch/metric_alarm.go)."""
    name, queries = view.config("metric_name"), view.config("metric_query")
    statistic, extended = view.config("statistic"), view.config("extended_statistic")
    if all(is_known(v) for v in (name, queries, statistic, extended)):
        if name or queries:
            if view.config("comparison_operator") in (None, ""):
                yield "comparison_operator is required for traditional metric alarms"
                return
            if view.config("evaluation_periods") in (None, 0):
                yield "evaluation_periods is required for traditional metric alarms"
                return
        if name and bool(statistic) == bool(extended):
            yield "One of `statistic` or `extended_statistic` must be set for a cloudwatch metric alarm"
            return
    for query in _items(queries):
        if isinstance(query.get("expression"), str) and query["expression"] and _items(query.get("metric")):
            yield "No metric_query may have both `expression` and a `metric` specified"
            return


def _glue_job(view: View) -> Iterator[Complaint]:
    """resourceJobCustomizeDiff (glue/job.go)."""
    command, timeout = view.config("command.0.name"), view.config("timeout")
    if not is_known(command) or not isinstance(timeout, int | float):
        return
    name = str(command or "glueetl").lower()
    if name == "glueray":
        yield "timeout must not be configured for Ray jobs"
    elif timeout < (0 if name == "gluestreaming" else 1):
        yield f"expected timeout to be at least (1), got {int(timeout)}"


def _rest_authorizer(view: View) -> Iterator[Complaint]:
    """resourceAuthorizerCustomizeDiff (apigateway/authorizer.go)."""
    kind = view.config("type")
    if not is_known(kind):
        return
    kind = kind or "TOKEN"
    if kind in ("TOKEN", "REQUEST") and view.config("authorizer_uri") in (None, ""):
        yield f"authorizer_uri must be set non-empty when authorizer type is {kind}"
    elif kind == "COGNITO_USER_POOLS" and view.config("provider_arns") in (None, []):
        yield f"provider_arns must be set non-empty when authorizer type is {kind}"


def _rest_integration(view: View) -> Iterator[Complaint]:
    """validateTimeoutMilliseconds (apigateway/integration.go)."""
    timeout, mode = view.config("timeout_milliseconds"), view.config("response_transfer_mode")
    if not isinstance(timeout, int | float) or not is_known(mode):
        return
    limit = 900_000 if mode == "STREAM" else 300_000
    if timeout < 50:
        yield "timeout_milliseconds must be at least 50"
    elif mode in (None, "", "BUFFERED", "STREAM") and timeout > limit:
        yield f"timeout_milliseconds must be at most {limit} when response_transfer_mode is {mode or 'BUFFERED'}"


def _rest_endpoint(view: View) -> Iterator[Complaint]:
    """endpointConfigurationPlantimeValidate (apigateway): a private endpoint is dual stack."""
    kinds, address = (
        view.config("endpoint_configuration.0.types"),
        view.config("endpoint_configuration.0.ip_address_type"),
    )
    if isinstance(kinds, list) and kinds and kinds[0] == "PRIVATE" and address == "ipv4":
        yield 'endpoint_configuration type "PRIVATE" requires ip_address_type "dualstack"'


def _codebuild_project(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of codebuild/project.go: a cache in S3 has a location."""
    kind, location = view.config("cache.0.type"), view.config("cache.0.location")
    if isinstance(kind, str) and kind not in ("", "NO_CACHE", "LOCAL") and location in (None, ""):
        yield f'cache location is required when cache type is "{kind}"'


def _ssm_document(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of ssm/document.go."""
    permissions = view.config("permissions")
    if not isinstance(permissions, Mapping) or not permissions or contains_unknown(permissions):
        return
    if "type" not in permissions:
        yield '"permissions": "type" must be defined'
    elif permissions["type"] != "Share":
        yield '"permissions": only Share "type" supported'
    elif "account_ids" not in permissions:
        yield '"permissions": "account_ids" must be defined'


def _ecr_repository(view: View) -> Iterator[Complaint]:
    """validateImageTagMutabilityExclusionFilterUsage (ecr/repository.go)."""
    mode = view.config("image_tag_mutability")
    filters = view.config("image_tag_mutability_exclusion_filter")
    if (
        isinstance(filters, list)
        and filters
        and is_known(mode)
        and mode not in ("IMMUTABLE_WITH_EXCLUSION", "MUTABLE_WITH_EXCLUSION")
    ):
        yield (
            "image_tag_mutability_exclusion_filter can only be used when image_tag_mutability is set to "
            "IMMUTABLE_WITH_EXCLUSION or MUTABLE_WITH_EXCLUSION"
        )


def _mq_broker(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of mq/broker.go."""
    engine, audit = view.config("engine_type"), view.config("logs.0.audit")
    if isinstance(engine, str) and engine.lower() == "rabbitmq" and audit in ("true", True):
        yield "logs.audit: Can not be configured when engine is RabbitMQ"


def _athena_workgroup(view: View) -> Iterator[Complaint]:
    """managedQueryResultsValidation (athena/workgroup.go)."""
    if view.config("configuration.0.managed_query_results_configuration.0.enabled") is not True:
        return
    place = view.config("configuration.0.result_configuration.0.output_location")
    if isinstance(place, str) and place:
        yield (
            "configuration.result_configuration.output_location cannot be specified when "
            "configuration.managed_query_results_configuration.enabled is true"
        )


def _transfer_server(view: View) -> Iterator[Complaint]:
    """CustomizeDiff of transfer/server.go."""
    addresses = view.config("endpoint_details.0.address_allocation_ids")
    if view.config("ip_address_type") == "DUALSTACK" and isinstance(addresses, list) and addresses:
        yield "cannot specify address_allocation_ids when ip_address_type is DUALSTACK"


_ASL_TYPES: Final = frozenset({"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"})


def _state_machine(view: View) -> Iterator[Complaint]:
    """stateMachineDefinitionValidate (sfn/state_machine.go) asks AWS; here only the outline of the States Language that
    it cannot accept without: JSON, StartAt, States, a known Type each, transitions that lead to a state."""
    definition = view.config("definition")
    if not isinstance(definition, str) or not definition or len(definition) > 1_048_576:
        return
    start = "invalid Step Functions State Machine definition: "
    problem = formats.json_problem(definition)
    if problem:
        yield f"{start}ERROR (INVALID_JSON_DESCRIPTION): {problem}"
        return
    try:
        machine = json.loads(definition)
    except (ValueError, RecursionError):
        return
    if not isinstance(machine, dict):
        yield f"{start}ERROR (SCHEMA_VALIDATION_FAILED): the definition must be a JSON object"
        return
    for message in _machine_problems(machine, "", 0):
        yield f"{start}ERROR (SCHEMA_VALIDATION_FAILED): {message}"
        return


def _machine_problems(machine: Mapping[str, Any], where: str, depth: int) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"the field 'States' is required at '/{where}'"
        return
    if not isinstance(machine.get("StartAt"), str):
        yield f"the field 'StartAt' is required at '/{where}'"
        return
    if machine["StartAt"] not in states:
        yield f"StartAt names a state that does not exist: {machine['StartAt']}"
    for name, state in states.items():
        place = f"{where}States/{name}"
        if not isinstance(state, dict):
            yield f"/{place} must be an object"
            continue
        kind = state.get("Type")
        if kind is None:
            yield f"the field 'Type' is required at '/{place}'"
        elif isinstance(kind, str) and kind not in _ASL_TYPES:
            yield f"'{kind}' is not a state type (one of {', '.join(sorted(_ASL_TYPES))}) at '/{place}/Type'"
        target = state.get("Next")
        if isinstance(target, str) and target not in states:
            yield f"'Next' at '/{place}' leads to a state that does not exist: {target}"
        if kind in ("Task", "Pass", "Wait", "Parallel", "Map") and "Next" not in state and state.get("End") is not True:
            yield f"a state needs 'Next' or 'End' at '/{place}'"
        if kind == "Parallel" and depth < 8 and isinstance(state.get("Branches"), list):
            for i, branch in enumerate(state["Branches"]):
                if isinstance(branch, dict):
                    yield from _machine_problems(branch, f"{place}/Branches[{i}]/", depth + 1)


CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    "aws_alb_listener": (_listener_actions("default_action"), _mutual_authentication),
    "aws_alb_listener_rule": (_listener_actions("action"),),
    "aws_alb_target_group": (_target_group,),
    "aws_api_gateway_authorizer": (_rest_authorizer,),
    "aws_api_gateway_domain_name": (_rest_endpoint,),
    "aws_api_gateway_integration": (_rest_integration,),
    "aws_api_gateway_rest_api": (_rest_endpoint,),
    "aws_athena_workgroup": (_athena_workgroup,),
    "aws_batch_compute_environment": (_batch_environment,),
    "aws_cloudwatch_metric_alarm": (_metric_alarm,),
    "aws_codebuild_project": (_codebuild_project,),
    "aws_db_instance": (_db_instance,),
    "aws_dms_endpoint": (_dms_endpoint,),
    "aws_dynamodb_table": (_dynamodb_attributes,),
    "aws_ebs_volume": (_ebs_volume,),
    "aws_ecr_repository": (_ecr_repository,),
    "aws_ecs_capacity_provider": (_ecs_capacity_provider,),
    "aws_eks_cluster": (_eks_cluster,),
    "aws_elasticache_cluster": (_elasticache_cluster,),
    "aws_elasticache_replication_group": (_replication_group,),
    "aws_glue_job": (_glue_job,),
    "aws_kinesis_firehose_delivery_stream": (_firehose,),
    "aws_kinesis_stream": (_kinesis_stream,),
    "aws_lambda_function": (_lambda_function,),
    "aws_lb_listener": (_listener_actions("default_action"), _mutual_authentication),
    "aws_lb_listener_rule": (_listener_actions("action"),),
    "aws_lb_target_group": (_target_group,),
    "aws_mq_broker": (_mq_broker,),
    "aws_nat_gateway": (_nat_gateway,),
    "aws_placement_group": (_placement_group,),
    "aws_redshift_cluster": (_redshift_cluster,),
    "aws_sfn_state_machine": (_state_machine,),
    "aws_sns_topic": (_sns_topic,),
    "aws_sqs_queue": (_sqs_queue,),
    "aws_ssm_document": (_ssm_document,),
    "aws_transfer_server": (_transfer_server,),
}

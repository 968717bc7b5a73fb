"""Arguments that hang together with what a prompt, or the rest of the configuration, says: reviewed by hand (AWS)."""

from __future__ import annotations

import re
from typing import Any

from terraformer.generate.grammar.facts import words_of
from terraformer.generate.grammar.scene import Scene
from terraformer.generate.grammar.select import TypeChoice
from terraformer.generate.grammar.specials import from_snapshot
from terraformer.generate.grammar.values import hcl_string, hyphened, name_values, region_of

__all__ = ["extras"]


def extras(choice: TypeChoice, scene: Scene) -> dict[str, Any]:
    """Arguments that hang together with what the prompt or the rest of the configuration says."""
    facts = scene.facts
    text = facts.text.lower()
    out: dict[str, Any] = {}
    if choice.type == "aws_dynamodb_table":
        others = [r for r in facts.regions if r != region_of(scene)] if "replica" in facts.stems else []
        if "replica" in facts.stems:
            regions = facts.regions if facts.regions else ("us-east-2",)
            others = list(regions) if len(regions) > 1 else others or list(regions)
            out |= {
                "stream_enabled": "true",
                "stream_view_type": '"NEW_AND_OLD_IMAGES"',
                "replica": [{"region_name": hcl_string(r)} for r in others],
            }
        if re.search(r"encrypt", text):
            out["server_side_encryption"] = {"enabled": "true"}
        if re.search(r"point.in.time", text):
            out["point_in_time_recovery"] = {"enabled": "true"}
        if re.search(r"provisioned", text):
            out |= {"billing_mode": '"PROVISIONED"', "read_capacity": "5", "write_capacity": "5"}
        if re.search(r"\bttl\b|time.to.live", text):
            out["ttl"] = {"attribute_name": '"expires"', "enabled": "true"}
    if choice.type == "aws_vpc" and "ipv6" in text:
        out["assign_generated_ipv6_cidr_block"] = "true"
    if choice.type == "aws_s3_bucket" and re.search(r"forced? destr", text):
        out["force_destroy"] = "true"
    if choice.type == "aws_db_instance":
        if from_snapshot(scene):
            out["snapshot_identifier"] = '"rds:production-2024-06-26-06-05"'
        if re.search(r"restor\w* from (?:an? )?s3|s3 (?:import|backup)", text):
            out |= {
                "engine": '"mysql"',
                "engine_version": '"8.0"',
                "s3_import": {
                    "source_engine": '"mysql"',
                    "source_engine_version": '"8.0.36"',
                    "bucket_name": scene.ref("aws_s3_bucket", "id") or '"example-backups"',
                    "bucket_prefix": '"backups"',
                    "ingestion_role": scene.ref("aws_iam_role", "arn") or '"arn:aws:iam::123456789012:role/example"',
                },
            }
        if m := re.search(r"\b(gp2|gp3|io1|io2|standard)\b(?=.{0,20}storage)", text):
            out["storage_type"] = hcl_string(m[1])
        if re.search(r"public(?:ly)?[ -]access", text):
            out["publicly_accessible"] = "true"
        if "multi" in facts.stems and "az" in facts.stems:
            out["multi_az"] = "true"
        if "read replica" in text and scene.index(choice) > 0:
            out["replicate_source_db"] = f"{scene.by_key[choice.key][0].address}.identifier"
    if (
        choice.type in ("aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster")
        and "encrypt" in text
    ):
        out["storage_encrypted"] = "true"
    if choice.type in ("aws_efs_file_system", "aws_ebs_volume", "aws_redshift_cluster") and "encrypt" in text:
        out["encrypted"] = "true"
    if choice.type == "aws_elasticache_user" and "password" in text:
        out["authentication_mode"] = {"type": '"password"', "passwords": '["password1234567890"]'}
        out["passwords"] = None
    if choice.type == "aws_route53_zone" and scene.has("aws_vpc") and re.search(r"private|\bvpc\b", text):
        out["vpc"] = {"vpc_id": scene.ref("aws_vpc", "id")}
    if choice.type == "aws_route53_record" and len(scene.by_key.get("aws_elastic_beanstalk_environment", [])) > 1:
        out["set_identifier"] = hcl_string(f"record-{scene.index(choice) + 1}")
        continent = ("NA", "EU", "AS")[scene.index(choice) % 3]
        if "geolocation" in text:
            out["geolocation_routing_policy"] = {"continent": hcl_string(continent)}
    if choice.type == "aws_subnet" and "public" in facts.stems:
        out["map_public_ip_on_launch"] = "true"
    if choice.type == "aws_kinesis_analytics_application" and scene.has("aws_kinesis_stream", "aws_iam_role"):
        out["inputs"] = {
            "name_prefix": '"SOURCE_SQL_STREAM"',
            "kinesis_stream": {
                "resource_arn": scene.ref("aws_kinesis_stream", "arn"),
                "role_arn": scene.ref("aws_iam_role", "arn"),
            },
            "schema": {
                "record_columns": {"name": '"id"', "sql_type": '"INTEGER"', "mapping": '"$.id"'},
                "record_format": {"mapping_parameters": {"json": {"record_row_path": '"$"'}}},
            },
        }
    if choice.type == "aws_lb" and re.search(r"network load balancer|\bnlb\b", text):
        out |= {"load_balancer_type": '"network"', "security_groups": None}
    if choice.type == "aws_lb" and re.search(r"application load balancer|\balb\b|redirect", text):
        out["load_balancer_type"] = '"application"'
    if choice.type in ("aws_sqs_queue", "aws_sns_topic") and "fifo" in facts.stems:
        names = name_values(choice, scene)
        out |= {
            "name": tuple(hcl_string(f"{hyphened(n.removesuffix('.fifo'))}.fifo") for n in names),
            f"fifo_{'queue' if 'sqs' in choice.type else 'topic'}": "true",
        }
    if choice.type == "aws_elasticache_cluster" and _engine_word(text):
        out["engine"] = hcl_string(_engine_word(text))
    if choice.type == "aws_apigatewayv2_api" and "websocket" in text:
        out |= {"protocol_type": '"WEBSOCKET"', "route_selection_expression": '"$request.body.action"'}
    if "tag" in facts.stems and "tags" in scene.schemas.block(choice.key).attributes and choice.asked:
        out["tags"] = "@auto"
    if choice.type == "aws_nat_gateway" and re.search(r"\b(private|public)\b", text):
        out["connectivity_type"] = '"private"' if "private" in text and "public" not in text else '"public"'
    if choice.type == "aws_s3_bucket_request_payment_configuration":
        out["payer"] = '"Requester"' if "requester" in text else '"BucketOwner"'
    if choice.type == "aws_s3_bucket_acl":
        named = next(
            (
                a
                for a in ("public-read-write", "public-read", "authenticated-read", "log-delivery-write", "private")
                if a in text or a.replace("-", " ") in text
            ),
            "private",
        )
        out["acl"] = hcl_string(named)
    if choice.type in ("aws_s3_object", "aws_s3_bucket_object"):
        for q in facts.quoted:
            if re.search(r"(?i)(?:source|path)\W+(?:\w+\W+){0,6}$", text[: q.start]) and "/" in q.text:
                out |= {"source": hcl_string(q.text), "content": None}
    if choice.type in ("aws_s3_object", "aws_s3_bucket_object") and scene.has(
        "aws_elastic_beanstalk_application_version"
    ):
        out |= {"source": hcl_string(next(iter(facts.paths), "application.zip")), "content": None}
    if words_of(choice.type)[-1] == "instance" and choice.type == "aws_instance" and "encrypt" in text:
        out["root_block_device"] = {"encrypted": "true"}
    return out


def _engine_word(text: str) -> str:
    return next((w for w in ("memcached", "redis", "valkey") if w in text), "")

# ruff: noqa: ARG001, ARG005 - makers share one signature
"""Values with meaning for arguments, by what their names and checks say. None where nothing is known of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from terraformer.data.synthesis.longtail.facts import bounds_of, checks_of, choices_of, doc_of
from terraformer.data.synthesis.longtail.words import kind_of, plain_noun
from terraformer.data.synthesis.names import bucket_name, project, resource_name
from terraformer.data.synthesis.scenario import Scene
from terraformer.provider import placeholders
from terraformer.provider.context import ProviderContext
from terraformer.provider.schema import Attribute

__all__ = ["external", "name_for", "number_for", "text_for"]

ACCOUNTS: Final = ("111122223333", "123456789012", "210987654321", "444455556666", "555566667777")
_DOMAINS: Final = (
    "example.com",
    "example.org",
    "acme-corp.com",
    "shop.example.com",
    "app.example.com",
    "internal.example.com",
)
_PEOPLE: Final = ("jane", "alex", "maria", "sam", "chen", "lena", "omar", "priya")
_SURNAMES: Final = ("Doe", "Miller", "Garcia", "Lee", "Chen", "Novak", "Khan", "Patel")
_REGIONS: Final = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2")


def _styles(text: str) -> list[str]:
    """A name in the spellings that providers ask for, the likeliest first."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
    parts = plain.split("-")
    return list(dict.fromkeys([
        plain, plain.replace("-", "_"), "".join(p.capitalize() for p in parts), plain.lower(), plain.replace("-", ""),
        plain.upper().replace("-", "_"), parts[0].lower(), f"/{plain}", f"alias/{plain}", f"{plain}-main", plain[:20].strip("-"),
        plain[:12].strip("-"), plain.replace("-", "")[:8],
    ]))  # fmt: skip


_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "cookie_name": ("session", "JSESSIONID", "app_session"), "editor_role_value": ("editor", "grafana-editors"), "admin_role_value": ("admin", "grafana-admins"),
    "metric_name": ("RequestCount", "BlockedRequests", "OrderErrors", "ErrorCount"), "rate_key": ("IP",), "record_identifier_feature_name": ("customer_id", "order_id"),
    "event_time_feature_name": ("event_time", "created_at"), "resource_tag_key": ("Environment", "Team"), "route_response_key": ("$default",),
    "integration_response_key": ("/200/", "/400/", "$default"), "user_group": ("annotators", "reviewers"), "project_key": ("SEC", "OPS"),
    "namespace": ("AWS/EC2", "AWS/RDS", "default", "app"), "container_name": ("app", "web"), "index_name": ("by-customer", "by_status", "created-at-index"),
    "branch_name": ("main", "develop", "staging"), "certificate_identifier": ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"), "environment_name": ("dev", "staging", "prod"),
    "partition_value": ("2026-01-01", "eu", "us"), "task_title": ("Label product images", "Classify support tickets"), "map_block_key": ("orders", "details"),
    "custom_model_name": ("support-model", "catalog-model"), "feature_group_name": ("customers", "orders-features"), "tracker_name": ("fleet", "deliveries", "vehicles"),
    "map_name": ("store-locator", "deliveries"), "collection_name": ("stores", "delivery-zones"), "contact_list_name": ("newsletter", "customers"), "tenant_name": ("acme", "globex"),
}  # fmt: skip
"""What some names are, that say nothing of the resource itself."""


def name_for(s: Scene, source: str, type: str, path: str, *, element: bool = False) -> str | None:
    """A name that the provider accepts, of what the resource is."""
    role = kind_of(type)
    leaf = path.rpartition(".")[2]
    usual = [n for n in _NAMES.get(leaf, ()) if checks_of(source, type).accepts(path, n, element=element)]
    if usual:
        return str(s.pick(*usual))
    if re.search(r"display_name$|title$|friendly_name", leaf):
        wished = [f"{project(s).capitalize()} {role.replace('_', ' ')}", project(s).capitalize()]
    elif source == "hashicorp/aws" and re.search(
        r"(database|schema|table|column|catalog)_?name$|^(database|schema|table)$", leaf
    ):
        wished = [resource_name(s, s.pick("orders", "events", "customers", "sales", "clicks"), "_")]
    else:
        wished = [resource_name(s, role, s.pick("-", "-", "-", "_"))]
    checks = checks_of(source, type)
    for base in (*wished, resource_name(s, role)):
        for text in (base, *_styles(base)):
            if checks.accepts(path, text, element=element):
                return text
    return None


def _description(s: Scene, type: str) -> str:
    noun = plain_noun(type)
    noun = noun[:1].upper() + noun[1:]
    return str(s.pick(
        f"{noun} for the {project(s)} team", f"{noun} of the {project(s)} project", f"{project(s).capitalize()} {kind_of(type).replace('_', ' ')}",
        "Managed by Terraform", f"{noun} used by {project(s)}",
    ))  # fmt: skip


Maker = Callable[[Scene, str], Sequence[Any]]


def _of(*values: str) -> Maker:
    return lambda s, t: s.rng.sample(values, len(values))


def _private(s: Scene, t: str) -> list[str]:
    return [f"10.{s.number(0, 60)}.{s.number(0, 20)}.0/24", f"10.{s.number(0, 60)}.0.0/16", "10.0.0.0/28"]


def _person(s: Scene) -> tuple[str, str]:
    return s.pick(*_PEOPLE), s.pick(*_SURNAMES)


def _email(s: Scene, t: str) -> list[str]:
    return [
        s.pick(
            f"{s.pick(*_PEOPLE)}@example.com",
            "alerts@example.com",
            "ops@example.com",
            "platform-team@example.com",
            "security@example.com",
        )
    ]


def _prompt(s: Scene, t: str) -> list[str]:
    return [s.pick("You are a helpful assistant that answers questions about orders.",
                   "Answer in short and friendly sentences. Say so when you do not know.",
                   "You help employees find documents of the company.")]  # fmt: skip


_MACHINES: Final = {
    "appstream": ("stream.standard.medium", "stream.standard.large"),
    "sagemaker": ("ml.m5.large", "ml.t3.medium", "ml.m5.xlarge", "ml.g4dn.xlarge"),
    "m2": ("M2.m5.large", "M2.c5.large"),
    "gamelift": ("c5.large", "c4.large"),
    "cloud9": ("t3.small", "t2.micro", "m5.large"),
    "emr": ("m5.xlarge", "r5.2xlarge", "c5.xlarge"),
    "codecatalyst": ("dev.standard1.medium", "dev.standard1.large"),
}


def _machine(s: Scene, t: str) -> list[str]:
    known = _MACHINES.get(t.split("_")[1], ("t3.micro", "t3.large", "m5.large", "c5.xlarge"))
    return s.rng.sample(known, len(known))


_CLASSES: Final[tuple[tuple[str, Maker], ...]] = (
    (
        r"description$|comment$|^notes$|purpose$",
        lambda s, t: [_description(s, t), project(s).capitalize() + " resources", "Managed by Terraform"],
    ),
    (r"(^|_)e?mail(_address|_id)?$|^email_identity$|username$(?<=email)", _email),
    (r"phone_number$|^phone$", _of("+12065550100", "+14155550123", "+442079460000")),
    (r"availability_zone$|^zone$", lambda s, t: [f"{s.region}{s.pick('a', 'b', 'c')}"]),
    (r"availability_zone_id$", lambda s, t: ["use1-az" + s.pick("1", "2", "4")]),
    (r"^availability_zones$", lambda s, t: [f"{s.region}a"]),
    (
        r"(^|_)(source|destination|replica|peer|partner|aws|target|linked|home)_regions?$|^regions?$|region_names?$",
        _of(*_REGIONS),
    ),
    (
        r"(^|_)(account_ids?|owner_id|owner_account(_id)?|account_identifier|aws_account|source_account|target_account|account)$",
        _of(*ACCOUNTS),
    ),
    (r"ipv6_cidr|cidr_ipv6", _of("2001:db8:1234:1a00::/56", "2001:db8:1234:1a00::/64")),
    (
        r"cidr(_block|_ip|s|_blocks|_range|_ranges)?$|ip_range$|_prefixes$|^ip_address_range|cidr_ipv4$|address_prefix$|^ip_rule$",
        _private,
    ),
    (r"multicast|group_ip_address", _of("224.0.0.1", "239.1.1.1")),
    (
        r"(^|_)(ip|ip_address|ip_addr|ipv4|dns_ip|peer_address|ip_v4)(s|es|_addrs|_addresses)?$|dns_servers?$",
        _of("203.0.113.10", "198.51.100.7", "10.0.0.10", "192.0.2.25"),
    ),
    (r"rate_expression$", _of("rate(1 hour)", "rate(1 day)")),
    (
        r"schedule(_expression)?$|cron_expression$|^schedule$|(^|_)cron$",
        _of("rate(1 hour)", "rate(1 day)", "cron(0 12 * * ? *)", "cron(0 6 * * ? *)", "cron(0 3 ? * SUN *)"),
    ),
    (
        r"maintenance_window$|maintenance_window_start_time$|maintenance_start_time$",
        _of("sun:05:00-sun:06:00", "mon:03:00-mon:04:00", "1:03:00", "sun:05:00"),
    ),
    (r"(backup|snapshot)_window$", _of("03:00-04:00", "01:00-02:00")),
    (r"automatic_backup_start_time$|start_time_of_day$", _of("03:00", "01:30")),
    (r"instance_class$", _of("db.r6g.large", "db.t3.medium", "db.r5.xlarge")),
    (
        r"^(instance_type|compute_type)s?$|_instance_type$",
        _machine,
    ),
    (r"node_type$", _of("cache.t3.micro", "cache.r6g.large", "db.r6g.large", "dc2.large", "ra3.xlplus")),
    (
        r"domain_names?$|fqdns?$|^domain$|server_host_?name$|host_?names?$|dns_name$|_domain$|^ou_domain$",
        _of(*_DOMAINS),
    ),
    (r"netbios_name$|^short_name$", _of("CORP", "ACME")),
    (r"distinguished_name", _of("OU=Fleets,DC=corp,DC=example,DC=com")),
    (
        r"(callback|logout|redirect|allowed_redirect)_urls?$",
        _of("https://app.example.com/callback", "https://example.com/auth"),
    ),
    (
        r"^s3_uri$|_s3_uri$|^s3_(path|url)$|s3_output_(path|location)$|(^|_)output_s3_path$|artifact_store_uri$",
        lambda s, t: [
            f"s3://{bucket_name(s, 'data')}/{s.pick('input', 'output', 'models', 'reports')}/",
            f"s3://{bucket_name(s, 'data')}",
        ],
    ),
    (
        r"template_url$",
        _of(
            "https://s3.amazonaws.com/acme-templates/network.yaml",
            "https://acme-templates.s3.amazonaws.com/baseline.yaml",
        ),
    ),
    (r"container_url$", _of("https://acmestorage.blob.core.windows.net/backups")),
    (r"issuer(_url)?$|^idp_issuer", _of("https://auth.example.com", "https://login.example.com/oauth2/default")),
    (r"(^|_)metadata_url$|saml_metadata_url", _of("https://idp.example.com/saml/metadata")),
    (
        r"(^|_)image_ur[il]$",
        _of("123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest", "public.ecr.aws/nginx/nginx:latest"),
    ),
    (r"webhook|hook_url$|callback", _of("https://example.com/hooks/deploy")),
    (
        r"(^|_)(url|uri|endpoint|link)$|_urls?$",
        _of("https://api.example.com/v1", "https://www.example.com", "https://app.example.com"),
    ),
    (r"language_code$|^locale(_id)?$|^language$", _of("en-US", "en-GB", "de-DE", "es-ES", "en")),
    (r"(^|_)time_?zones?(_id|_ids)?$", _of("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo")),
    (r"currency(_code)?$", _of("USD", "EUR")),
    (r"iso_country_code$|^country(_code)?$", _of("US", "GB", "DE")),
    (r"^city$", _of("Seattle", "Berlin", "Dublin")),
    (r"^(address_line_?1|street.*)$", _of("410 Terry Ave North", "1 Main Street")),
    (r"^postal_code$|^zip_code$", _of("98109", "10115")),
    (r"^(state_or_region|state_or_province)$", _of("WA", "CA")),
    (r"^(given|first)_name$", lambda s, t: [_person(s)[0].capitalize()]),
    (r"^(family|last)_name$|^surname$", lambda s, t: [_person(s)[1]]),
    (r"^(full|contact|person)_name$", lambda s, t: [f"{_person(s)[0].capitalize()} {_person(s)[1]}"]),
    (
        r"^company_name$|^organization_name$|^company$|^owner$|^provider_name$|^publisher$|^distributor$",
        _of("Acme", "Example Corp", "Contoso", "AnyCompany"),
    ),
    (r"^(title)$", _of("Director of Operations", "Head of Platform", "Overview")),
    (
        r"(^|_)user_?names?$|^user$|^db_user$|^admin_user$|_username$",
        lambda s, t: [
            s.pick("admin", "app_user", "analytics", s.pick(*_PEOPLE), f"{s.pick(*_PEOPLE)}@example.com"),
            "jane",
            "jane@example.com",
        ],
    ),
    (r"release_label$", _of("emr-7.5.0-latest", "emr-7.5.0", "emr-6.15.0")),
    (r"bandwidth$", _of("1Gbps", "10Gbps", "500Mbps")),
    (r"(^|_)aliases$", _of("latest", "stable")),
    (
        r"(start|end|expir\w*|valid\w*|maturity)_(time|date|timestamp|until|after|at)$|^expir(es|ation)$|_until$|expiration_(date|time|timestamp)$|^deadline$",
        _of("2031-01-01T00:00:00Z", "2030-06-30T12:00:00Z", "2031-01-01"),
    ),
    (r"(^|_)(s3_)?(key_)?prefix$|^base_path$|(^|_)prefixes$", _of("logs/", "reports/", "exports", "data/", "/data")),
    (
        r"^(mount_path|mount_point|subdirectory|directory_path|local_path|file_path)$|_directory$|_path$|^path$",
        _of("/", "/data", "/shared", "/export/files"),
    ),
    (
        r"^(s3_)?(object_)?key$(?<=object_key)|^s3_(object_)?key$|^object_key$",
        _of("app/package.zip", "config/settings.json", "models/model.tar.gz"),
    ),
    (r"branch(_name)?$|^default_branch$", _of("main", "develop", "release")),
    (r"^http_method$|^method$", _of("GET", "POST", "ANY")),
    (r"content_type$", _of("application/json", "text/plain", "text/css")),
    (
        r"(^|_)service_principals?$|^(aws_)?service_name$(?<=aws_service_name)",
        _of("guardduty.amazonaws.com", "config.amazonaws.com", "securityhub.amazonaws.com"),
    ),
    (r"file_?name$", _of("notes.txt", "package.zip")),
    (
        r"^(image|image_identifier|container_image|image_uri|base_image)$",
        _of("public.ecr.aws/nginx/nginx:latest", "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:latest"),
    ),
    (r"instruction$|system_prompt$|^prompt$|_instructions?$|_prompt$", _prompt),
    (
        r"foundation_model$|^model_id$|^model_identifier$|base_model_identifier$",
        _of("anthropic.claude-3-5-sonnet-20240620-v1:0", "amazon.titan-text-express-v1"),
    ),
    (
        r"^public_key$|ssh_public_key$",
        _of("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINuiyvncbjJ/xhKYE9HvViuCMK0YZaKWoSE43C6BsQAt admin@example.com"),
    ),
    (
        r"^semantic_version$|^(app_|artifact_|component_)?version$|^version_(label|name|description)$",
        _of("1.0.0", "1.0", "1", "2.1.0", "v1"),
    ),
    (r"^dynatrace_|_unit$", _of()),
    (r"filter_pattern$|^pattern$", _of("ERROR", "[a-z]+")),
    (r"^region_set$", _of("us-east-1")),
    (r"^scopes$|(^|_)scope$", _of("read", "write", "openid")),
    (r"^tag_keys?$", _of("Environment", "CostCenter", "Team", "Project")),
    (r"^tag_values?$", _of("production", "platform")),
    (r"contact_name$|contact_title$", lambda s, t: [f"{_person(s)[0].capitalize()} {_person(s)[1]}"]),
    (
        r"^message$|_message$|^body$|^message_body$",
        _of("Thank you, we will get back to you soon.", "Please try again later."),
    ),
    (r"^subject$|_subject$", _of("Weekly report", "Your request")),
    (
        r"^(query|query_string|sql|statement|query_statement)$",
        _of("SELECT * FROM orders LIMIT 10", "SELECT count(*) FROM events"),
    ),
    (r"^(reason|justification)$|_reason$", _of("Planned maintenance", "Reviewed by the security team")),
)


def text_for(s: Scene, source: str, type: str, path: str, attribute: Attribute, *, element: bool = False) -> str | None:
    """A string for an argument (or an element of it), accepted by the checks; None where it has no class."""
    leaf = path.rpartition(".")[2]
    checks = checks_of(source, type)
    listed = choices_of(source, type, path, attribute, element=element)
    if listed:
        good = [v for v in listed if isinstance(v, str) and checks.accepts(path, v, element=element)]
        return str(s.pick(*good)) if good else None
    for pattern, maker in _CLASSES:
        if re.search(pattern, leaf):
            for value in maker(s, type):
                if checks.accepts(path, value, element=element):
                    return str(value)
            return None
    return None


_IDENTITY: Final = re.compile(r"(^|_)(arns?|ids?|identifiers?)$")


def external(s: Scene, source: str, type: str, path: str) -> str | None:
    """The id or ARN of something that exists outside the configuration, in its usual shape."""
    leaf = path.rpartition(".")[2]
    doc = doc_of(source, type, path)[:60]
    if not _IDENTITY.search(leaf) and "ARN" not in doc:
        return None
    name = leaf if _IDENTITY.search(leaf) else f"{leaf}_arn"
    name = name[:-1] if name.endswith(("arns", "ids")) else name
    ctx = ProviderContext(source, "")
    value = placeholders.value_for(source, type, name, "string", seed=str(s.number(0, 1 << 20)), ctx=ctx)
    checks = checks_of(source, type)
    short = "-".join(type.split("_")[1:])[:24].strip("-")  # a name that says nothing but what it is
    if isinstance(value, str) and short not in value and checks.accepts(path, value):
        return value
    return None


_NUMBERS: Final[tuple[tuple[str, tuple[float, ...]], ...]] = (
    (r"target_value$", (50, 70, 80)),
    (r"(^|_)port$|_port$|_ports$", (80, 443, 8080, 3306, 5432, 8443, 22)),
    (r"asn$", (64512, 65000, 65010, 64600)),
    (r"vlan", (100, 101, 200, 350)),
    (r"timeout_in_seconds$|timeout_seconds$|(^|_)timeout$", (30, 60, 120, 300, 900)),
    (r"ttl|_seconds$|period$|interval$", (60, 120, 300, 600, 3600)),
    (r"_minutes$|_mins$", (5, 10, 15, 30, 60, 120)),
    (r"_hours$", (1, 6, 12, 24)),
    (r"retention|_days$|_in_days$|^days$|duration_days", (1, 3, 7, 14, 30, 60, 90)),
    (r"_milliseconds$|_ms$|_millis$", (500, 1000, 2000, 5000)),
    (r"priority$|^order$|rule_order|precedence", (1, 5, 10, 20, 100)),
    (r"weight$", (1, 10, 50, 100)),
    (r"percent|threshold$|ratio$|confidence", (10, 20, 50, 70, 80, 90)),
    (r"(^|_)(min|minimum)(_|$)|_min$", (1, 2)),
    (r"(^|_)(max|maximum)(_|$)|_max$", (3, 4, 5, 10)),
    (r"tokens", (256, 512, 1024, 2048)),
    (r"capacity|_units$", (1, 2, 4, 8, 10, 100)),
    (r"size|storage|_gb$|_gib$|volume", (1, 2, 4, 8, 10, 20, 50, 100, 200, 1000, 1200)),
    (r"memory", (512, 1024, 2048, 4096)),
    (r"cpu|units$", (1, 2, 4, 256, 512, 1024)),
    (r"iops", (3000, 4000, 6000)),
    (r"throughput", (125, 128, 250, 256, 512)),
    (r"mtu", (1500, 9001, 8500)),
    (r"count$|number|replicas|instances|quantity|_limit$|^limit$|shards|nodes|workers|attempts|retries|copies|concurren", (1, 2, 3, 5, 10)),
    (r"rate|burst", (10, 50, 100, 500)),
    (r"score|severity", (1, 4, 7)),
    (r"year", (2030,)),
    (r"length", (8, 12, 16)),
)  # fmt: skip


def number_for(s: Scene, source: str, type: str, path: str, attribute: Attribute, *, guess: bool) -> float | None:
    """A number within its bounds; None where neither the name nor the bounds say what is sensible, unless ``guess``."""
    leaf = path.rpartition(".")[2]
    low, high = bounds_of(source, type, path)
    checks = checks_of(source, type)
    listed = [
        v for v in choices_of(source, type, path, attribute) if isinstance(v, (int, float)) and not isinstance(v, bool)
    ]
    if listed:
        return float(s.pick(*listed)) if any(v != int(v) for v in listed) else int(s.pick(*listed))

    def fits(value: float) -> bool:
        return (
            abs(value) < 1e12
            and (low is None or value >= low)
            and (high is None or value <= high)
            and checks.accepts(path, value)
        )

    for pattern, values in _NUMBERS:
        if re.search(pattern, leaf):
            good = [v for v in values if fits(v)]
            if good:
                return float(s.pick(*good)) if good[0] != int(good[0]) else int(s.pick(*good))
            break
    if low is not None and high is not None and abs(high) < 1e12 and (guess or high - low < 200):
        steps = [v for v in (low, low + 1, (low + high) // 2, high) if fits(v)]
        return int(s.pick(*steps)) if steps else None
    if guess:
        good = [v for v in (1, 2, 3, 5, 10, low or 1) if fits(v)]
        return int(s.pick(*good)) if good else None
    return None

"""Relational databases: RDS instances with their groups, replicas and proxies, Aurora, Redshift."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, RefersTo, Target
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Document, Statement
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene

_ENGINES = {
    "postgres": ("{PostgreSQL|Postgres}", ("16.4", "17.2", "15.8"), 5432),
    "mysql": ("MySQL", ("8.0.40", "8.4.3"), 3306),
    "mariadb": ("MariaDB", ("10.11.9", "11.4.4"), 3306),
}
"""Of each engine its name in words, versions and port."""

_SMALL = ["db.t3.micro", "db.t3.small", "db.t4g.micro", "db.t4g.small"]
_CLASSES = (
    "db.t3.micro",
    "db.t4g.micro",
    "db.t3.small",
    "db.t3.medium",
    "db.m6g.large",
    "db.r6g.large",
    "db.m7g.large",
)
_LOGS = {"postgres": ["postgresql", "upgrade"], "mysql": ["error", "slowquery"], "mariadb": ["error", "slowquery"]}
_MASTER = ("username", "password", "manage_master_user_password")
_CLUSTER = ("master_username", "master_password", "manage_master_user_password")
_USER = Say(np="{the |}{user name|username|master user|master username} <v>")
_VERSION = Say(np="{engine |}version <v>", that="runs version <v>")


def backups_kept(s: Scene, body: Body, argument: str = "backup_retention_period") -> None:
    """So many days of automatic backups."""
    days = s.pick(1, 3, 7, 7, 14, 30, 35)
    span = f"{days} day{'s' * (days > 1)}"
    body.set(
        argument,
        days,
        Say(
            np=f"{{a backup retention of {span}|backups kept for {span}|{span} of backups}}",
            do=f"keep {{automatic |}}backups for {span}",
            that=f"keeps {{automatic |}}backups for {span}",
        ),
    )


def protected(body: Body) -> None:
    body.set(
        "deletion_protection",
        True,
        Say(np="deletion protection{| enabled| turned on}", do="protect {it|the database} from deletion"),
    )


def encrypted(body: Body, argument: str = "storage_encrypted") -> None:
    body.set(
        argument,
        True,
        Say(
            np="{encrypted storage|storage encryption|encryption at rest}",
            do="encrypt {its|the} storage",
            that="is encrypted at rest",
        ),
    )


def credentials(s: Scene, body: Body, arguments: tuple[str, str, str] = _MASTER) -> None:
    """Managed in Secrets Manager, by a variable, or in the open. The user's name may be said. ``arguments`` are those
    of user, password and management."""
    user, secret, managed = arguments
    body.set(
        user,
        s.pick("admin", "dbadmin", "postgres", "app", "root") if user == "username" else "dbadmin",
        _USER if s.may(s.talk) else False,
    )
    if s.may(0.45):
        body.set(
            managed,
            True,
            Say(
                np="the {master |}password managed {in|by} Secrets Manager",
                do="{let AWS manage|manage} the master password in Secrets Manager",
            ),
        )
    elif s.may(0.5):
        asked = s.may(0.5)
        variable = s.variable(
            "db_password",
            "string",
            "ChangeMe12345",
            "Password of the master user.",
            said=asked,
            purpose="the {master |}password",
        )
        reads = RefersTo(Target(variable="db_password"), (secret,))
        body.set(secret, variable, Say(implied=True, demand=reads) if asked else False)
    else:
        body.set(secret, s.pick("ChangeMe-12345", "Sup3rSecretPw", "example-Passw0rd"), False, extract=False)


def subnet_group(s: Scene, kind: str, subnets: list[Node], *, said: bool, role: str = "main", noun: str = "") -> Node:
    """A subnet group of any database service; ``kind`` is its type without aws_."""
    node = s.resource(f"aws_{kind}", noun or "{DB |}subnet group", role, said=said)
    if kind in ("dms_replication_subnet_group",):
        node.named("replication_subnet_group_id", resource_name(s, "dms-subnets"))
        node.set("replication_subnet_group_description", "Subnets of the replication instance", False)
    else:
        node.named("name", resource_name(s, f"{role}-subnets"))
    over = Say(
        np=f"{{the |}}{len(subnets)} subnets",
        that=f"{{spans|covers}} {'both' if len(subnets) == 2 else f'the {len(subnets)}'} subnets",
        demand=parts.refers(subnets[0], "subnet_ids"),
    )
    node.set("subnet_ids", [n.ref("id") for n in subnets], over if said and subnets[0].said else False)
    return node


def _instance(s: Scene, engine: str = "", role: str = "main", version: str = "") -> tuple[Node, str]:
    """An RDS instance with engine, class and storage, and what Terraform wants besides."""
    engine = engine or s.pick("postgres", "postgres", "mysql", "mysql", "mariadb")
    words, versions, _ = _ENGINES[engine]
    noun = f"{{{words} database|RDS {words} instance|{words} {{RDS|DB}} instance}}"
    node = s.resource("aws_db_instance", noun, role)
    node.named("identifier", resource_name(s, s.pick("app-db", "orders-db", "db", "main-db", "users-db")))
    node.implied("engine", engine)
    if version:
        node.set("engine_version", version, _VERSION if s.may(0.5) else False, extract=False)
    elif s.may(0.7):
        version = s.pick(*versions)
        if s.may(0.5):  # a major version only
            version = version.rpartition(".")[0]
        node.set("engine_version", version, _VERSION)
    if s.may(0.3):
        node.set(
            "instance_class",
            s.pick(*_SMALL),
            Say(
                np="a {small|cheap} instance class",
                post="on a {small|cheap} {instance|instance class}",
                demand=Attribute(("instance_class",), Operator.MATCHES, r"^db\.t[234]g?\.(micro|small)$"),
            ),
        )
    else:
        node.set("instance_class", s.pick(*_CLASSES), True)
    node.set("allocated_storage", s.pick(20, 20, 50, 100, 200), None)
    if s.may(0.4):
        node.set("storage_type", s.pick("gp3", "gp3", "gp2"), Say(np="<v> storage", that="uses <v> storage"))
    if s.may(0.5):
        node.set(
            "db_name",
            s.pick("app", "orders", "shop", "inventory", "users"),
            Say(
                np="{a |an initial }database {named|called} <v>",
                do="create {a|an initial} database {named|called} <v>",
            ),
        )
    credentials(s, node)
    return node, engine


def _finish(s: Scene, node: Node) -> None:
    """How the last snapshot is taken, which Terraform wants to know."""
    if s.may(0.8):
        node.set("skip_final_snapshot", True, False, extract=False)
    else:
        node.set(
            "final_snapshot_identifier",
            resource_name(s, "final-snapshot"),
            Say(np="{a |the }final snapshot {named|called} <v>"),
        )


def _options(s: Scene, node: Node, engine: str) -> None:
    """What people ask of an instance besides."""
    if s.may(0.4):
        node.set(
            "multi_az",
            True,
            Say(
                np="{Multi-AZ|a Multi-AZ deployment|a standby in another availability zone}",
                do="{make it Multi-AZ|enable Multi-AZ}",
                that="is {Multi-AZ|highly available across zones}",
            ),
        )
    if s.may(0.5):
        encrypted(node)
    if s.may(0.45):
        backups_kept(s, node)
    if s.may(0.3):
        node.set(
            "publicly_accessible",
            False,
            Say(
                np="no public {access|endpoint}",
                do="keep it {private|off the internet}",
                that="is not publicly accessible",
            ),
        )
    if s.may(0.25):
        protected(node)
    if s.may(0.2):
        node.set(
            "max_allocated_storage",
            s.pick(500, 1000),
            Say(np="storage autoscaling up to <v> GB", do="let {the|its} storage grow {up |}to <v> GB"),
        )
    if s.may(0.2):
        node.set(
            "enabled_cloudwatch_logs_exports",
            _LOGS[engine],
            Say(np="the <v> logs exported to CloudWatch", do="export the <v> logs to CloudWatch"),
        )
    if s.may(0.15):
        node.set(
            "performance_insights_enabled",
            True,
            Say(np="Performance Insights{| enabled}", do="{enable|turn on} Performance Insights"),
        )
    if s.may(0.15):
        node.set("backup_window", "03:00-04:00", Say(np="{a |the }backup window of <v>"))
        node.set(
            "maintenance_window",
            s.pick("sun:05:00-sun:06:00", "mon:04:30-mon:05:30"),
            Say(np="{a |the }maintenance window of <v>"),
        )


@blueprint("rds", weight=3)
def rds_alone(s: Scene) -> None:
    s.purpose = s.pick("for our web application", "for the test environment", "for the backend", "", "")
    main, engine = _instance(s)
    _options(s, main, engine)
    _finish(s, main)
    if s.may(0.25):
        s.output("db_endpoint", main.ref("endpoint"), "the {database |connection |}endpoint")


@blueprint("rds", "vpc", weight=3)
def rds_in_vpc(s: Scene) -> None:
    """In subnets of its own, guarded by a security group."""
    main, engine = _instance(s)
    vpc, subnets = parts.network(s, s.pick(2, 2, 3), said=s.may(0.6), subnets_said=None)
    group = subnet_group(s, "db_subnet_group", subnets, said=s.may(0.8))
    guard = parts.security_group(
        s, vpc, (_ENGINES[engine][2],), "db", said=s.may(0.8), cidr=s.pick("10.0.0.0/8", "10.0.0.0/16")
    )
    main.link("db_subnet_group_name", group, "name", "in <it>")
    main.link(
        "vpc_security_group_ids",
        guard,
        say=Say(np="<it> attached", that="uses <it>") if guard.said else False,
        wrap=True,
    )
    _options(s, main, engine)
    _finish(s, main)
    if s.may(0.3):
        s.output("endpoint", main.ref("endpoint"), "the {database |}endpoint")


_PARAMETERS = {
    "postgres": (
        ("log_connections", "1"),
        ("log_min_duration_statement", "500"),
        ("rds.force_ssl", "1"),
        ("log_statement", "ddl"),
    ),
    "mysql": (
        ("character_set_server", "utf8mb4"),
        ("slow_query_log", "1"),
        ("long_query_time", "2"),
        ("require_secure_transport", "ON"),
    ),
    "mariadb": (("character_set_server", "utf8mb4"), ("slow_query_log", "1"), ("long_query_time", "2")),
}
_FAMILIES = {
    "postgres": ("16.4", "postgres16"),
    "mysql": ("8.0.40", "mysql8.0"),
    "mariadb": ("10.11.9", "mariadb10.11"),
}


def parameters(
    s: Scene, group: Node, choices: tuple[tuple[str, str], ...], *, block: str = "parameter", most: int = 2
) -> None:
    for name, value in s.some(choices, 1, most):
        inner = group.block(
            block, Say(np=f"{name} set to {value}", do=f"set {name} to {value}", that=f"sets {name} to {value}")
        )
        inner.implied("name", name).implied("value", value)


@blueprint("rds", weight=1.5)
def rds_with_groups(s: Scene) -> None:
    """A parameter group, sometimes an option group."""
    engine = s.pick("postgres", "mysql", "mariadb")
    version, family = _FAMILIES[engine]
    main, _ = _instance(s, engine, version=version)
    group = s.resource("aws_db_parameter_group", "{DB parameter group|parameter group}", engine).named(
        "name", resource_name(s, f"{engine}-params")
    )
    group.set("family", family, Say(np="{the |}family <v>", post="of {the |}family <v>"))
    parameters(s, group, _PARAMETERS[engine])
    main.link("parameter_group_name", group, "name", Say(np="<it>", that="uses <it>", do="use <it>"))
    if engine != "postgres" and s.may(0.5):
        options = s.resource("aws_db_option_group", "option group", engine).named(
            "name", resource_name(s, f"{engine}-options")
        )
        options.set("engine_name", engine, True, extract=False)
        options.set(
            "major_engine_version",
            ".".join(version.split(".")[:2]),
            Say(np="major {engine |}version <v>"),
            extract=False,
        )
        chosen = options.block("option", Say(np="the MariaDB audit plugin", do="enable the MariaDB audit plugin"))
        chosen.implied("option_name", "MARIADB_AUDIT_PLUGIN")
        main.link("option_group_name", options, "name", Say(np="<it>", do="use <it>"))
    _finish(s, main)


@blueprint("rds", weight=2)
def rds_replica(s: Scene) -> None:
    """Read replicas of an instance."""
    main, _ = _instance(s, role="primary")
    backups_kept(s, main)
    _finish(s, main)
    count = s.pick(1, 1, 1, 2, 3)
    copy = s.resource("aws_db_instance", "read replica", "replica")
    if count > 1:
        copy.times(count)
    else:
        copy.named("identifier", resource_name(s, "db-replica"))
    copy.link("replicate_source_db", main, "identifier", "of <it>")
    copy.set("instance_class", s.pick(*_CLASSES), None)
    copy.set("skip_final_snapshot", True, False, extract=False)


@blueprint("rds", "iam", weight=1.5)
def rds_monitored(s: Scene) -> None:
    """Enhanced monitoring, events to a topic."""
    main, _ = _instance(s)
    role = parts.execution_role(s, "rds-monitoring", "rds_monitoring", said=s.may(0.5))
    parts.attach(s, role, "service-role/AmazonRDSEnhancedMonitoringRole", said=role.said)
    seconds = s.pick(1, 5, 15, 30, 60)
    main.set(
        "monitoring_interval",
        seconds,
        Say(
            np=f"enhanced monitoring every {seconds} second{'s' * (seconds > 1)}",
            do=f"{{enable|turn on}} enhanced monitoring {{at|with}} an interval of {seconds} second{'s' * (seconds > 1)}",
        ),
    )
    main.link(
        "monitoring_role_arn",
        role,
        "arn",
        Say(np="<it> for monitoring", do="use <it> for monitoring") if role.said else False,
    )
    if s.may(0.6):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "db_events").named(
            "name", resource_name(s, "db-events")
        )
        tells = s.resource("aws_db_event_subscription", "{RDS event subscription|event subscription}", "db").named(
            "name", resource_name(s, "db-events-sub")
        )
        tells.link("sns_topic", topic, "arn", Say(np="<it> as its target", post="to <it>"))
        tells.set("source_type", "db-instance", False, extract=False)
        tells.set("source_ids", [main.ref("identifier")], False)
        tells.set(
            "event_categories",
            s.some(["availability", "deletion", "failover", "failure", "low storage", "maintenance"], 2, 4),
            Say(np="the {event |}categories <v>"),
        )
    if s.may(0.3):
        snapshot = s.resource("aws_db_snapshot", "{manual snapshot|snapshot|DB snapshot}", "main")
        snapshot.link("db_instance_identifier", main, "identifier", "of <it>")
        snapshot.named("db_snapshot_identifier", resource_name(s, "before-migration"))
    _finish(s, main)


@blueprint("rds", "secretsmanager", "iam", weight=1.5)
def rds_proxy(s: Scene) -> None:
    """A proxy in front of an instance, its password in Secrets Manager."""
    engine = s.pick("postgres", "mysql")
    main, _ = _instance(s, engine)
    vpc, subnets = parts.network(s, 2)
    group = subnet_group(s, "db_subnet_group", subnets, said=False)
    guard = parts.security_group(s, vpc, (_ENGINES[engine][2],), "db", cidr="10.0.0.0/8")
    main.link("db_subnet_group_name", group, "name").link("vpc_security_group_ids", guard, wrap=True)
    _finish(s, main)
    secret = s.resource("aws_secretsmanager_secret", "{Secrets Manager secret|secret}", "db").named(
        "name", resource_name(s, "db-credentials")
    )
    role = s.resource("aws_iam_role", "IAM role", "proxy", said=False).named("name", resource_name(s, "rds-proxy-role"))
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("rds.amazonaws.com",)})),
        False,
    )
    parts.role_policy(s, role, ("secretsmanager:GetSecretValue",), (secret.ref("arn"),))
    proxy = s.resource("aws_db_proxy", "{RDS proxy|RDS Proxy|database proxy}", "main").named(
        "name", resource_name(s, "db-proxy")
    )
    proxy.set("engine_family", "POSTGRESQL" if engine == "postgres" else "MYSQL", None)
    proxy.link("role_arn", role, "arn").set("vpc_subnet_ids", [n.ref("id") for n in subnets], False)
    proxy.link("vpc_security_group_ids", guard, wrap=True)
    if s.may(0.6):
        proxy.set("require_tls", True, Say(np="TLS required", do="require TLS", that="requires TLS"))
    if s.may(0.4):
        proxy.set(
            "idle_client_timeout",
            s.pick(900, 1800),
            Say(np="an idle {client |}timeout of <v> seconds"),
        )
    auth = proxy.block("auth")
    auth.set("auth_scheme", "SECRETS", False, extract=False).set("iam_auth", s.pick("DISABLED", "REQUIRED"), False)
    auth.link(
        "secret_arn",
        secret,
        "arn",
        Say(np="<it> for authentication", do="authenticate with <it>", that="authenticates with <it>"),
    )
    pool = s.resource(
        "aws_db_proxy_default_target_group",
        "",
        "main",
        of=proxy,
        said=s.may(0.5),
        say=Say(np="a connection pool limit of 80 percent", do="limit the connection pool to 80 percent"),
    )
    pool.link("db_proxy_name", proxy, "name")
    pool.block("connection_pool_config").implied("max_connections_percent", 80)
    target = s.resource(
        "aws_db_proxy_target",
        "",
        "main",
        of=proxy,
        say=Say(np="the database as its target", do="point it at the database", that="points {at|to} the database"),
    )
    target.link("db_proxy_name", proxy, "name", Say(implied=True)).link("target_group_name", pool, "name")
    target.link("db_instance_identifier", main, "identifier", Say(implied=True))


# --- Aurora -----------------------------------------------------------------------------------------------------------

_AURORA = {
    "aurora-postgresql": (
        "Aurora {PostgreSQL|Postgres}",
        ("16.4", "15.8"),
        ["db.r6g.large", "db.t4g.medium", "db.r7g.large"],
    ),
    "aurora-mysql": (
        "Aurora MySQL",
        ("8.0.mysql_aurora.3.08.0", "8.0.mysql_aurora.3.07.1"),
        ["db.r6g.large", "db.t4g.medium", "db.r5.large"],
    ),
}


def _cluster(s: Scene, engine: str, *, version: str = "", serverless: bool = False) -> Node:
    words, versions, _ = _AURORA[engine]
    noun = f"{{{words} Serverless v2 cluster|serverless {words} cluster}}" if serverless else f"{words} cluster"
    node = s.resource("aws_rds_cluster", noun, "main")
    node.named("cluster_identifier", resource_name(s, s.pick("aurora", "app-cluster", "orders-cluster")))
    node.implied("engine", engine)
    if version or s.may(0.5):
        node.set("engine_version", version or s.pick(*versions), _VERSION)
    if s.may(0.5):
        node.set(
            "database_name", s.pick("app", "orders", "shop"), Say(np="{a |an initial }database {named|called} <v>")
        )
    credentials(s, node, _CLUSTER)
    return node


def _cluster_options(s: Scene, node: Node) -> None:
    if s.may(0.5):
        encrypted(node)
    if s.may(0.4):
        backups_kept(s, node)
    if s.may(0.3):
        protected(node)
    node.set("skip_final_snapshot", True, False, extract=False)


@blueprint("rds", weight=2)
def aurora(s: Scene) -> None:
    """A provisioned cluster with its instances."""
    engine = s.pick(*_AURORA)
    family = "16" if engine.endswith("postgresql") else "8.0"
    grouped = s.may(0.4)
    main = _cluster(s, engine, version=_AURORA[engine][1][0] if grouped else "")
    if s.may(0.5):
        _, subnets = parts.network(s, 2, said=s.may(0.5))
        main.link(
            "db_subnet_group_name", subnet_group(s, "db_subnet_group", subnets, said=s.may(0.5)), "name", "in <it>"
        )
    if grouped:
        group = s.resource(
            "aws_rds_cluster_parameter_group", "{cluster parameter group|DB cluster parameter group}", "main"
        ).named("name", resource_name(s, "aurora-params"))
        group.set("family", f"{engine}{family}", Say(np="{the |}family <v>"))
        parameters(
            s,
            group,
            (("log_min_duration_statement", "1000"), ("rds.force_ssl", "1"))
            if family == "16"
            else (("slow_query_log", "1"), ("time_zone", "UTC")),
        )
        main.link("db_cluster_parameter_group_name", group, "name", Say(np="<it>", do="use <it>"))
    _cluster_options(s, main)
    count = s.pick(1, 2, 2, 3)
    member = s.resource("aws_rds_cluster_instance", "{cluster instance|Aurora instance|instance}", "main")
    if count > 1:
        member.times(count)
    member.link("cluster_identifier", main, say="in <it>")
    member.set("instance_class", s.pick(*_AURORA[engine][2]), True)
    member.link("engine", main, "engine")
    if s.may(0.3):
        s.output("reader_endpoint", main.ref("reader_endpoint"), "the reader endpoint")


@blueprint("rds", weight=2)
def aurora_serverless(s: Scene) -> None:
    engine = s.pick(*_AURORA)
    main = _cluster(s, engine, serverless=True)
    least, most = s.pick(0.5, 0.5, 1, 2), s.pick(4, 8, 16, 32)
    scaling = main.block(
        "serverlessv2_scaling_configuration",
        Say(
            np=f"{{capacity|scaling}} {{between {least} and {most} ACUs|from {least} to {most} ACUs}}",
            do=f"{{scale|let it scale}} {{between {least} and {most} ACUs|from {least} to {most} ACUs}}",
            that=f"scales {{between {least} and {most} ACUs|from {least} to {most} ACUs}}",
        ),
    )
    scaling.implied("min_capacity", least).implied("max_capacity", most)
    if engine.endswith("postgresql") and s.may(0.3):
        main.set("enable_http_endpoint", True, Say(np="the Data API{| enabled}", do="enable the Data API"))
    _cluster_options(s, main)
    member = s.resource("aws_rds_cluster_instance", "{serverless instance|cluster instance|instance}", "main")
    member.link("cluster_identifier", main, say="in <it>")
    member.set("instance_class", "db.serverless", Say(np="instance class <v>") if s.may() else False, extract=False)
    member.link("engine", main, "engine")


@blueprint("rds", weight=0.8)
def aurora_global(s: Scene) -> None:
    """A global database with clusters in two regions."""
    engine = s.pick(*_AURORA)
    words, versions, _ = _AURORA[engine]
    away = s.pick("us-west-2", "eu-west-1", "eu-central-1")
    other = s.also_in("aws", "secondary", away)
    world = s.resource("aws_rds_global_cluster", "{Aurora global database|global cluster|global database}", "global")
    world.named("global_cluster_identifier", resource_name(s, "global-db"))
    world.set("engine", engine, Say(np="engine <v>"), extract=False).set(
        "engine_version", versions[0], None, extract=False
    )
    world.set("storage_encrypted", True, Say(np="encrypted storage") if s.may(0.4) else False)
    for role, provider in (("primary", ""), ("secondary", other)):
        node = s.resource("aws_rds_cluster", f"{role} {{cluster|{words} cluster}}", role, provider=provider)
        node.named("cluster_identifier", resource_name(s, f"{role}-cluster"))
        if provider:
            node.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
        node.link(
            "global_cluster_identifier",
            world,
            say=Say(np="<it> as its parent", post="in <it>") if s.may(0.5) else False,
        )
        node.set("engine", engine, False, extract=False).set("engine_version", versions[0], False, extract=False)
        if not provider:
            node.set("master_username", "dbadmin", None).set("master_password", "ChangeMe-12345", False, extract=False)
        node.set("storage_encrypted", True, False, extract=False)
        if provider:
            key = s.resource("aws_kms_key", "KMS key", "secondary", said=False, provider=other)
            node.link("kms_key_id", key, "arn")
        node.set("skip_final_snapshot", True, False, extract=False)
        member = s.resource(
            "aws_rds_cluster_instance",
            f"{{instance}} in the {role} cluster",
            role,
            provider=provider,
        )
        member.link("cluster_identifier", node, say=Say(implied=True))
        member.set("instance_class", s.pick("db.r6g.large", "db.r5.large"), True).set(
            "engine", engine, False, extract=False
        )

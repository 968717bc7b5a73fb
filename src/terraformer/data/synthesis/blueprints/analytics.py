"""Glue, Athena, EMR, SageMaker, MWAA."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import bucket, private, versioning
from terraformer.data.synthesis.blueprints.streaming import role_for
from terraformer.data.synthesis.expressions import Json, Raw, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

DATABASE = "{Glue database|Glue catalog database}"


def catalog(s: Scene) -> Node:
    """A catalog database."""
    name = s.pick("analytics", "raw", "sales", "events", "datalake")
    return s.resource("aws_glue_catalog_database", DATABASE, name).named("name", resource_name(s, name, "_"))


@blueprint("glue", "s3", weight=2)
def crawler(s: Scene) -> None:
    """What lies in a bucket found by a crawler, on a schedule at times."""
    store = bucket(s, "{S3 bucket|bucket}", s.pick("raw", "datalake", "landing"))
    database = catalog(s)
    access = parts.execution_role(s, "glue", "crawler", said=s.may(0.25))
    parts.attach(s, access, "service-role/AWSGlueServiceRole", said=access.said)
    parts.role_policy(
        s, access, ("s3:GetObject", "s3:ListBucket"), (store.ref("arn"), Template(store.ref("arn"), "/*"))
    )
    main = s.resource("aws_glue_crawler", "{Glue crawler|crawler}", "main").named("name", resource_name(s, "crawler"))
    main.link(
        "database_name",
        database,
        "name",
        Say(post="for <it>", np="<it> as {its |the |}database", do="write tables to <it>"),
    )
    main.link("role", access, "arn", Say(post="using <it>") if access.said else False)
    prefix = s.pick("", "", "orders/", "events/")
    target = main.block(
        "s3_target",
        Say(
            np=f"a target on the bucket{f' under {prefix}' if prefix else ''}",
            that=f"crawls the bucket{f' under {prefix}' if prefix else ''}",
            do=f"crawl the bucket{f' under {prefix}' if prefix else ''}",
        ),
    )
    target.set(
        "path",
        Template("s3://", store.ref("bucket"), f"/{prefix}"),
        Say(implied=True, demand=parts.refers(store, "path")),
    )
    if s.may(0.6):
        when, words = s.pick(
            ("cron(0 2 * * ? *)", "{every night|daily} at {2 am|02:00}"),
            ("cron(0 * * * ? *)", "{every hour|hourly}"),
            ("cron(0 6 ? * MON *)", "on Mondays at {6 am|06:00}"),
        )
        main.set("schedule", when, Say(np=f'the schedule "{when}"', do=f"run it {words}", that=f"runs {words}"))
    if s.may(0.3):
        policy = main.block(
            "schema_change_policy", Say(np="deleted objects only logged", do="only log deleted objects")
        )
        policy.implied("delete_behavior", "LOG")
    if s.may(0.3):
        main.set("table_prefix", s.pick("raw_", "src_"), Say(np="{the |}table prefix <v>", do="prefix tables with <v>"))


@blueprint("glue", "s3", weight=2)
def etl_job(s: Scene) -> None:
    """A job whose script is in a bucket, started by a trigger, in a workflow at times."""
    store = bucket(s, "{S3 bucket for scripts|S3 bucket|bucket}", "scripts")
    if s.may(0.3):
        private(s, store)
    access = parts.execution_role(s, "glue", "job")
    parts.attach(s, access, "service-role/AWSGlueServiceRole")
    parts.role_policy(s, access, ("s3:GetObject", "s3:PutObject"), (Template(store.ref("arn"), "/*"),))
    role = s.pick("transform", "clean", "aggregate", "import")
    flow = (
        s.resource("aws_glue_workflow", "{Glue workflow|workflow}", role).named(
            "name", resource_name(s, f"{role}-flow")
        )
        if s.may(0.35)
        else None
    )
    main = s.resource("aws_glue_job", "{Glue job|Glue ETL job}", role).named("name", resource_name(s, role))
    main.link("role_arn", access, "arn")
    version = s.pick("4.0", "5.0")
    main.set("glue_version", version, Say(np="Glue version <v>", that="runs on Glue <v>", do="use Glue <v>"))
    if s.may(0.6):
        kind, count = s.pick("G.1X", "G.1X", "G.2X"), s.pick(2, 5, 10)
        main.set("worker_type", kind, Say(np="worker type <v>")).set(
            "number_of_workers", count, Say(np="<v> workers", that="runs with <v> workers")
        )
    if s.may(0.4):
        main.set(
            "timeout", s.pick(30, 60, 120), Say(np="{a |}timeout of <v> minutes", that="times out after <v> minutes")
        )
    if s.may(0.4):
        tries = s.pick(1, 2, 3)
        main.set(
            "max_retries",
            tries,
            Say(
                np=f"{tries} {'retry' if tries == 1 else 'retries'}",
                do=f"retry {'once' if tries == 1 else f'up to {tries} times'}",
            ),
        )
    script = f"{role}.py"
    command = main.block("command")
    command.set(
        "script_location",
        Template("s3://", store.ref("bucket"), f"/{script}"),
        Say(
            np=f"the script {script} in the bucket",
            do=f"run {script} from the bucket",
            that=f"runs {script} from the bucket",
            demand=parts.refers(store, "script_location"),
        ),
    )
    command.set("python_version", "3", False, extract=False)
    if flow is not None or s.may(0.6):
        when, words = s.pick(
            ("cron(0 3 * * ? *)", "every night at {3 am|03:00}"), ("cron(30 * * * ? *)", "every hour at half past")
        )
        trigger = s.resource("aws_glue_trigger", "{Glue trigger|trigger}", role).named(
            "name", resource_name(s, f"{role}-nightly")
        )
        trigger.set("type", "SCHEDULED", Say(post="of type SCHEDULED", np="type SCHEDULED") if s.may(0.3) else False)
        trigger.set("schedule", when, Say(np=f'the schedule "{when}"', that=f"fires {words}", do=f"fire {words}"))
        if flow is not None:
            trigger.link("workflow_name", flow, "name", Say(post="in <it>"))
        trigger.block("actions", Say(np="the job as its action", that="starts the job", do="start the job")).link(
            "job_name", main, "name", Say(implied=True)
        )


@blueprint("glue", "athena", "s3", weight=2)
def query_lake(s: Scene) -> None:
    """A table over a bucket, asked by Athena."""
    store = bucket(s, "{S3 bucket|data bucket}", "data")
    results = bucket(s, "{bucket for query results|results bucket}", "results") if s.may(0.8) else None
    database = catalog(s)
    if s.may(0.7):
        name = s.pick("orders", "clicks", "customers")
        table = s.resource("aws_glue_catalog_table", "{Glue table|Glue catalog table}", name).named("name", name, True)
        table.link("database_name", database, "name", Say(post="in <it>"))
        table.set(
            "table_type",
            "EXTERNAL_TABLE",
            Say(post="of type EXTERNAL_TABLE", np="type EXTERNAL_TABLE") if s.may(0.3) else False,
        )
        layout = table.block("storage_descriptor")
        parquet = s.may(0.6)
        layout.set(
            "location",
            Template("s3://", store.ref("bucket"), f"/{name}/"),
            Say(
                np=f"data in the bucket under {name}/",
                that=f"reads {name}/ in the bucket",
                demand=parts.refers(store, "location"),
            ),
        )
        base = "org.apache.hadoop.hive.ql.io.parquet.MapredParquet" if parquet else "org.apache.hadoop.mapred.Text"
        layout.set("input_format", f"{base}InputFormat", False, extract=False)
        layout.set(
            "output_format",
            f"{base}OutputFormat" if parquet else "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            False,
            extract=False,
        )
        serde = layout.block(
            "ser_de_info",
            Say(
                np="{the |}Parquet format" if parquet else "{the |}JSON format",
                that="holds Parquet files" if parquet else "holds JSON files",
            ),
        )
        serde.implied(
            "serialization_library",
            "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
            if parquet
            else "org.openx.data.jsonserde.JsonSerDe",
        )
        columns = s.some(
            [("id", "string"), ("amount", "double"), ("created_at", "timestamp"), ("country", "string")], 2, 4
        )
        for column, kind in columns:
            layout.block("columns", Say(np=f"a {kind} column {column}", do=f"add a {kind} column {column}")).implied(
                "name", column
            ).implied("type", kind)
        if s.may(0.3):
            table.block(
                "partition_keys", Say(np="a partition key dt", do="partition it by dt", that="is partitioned by dt")
            ).implied("name", "dt").set("type", "string", False)
    if results is not None:
        group = s.resource("aws_athena_workgroup", "{Athena workgroup|workgroup for Athena}", "main").named(
            "name", resource_name(s, s.pick("analysts", "reporting", "adhoc"))
        )
        options = group.block("configuration")
        if s.may(0.4):
            options.set(
                "enforce_workgroup_configuration",
                True,
                Say(np="its settings enforced", do="enforce {its|the} settings"),
            )
        if s.may(0.3):
            limit = s.pick(1, 10, 100)
            options.set(
                "bytes_scanned_cutoff_per_query",
                limit * 1073741824,
                Say(np=f"a limit of {limit} GB scanned per query", do=f"limit queries to {limit} GB"),
            )
        out = options.block("result_configuration")
        out.set(
            "output_location",
            Template("s3://", results.ref("bucket"), "/output/"),
            Say(
                np="results in the results bucket",
                that="stores results in the results bucket",
                do="store results in the results bucket",
                demand=parts.refers(results, "output_location"),
            ),
        )
        if s.may(0.5):
            out.block("encryption_configuration").set(
                "encryption_option", "SSE_S3", Say(np="results encrypted with SSE_S3", do="encrypt results with SSE_S3")
            )
        if s.may(0.4):
            query = s.resource("aws_athena_named_query", "{named query|saved query|Athena named query}", "top").named(
                "name", s.pick("top_customers", "daily_orders")
            )
            query.link("workgroup", group, "id", Say(post="in <it>")).link("database", database, "name")
            query.set(
                "query",
                "SELECT country, count(*) AS n FROM orders GROUP BY country ORDER BY n DESC LIMIT 10",
                False,
                extract=False,
            )


@blueprint("glue", "kinesis")
def schema_registry(s: Scene) -> None:
    """A registry and a schema in it."""
    registry = s.resource("aws_glue_registry", "{Glue schema registry|Glue registry}", "main").named(
        "registry_name", resource_name(s, "schemas")
    )
    name = s.pick("order", "click", "payment")
    kind = s.pick("AVRO", "AVRO", "JSON")
    schema = s.resource("aws_glue_schema", "{Glue schema|schema}", name).named("schema_name", name, True)
    schema.link("registry_arn", registry, "arn", Say(post="in <it>"))
    schema.set("data_format", kind, Say(np=f"{{the |}}data format {kind}", post=f"in {kind} format"))
    level = s.pick("BACKWARD", "FULL", "NONE", "FORWARD")
    schema.set("compatibility", level, Say(np="compatibility <v>", do="set {the |}compatibility to <v>"))
    avro = {"type": "record", "name": name.capitalize(), "fields": [{"name": "id", "type": "string"}]}
    plain = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"id": {"type": "string"}},
    }
    schema.set("schema_definition", Json(avro if kind == "AVRO" else plain), False)


@blueprint("emr", "vpc", "s3", weight=1.5)
def spark_cluster(s: Scene) -> None:
    """An EMR cluster with applications and logs."""
    _, subnets = parts.network(s, 1)
    logs = bucket(s, "{S3 bucket for logs|log bucket}", "logs") if s.may(0.5) else None
    access = parts.execution_role(s, "emr", "emr")
    parts.attach(s, access, "service-role/AmazonElasticMapReduceRole")
    nodes = parts.execution_role(s, "ec2", "emr_nodes")
    parts.attach(s, nodes, "service-role/AmazonElasticMapReduceforEC2Role")
    profile = s.resource("aws_iam_instance_profile", "", "emr", said=False).named(
        "name", resource_name(s, "emr-profile")
    )
    profile.link("role", nodes, "name")
    main = s.resource("aws_emr_cluster", "EMR cluster", "main").named(
        "name", resource_name(s, s.pick("spark", "analytics", "etl"))
    )
    main.set(
        "release_label",
        s.pick("emr-6.15.0", "emr-7.2.0", "emr-7.5.0"),
        Say(np="release <v>", post="on release <v>", that="runs <v>"),
    )
    apps = s.pick(["Spark"], ["Spark", "Hive"], ["Spark", "JupyterHub"], ["Hadoop", "Hive"])
    main.set(
        "applications",
        apps,
        Say(np=" and ".join(apps), do=f"install {' and '.join(apps)}", that=f"runs {' and '.join(apps)}"),
    )
    main.link("service_role", access, "arn")
    if logs is not None:
        main.set(
            "log_uri",
            Template("s3://", logs.ref("bucket"), "/emr/"),
            Say(
                np="logs in the bucket",
                do="log to the bucket",
                that="logs to the bucket",
                demand=parts.refers(logs, "log_uri"),
            ),
        )
    inner = main.block("ec2_attributes")
    inner.link("subnet_id", subnets[0]).link("instance_profile", profile, "arn")
    kind = s.pick("m5.xlarge", "m6i.xlarge", "r5.xlarge")
    head = main.block("master_instance_group")
    head.set(
        "instance_type",
        kind,
        Say(np=f"a {{primary|master}} node of type {kind}", do=f"use {kind} for the {{primary|master}} node"),
    )
    core = main.block("core_instance_group")
    count = s.pick(1, 2, 3, 4)
    core.set("instance_type", kind, Say(np=f"core nodes of type {kind}") if s.may(0.5) else False)
    core.set(
        "instance_count",
        count,
        Say(np=f"{count} core node{'s' * (count > 1)}", that=f"has {count} core node{'s' * (count > 1)}"),
    )
    if s.may(0.3):
        idle = s.pick(3600, 7200)
        main.block(
            "auto_termination_policy",
            Say(
                np=f"termination after {idle // 3600} hour{'s' * (idle > 3600)} of idling",
                do=f"terminate it after {idle // 3600} idle hour{'s' * (idle > 3600)}",
            ),
        ).implied("idle_timeout", idle)


@blueprint("emr")
def serverless_spark(s: Scene) -> None:
    """Spark without a cluster."""
    kind = s.pick("spark", "spark", "hive")
    main = s.resource(
        "aws_emrserverless_application", "{EMR Serverless application|serverless EMR application}", kind
    ).named("name", resource_name(s, s.pick("jobs", "etl", "batch")))
    main.set("type", kind, Say(post=f"for {kind.capitalize()}", np=f"type {kind}"))
    main.set("release_label", s.pick("emr-6.15.0", "emr-7.2.0"), Say(np="release <v>", that="runs on release <v>"))
    if s.may(0.5):
        cpu, memory = s.pick(("16 vCPU", "64 GB"), ("40 vCPU", "160 GB"))
        limit = main.block(
            "maximum_capacity", Say(np=f"at most {cpu} and {memory}", do=f"limit it to {cpu} and {memory}")
        )
        limit.implied("cpu", cpu).implied("memory", memory)
    if s.may(0.5):
        main.block(
            "auto_stop_configuration",
            Say(
                np="an automatic stop after 15 idle minutes",
                do="stop it after 15 idle minutes",
                that="stops after 15 idle minutes",
            ),
        ).implied("enabled", True).implied("idle_timeout_minutes", 15)


@blueprint("sagemaker", weight=1.5)
def notebook(s: Scene) -> None:
    """A notebook instance, its start script."""
    access = parts.execution_role(s, "sagemaker", "notebook", said=s.may(0.3))
    parts.attach(s, access, "AmazonSageMakerFullAccess", said=access.said)
    script = (
        s.resource(
            "aws_sagemaker_notebook_instance_lifecycle_configuration",
            "{lifecycle configuration|notebook lifecycle configuration}",
            "setup",
        )
        if s.may(0.35)
        else None
    )
    if script is not None:
        script.named("name", resource_name(s, "notebook-setup"))
        script.set("on_start", Raw('base64encode("#!/bin/bash\\nset -e\\npip install pandas\\n")'), False)
    main = s.resource(
        "aws_sagemaker_notebook_instance", "{SageMaker notebook instance|SageMaker notebook|notebook instance}", "main"
    ).named("name", resource_name(s, s.pick("research", "experiments", "notebook")))
    main.link("role_arn", access, "arn", Say(post="using <it>") if access.said else False)
    main.set(
        "instance_type",
        s.pick("ml.t3.medium", "ml.t3.large", "ml.m5.xlarge"),
        Say(np="instance type <v>", post="of type <v>", that="runs on <v>"),
    )
    if s.may(0.5):
        main.set("volume_size", s.pick(10, 20, 50), Say(np="{a |}volume of <v> GB", do="give it <v> GB of storage"))
    if s.may(0.3):
        main.set("root_access", "Disabled", Say(np="no root access", do="disable root access"))
    if script is not None:
        main.link("lifecycle_config_name", script, "name", Say(np="<it>", that="uses <it>"))


@blueprint("sagemaker", "s3", weight=1.5)
def model_endpoint(s: Scene) -> None:
    """A model served behind an endpoint."""
    store = bucket(s, "{model bucket|S3 bucket for models}", "models")
    if s.may(0.4):
        versioning(s, store, enabled=True)
    access = parts.execution_role(s, "sagemaker", "model")
    parts.role_policy(s, access, ("s3:GetObject",), (Template(store.ref("arn"), "/*"),))
    role = s.pick("churn", "ranking", "fraud", "sentiment")
    model = s.resource("aws_sagemaker_model", "SageMaker model", role).named("name", resource_name(s, role))
    model.link("execution_role_arn", access, "arn")
    box = model.block("primary_container")
    box.set("image", "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1", False)
    box.set(
        "model_data_url",
        Template("s3://", store.ref("bucket"), f"/{role}/model.tar.gz"),
        Say(
            np="{model |}data from the bucket",
            do="load the {model |}data from the bucket",
            demand=parts.refers(store, "model_data_url"),
        ),
    )
    settings = s.resource("aws_sagemaker_endpoint_configuration", "endpoint configuration", role).named(
        "name", resource_name(s, f"{role}-config")
    )
    variant = settings.block("production_variants")
    variant.set("variant_name", "primary", False).link("model_name", model, "name", Say(np="<it>", post="for <it>"))
    if s.may(0.3):
        most = s.pick(5, 10)
        free = variant.block(
            "serverless_config",
            Say(
                np=f"serverless inference with at most {most} concurrent requests",
                do=f"serve it without servers, at most {most} requests at once",
            ),
        )
        free.set("memory_size_in_mb", s.pick(2048, 4096), None)
        free.implied("max_concurrency", most)
    else:
        count = s.pick(1, 2)
        variant.set(
            "instance_type",
            s.pick("ml.t2.medium", "ml.m5.large", "ml.c5.large"),
            Say(np="instance type <v>", that="runs on <v>"),
        )
        variant.set(
            "initial_instance_count",
            count,
            Say(np=f"{count} instance{'s' * (count > 1)}", that=f"starts with {count} instance{'s' * (count > 1)}"),
        )
    end = s.resource("aws_sagemaker_endpoint", "{SageMaker endpoint|endpoint}", role).named(
        "name", resource_name(s, role)
    )
    end.link("endpoint_config_name", settings, "name", Say(post="with <it>", np="<it>"))


@blueprint("sagemaker", "vpc")
def studio(s: Scene) -> None:
    """A SageMaker domain and its users."""
    vpc, subnets = parts.network(s, 2)
    access = parts.execution_role(s, "sagemaker", "studio")
    parts.attach(s, access, "AmazonSageMakerFullAccess")
    main = s.resource("aws_sagemaker_domain", "{SageMaker domain|SageMaker Studio domain}", "main").named(
        "domain_name", resource_name(s, "studio")
    )
    main.set("auth_mode", "IAM", Say(np="IAM authentication", that="authenticates users by IAM"))
    main.link("vpc_id", vpc).set("subnet_ids", [n.ref("id") for n in subnets], False)
    main.block("default_user_settings").link("execution_role", access, "arn")
    for name in s.some(["alice", "bob", "data-science"], 1, 2) if s.may(0.7) else ():
        user = s.resource("aws_sagemaker_user_profile", "{user profile|SageMaker user profile}", name).named(
            "user_profile_name", name, True
        )
        user.link("domain_id", main, "id", Say(post="in <it>"))


@blueprint("mwaa", "s3", "vpc")
def airflow(s: Scene) -> None:
    """Managed Airflow: bucket, network, environment."""
    store = bucket(s, "{S3 bucket for DAGs|DAG bucket|S3 bucket}", "dags")
    versioning(s, store, enabled=True)
    if s.may(0.5):
        private(s, store)
    vpc, subnets = parts.network(s, 2)
    group = parts.security_group(s, vpc, (443,), "airflow")
    access = role_for(s, "airflow-env.amazonaws.com", "airflow")
    parts.role_policy(
        s, access, ("s3:GetObject*", "s3:GetBucket*", "s3:List*"), (store.ref("arn"), Template(store.ref("arn"), "/*"))
    )
    main = s.resource(
        "aws_mwaa_environment", "{MWAA environment|Managed Airflow environment|Amazon MWAA environment}", "main"
    ).named("name", resource_name(s, "airflow"))
    main.set(
        "airflow_version",
        s.pick("2.8.1", "2.9.2", "2.10.3"),
        Say(np="Airflow <v>", post="on Airflow <v>", that="runs Airflow <v>"),
    )
    main.set("dag_s3_path", "dags/", Say(np="DAGs under <v>", do="read DAGs from <v>") if s.may(0.4) else False)
    main.link("execution_role_arn", access, "arn")
    main.link(
        "source_bucket_arn",
        store,
        "arn",
        Say(np="<it> for its DAGs", do="take the DAGs from <it>", that="reads its DAGs from <it>"),
    )
    size = s.pick("mw1.small", "mw1.medium", "mw1.large")
    main.set("environment_class", size, Say(np="environment class <v>", do="use the class <v>"))
    if s.may(0.4):
        main.set("max_workers", s.pick(5, 10), Say(np="at most <v> workers", do="allow at most <v> workers"))
    if s.may(0.4):
        mode = s.pick("PUBLIC_ONLY", "PRIVATE_ONLY")
        main.set(
            "webserver_access_mode",
            mode,
            Say(
                np=f"a {'public' if mode[1] == 'U' else 'private'} web server",
                do=f"make the web server {'public' if mode[1] == 'U' else 'private'}",
            ),
        )
    net = main.block("network_configuration")
    net.link("security_group_ids", group, wrap=True)
    net.set("subnet_ids", [n.ref("id") for n in subnets], False)
    if s.may(0.4):
        level = s.pick("INFO", "WARNING", "ERROR")
        logs = main.block("logging_configuration").block(
            "task_logs", Say(np=f"task logs at level {level}", do=f"log tasks at level {level}")
        )
        logs.implied("enabled", True).implied("log_level", level)

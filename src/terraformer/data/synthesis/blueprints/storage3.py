"""S3, further: reports and tiers of a bucket, access points, objects, tables, vectors, settings of the account."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.storage import (
    BLOCKS,
    bucket,
    bucket_policy,
    encryption,
    lifecycle,
    private,
    satellite,
    versioning,
)
from terraformer.data.synthesis.expressions import Raw, Statement, Template, Value
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


@blueprint("s3")
def inventory(s: Scene) -> None:
    """A list of one bucket's objects, delivered to another."""
    main = bucket(s, role=s.pick("data", "media", "archive"))
    target = bucket(s, "{bucket for the inventory|inventory bucket|second bucket}", "inventory")
    often, form = s.pick("Daily", "Weekly"), s.pick("CSV", "Parquet", "ORC")
    node = satellite(
        s,
        "inventory",
        main,
        f"a {often.lower()} {form} inventory {{report |}}{{written |}}to the inventory bucket",
        f"write {{an inventory|an inventory report}} in {form} {{format |}}to the inventory bucket {often.lower()}",
    )
    node.set("name", s.pick("EntireBucket", "inventory", f"{often}Inventory"), False)
    node.set("included_object_versions", s.pick("All", "Current"), False)
    node.block("schedule").implied("frequency", often)
    inner = node.block("destination").block("bucket")
    inner.implied("format", form).link("bucket_arn", target, "arn", Say(implied=True))
    if s.may(0.4):
        node.set("optional_fields", s.some(["Size", "LastModifiedDate", "StorageClass", "ETag"], 1, 3), False)
    if s.may(0.4):
        versioning(s, main)
    if s.may(0.3):
        private(s, target)


@blueprint("s3")
def tiers_and_metrics(s: Scene) -> None:
    """Intelligent tiering, request metrics, analytics: one or more of them."""
    main = bucket(s, role=s.pick("data", "datasets", "media"))
    for kind in s.some(["tiering", "metric", "analytics"], 1, 3):
        prefix = s.pick("", "", "raw/", "documents/")
        of = f' for {{objects|everything}} under "{prefix}"' if prefix else ""
        if kind == "tiering":
            days = s.pick(90, 125, 180)
            deep = s.may(0.5)
            words = f"the archive access tier after {days} days" + f" and deep archive after {days + 90} days" * deep
            node = satellite(
                s,
                "intelligent_tiering_configuration",
                main,
                f"an intelligent tiering {{configuration|setup}} that moves objects to {words}{of}",
                f"{{use|set up}} intelligent tiering to move objects to {words}{of}",
            )
            node.set("name", s.pick("EntireBucket", "tiering", "archive-old"), False)
            tiers = [("ARCHIVE_ACCESS", days)] + [("DEEP_ARCHIVE_ACCESS", days + 90)] * deep
            for tier, after in tiers:
                node.block("tiering").implied("access_tier", tier).implied("days", after)
        elif kind == "metric":
            node = satellite(
                s, "metric", main, f"request metrics{of}", f"{{collect|turn on}} {{S3 |}}request metrics{of}"
            )
            node.set("name", s.pick("EntireBucket", "requests", "metrics"), False)
        else:
            node = satellite(
                s,
                "analytics_configuration",
                main,
                f"storage class analysis{of}",
                f"{{set up|run}} storage class analysis{of}",
            )
            node.set("name", s.pick("EntireBucket", "analysis"), False)
        if prefix:
            node.block("filter").implied("prefix", prefix)


@blueprint("s3")
def transfer_settings(s: Scene) -> None:
    """Acceleration, requester pays."""
    main = bucket(s, role=s.pick("downloads", "datasets", "uploads", "public-data"))
    for kind in s.some(["accelerate", "payer"], 1, 2):
        if kind == "accelerate":
            node = satellite(
                s,
                "accelerate_configuration",
                main,
                "transfer acceleration {enabled|turned on}",
                "{enable|turn on} transfer acceleration",
            )
            node.implied("status", "Enabled")
        else:
            node = satellite(
                s,
                "request_payment_configuration",
                main,
                "requester pays {enabled|turned on}",
                "{make the requester pay|let requesters pay for downloads}",
            )
            node.implied("payer", "Requester")
    if s.may(0.4):
        private(s, main)


@blueprint("s3", "vpc", weight=1.5)
def access_point(s: Scene) -> None:
    """An access point, open to one network or guarded."""
    main = bucket(s, role=s.pick("data", "shared", "analytics"))
    point = s.resource("aws_s3_access_point", "{access point|S3 access point}", s.pick("app", "analytics", "team"))
    point.named("name", resource_name(s, s.pick("app-ap", "analytics-ap", "reader")))
    point.link("bucket", main, "id", "{for|on} <it>")
    if s.may(0.5):
        vpc, _ = parts.network(s, 0, said=True)
        point.block("vpc_configuration").link(
            "vpc_id", vpc, "id", Say(np="access {only |}from <it>", do="{restrict|limit} it to <it>")
        )
    if s.may(0.5):
        block = point.block(
            "public_access_block_configuration",
            Say(np="all public access blocked", do="block all public access {on|to} the access point"),
        )
        for name in BLOCKS:
            block.implied(name, True)
    if s.may(0.4):
        versioning(s, main)


@blueprint("s3", weight=1.5)
def objects(s: Scene) -> None:
    """Files in a bucket: one, or a set of folders."""
    main = bucket(s, role=s.pick("assets", "settings", "data"))
    if s.may(0.4):
        keys = s.some(["raw/", "staging/", "curated/", "logs/", "tmp/"], 2, 4)
        for key in keys if s.may(0.4) else []:
            folder = s.resource("aws_s3_object", "{folder|empty folder}", key.strip("/"))
            folder.named("key", key, True).link("bucket", main, say="in <it>").set("content", "", False, extract=False)
        if len(s.nodes) == 1:
            folder = s.resource("aws_s3_object", "{folder|S3 object|key}", "folders").each(keys)
            folder.link("bucket", main, say="in <it>")
            listed = ", ".join(keys[:-1]) + f" and {keys[-1]}"
            folder.set(
                "key",
                Raw("each.value"),
                Say(post=f"{{({listed})|called {listed}}}", demand=Attribute(("key",), Operator.ONE_OF, keys)),
            )
            folder.set("content", "", False, extract=False)
        return
    name, kind, text = s.pick(
        ("settings.json", "application/json", '{"debug": false}'),
        ("robots.txt", "text/plain", "User-agent: *\nDisallow: /\n"),
        ("index.html", "text/html", "<h1>It works</h1>"),
        ("data/regions.csv", "text/csv", "code,name\nde,Germany\n"),
    )
    file = s.resource("aws_s3_object", "{object|file|S3 object}", "file")
    file.named("key", name, True).link("bucket", main, say="in <it>")
    file.set("content", text, False, extract=False).set("content_type", kind, Say(np="{the |}content type <v>"))
    if s.may(0.3):
        file.set("storage_class", s.pick("STANDARD_IA", "ONEZONE_IA"), Say(np="storage class <v>"))
    elif s.may(0.4):
        file.set(
            "server_side_encryption", "AES256", Say(np="{AES256|server-side} encryption", do="encrypt it with AES256")
        )
    if s.may(0.4):
        versioning(s, main)


@blueprint("s3")
def account_settings(s: Scene) -> None:
    node = s.resource(
        "aws_s3_account_public_access_block",
        "{account-wide S3 public access block|S3 public access block for the {whole |}account}",
        "account",
    )
    if s.may(0.6):
        for name in BLOCKS:
            node.set(
                name,
                True,
                Say(np="all four settings {enabled|turned on|on}") if name == BLOCKS[0] else Say(implied=True),
            )
    else:
        for name in s.some(BLOCKS, 1, 3):
            node.set(name, True, True)


@blueprint("s3", weight=0.7)
def multi_region(s: Scene) -> None:
    """One name for two buckets in two regions."""
    s.in_region(s.pick("us-east-1", "eu-west-1"), False)
    away = s.pick("us-west-2", "eu-central-1", "ap-southeast-2")
    other = s.also_in("aws", s.pick("second", "west", "other"), away)
    here = bucket(s, "{S3 bucket|first bucket}", "primary")
    there = bucket(s, "{second bucket|bucket}", "secondary", provider=other)
    there.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
    point = s.resource("aws_s3control_multi_region_access_point", "{S3 |}multi-region access point", "main")
    details = point.block("details")
    details.set("name", resource_name(s, s.pick("global", "assets", "everywhere")), Say(post="named <v>"))
    first, second = details.block("region"), details.block("region")
    first.link("bucket", here, "id", Say(post="over {both buckets|the two buckets}"))
    second.link("bucket", there, "id", Say(implied=True))
    if s.may():
        private(s, here)
        private(s, there)


@blueprint("s3", weight=0.7)
def directory_bucket(s: Scene) -> None:
    """S3 Express One Zone."""
    zone = s.pick("use1-az4", "use1-az5", "use1-az6")
    node = s.resource(
        "aws_s3_directory_bucket", "{S3 Express One Zone bucket|S3 directory bucket|directory bucket}", "express"
    )
    node.named("bucket", f"{resource_name(s, s.pick('cache', 'training', 'scratch'))}--{zone}--x-s3")
    location = node.block("location")
    location.set("name", zone, Say(post="in {the |}availability zone <v>"))
    if s.may(0.4):
        node.set("force_destroy", True)


@blueprint("s3", weight=1.5)
def buckets_by_name(s: Scene) -> None:
    """Several alike, by for_each or count."""
    if s.may(0.6):
        keys = (
            s.some(["dev", "test", "staging", "prod"], 2, 4)
            if s.may()
            else s.some(["raw", "clean", "curated", "export"], 2, 4)
        )
        base = f"{project(s)}-{s.pick('data', 'assets', 'artifacts')}"
        main = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "all").each(keys)
        listed = ", ".join(keys[:-1]) + f" and {keys[-1]}"
        main.set(
            "bucket",
            Raw(f'"{base}-${{each.key}}"'),
            Say(
                post=f"{{for {listed}|one each for {listed}}}",
                demand=Attribute(("bucket",), Operator.MATCHES, "|".join(keys)),
            ),
        )
        of_each = Raw("each.key")
    else:
        main = s.resource("aws_s3_bucket", "{S3 bucket|bucket}", "all").times(s.number(2, 4))
        main.set("bucket_prefix", f"{project(s)}-", Say(np="the {bucket |}prefix <v>") if s.may() else False)
        of_each = None
    if s.may(0.6):
        node = s.resource(
            "aws_s3_bucket_versioning",
            "",
            "all",
            of=main,
            say=Say(
                np="versioning {enabled|turned on}", do="{enable|turn on} versioning on {each of them|all of them}"
            ),
        )
        _repeat(node, main, of_each)
        node.block("versioning_configuration").implied("status", "Enabled")
    if s.may(0.5):
        block = s.resource(
            "aws_s3_bucket_public_access_block",
            "",
            "all",
            of=main,
            say=Say(np="public access blocked", do="block {all |}public access to {them|all of them}"),
        )
        _repeat(block, main, of_each)
        for name in BLOCKS:
            block.implied(name, True)


def _repeat(node: Node, main: Node, key: Raw | None) -> None:
    node.repeat, node.by = main.repeat, main.by
    index = "each.key" if key is not None else "count.index"
    node.set("bucket", Raw("{0}[" + index + "].id", (main.ref(""),)), False)


@blueprint("s3", "kms", "iam", weight=2)
def data_lake(s: Scene) -> None:
    """Zones, a key, a role that reads and writes."""
    s.purpose = s.pick("for our data lake", "for the analytics team", "")
    key = parts.kms_key(s, "lake")
    zones: list[Node] = []
    for zone in s.some(["raw", "processed", "curated"], 2, 3):
        node = bucket(s, f"{{bucket for {zone} data|{zone} bucket|{zone} data bucket}}", zone)
        encryption(s, node, key)
        if s.may(0.5):
            versioning(s, node)
        private(s, node, s.may(0.6))
        zones.append(node)
    if s.may(0.6):
        lifecycle(s, zones[0])
    role = parts.execution_role(s, s.pick("glue", "emr", "sagemaker"), "etl", said=True, noun="{IAM role|role}")
    parts.role_policy(
        s,
        role,
        ("s3:GetObject", "s3:PutObject"),
        [Template(z.ref("arn"), "/*") for z in zones],
        said=True,
        words="read and write {objects in |}the buckets",
    )
    parts.role_policy(s, role, ("kms:Decrypt", "kms:GenerateDataKey"), [key.ref("arn")])
    if s.may(0.4):
        s.output("raw_bucket", zones[0].ref("id"), f"the name of the {zones[0].role} bucket")


@blueprint("s3", "iam")
def readable_by_role(s: Scene) -> None:
    """A bucket policy for one role, or another account."""
    main = bucket(s)
    who: Value
    if s.may(0.5):
        role = parts.execution_role(s, s.pick("ec2", "lambda", "ecs"), "reader", said=True)
        who, words = role.ref("arn"), "the role"
    else:
        account = f"{s.number(100000000000, 999999999999)}"
        who, words = f"arn:aws:iam::{account}:root", f"account {account}"
    write = s.may(0.3)
    actions = ("s3:GetObject", "s3:PutObject") if write else ("s3:GetObject",)
    does = "read and write" if write else "read"
    bucket_policy(
        s,
        main,
        Say(
            np=f"a bucket policy that lets {words} {does} objects",
            do=f"{{let {words} {does}|allow {words} to {does}}} {{its |}}objects in the bucket policy",
        ),
        PolicyStatement(
            ("policy",),
            "Allow",
            actions,
            principals={} if words == "the role" else {"AWS": (str(who),)},
            unknown=True,
        ),
        Statement(actions, (Template(main.ref("arn"), "/*"),), principals={"AWS": (who,)}),
        Statement(("s3:ListBucket",), (main.ref("arn"),), principals={"AWS": (who,)}),
    )
    private(s, main, s.may(0.5))


@blueprint("s3", "athena", weight=0.8)
def tables(s: Scene) -> None:
    """S3 Tables."""
    main = s.resource("aws_s3tables_table_bucket", "{S3 table bucket|table bucket|S3 Tables bucket}", "tables")
    main.named("name", resource_name(s, s.pick("lakehouse", "analytics", "tables")))
    space = s.resource("aws_s3tables_namespace", "{table namespace|namespace}", "main")
    space.named("namespace", s.pick("sales", "marketing", "web", "finance"))
    space.link("table_bucket_arn", main, "arn", "in <it>")
    if s.may(0.6):
        table = s.resource("aws_s3tables_table", "{Iceberg table|table}", "main")
        table.named("name", s.pick("orders", "events", "visits", "invoices"))
        table.link("namespace", space, "namespace", "in <it>").link("table_bucket_arn", main, "arn")
        table.set("format", "ICEBERG", False, extract=False)


@blueprint("s3", weight=0.8)
def vectors(s: Scene) -> None:
    """S3 Vectors."""
    main = s.resource("aws_s3vectors_vector_bucket", "{S3 vector bucket|vector bucket}", "vectors")
    main.named("vector_bucket_name", resource_name(s, s.pick("embeddings", "documents", "vectors")))
    if s.may(0.8):
        index = s.resource("aws_s3vectors_index", "{vector index|index}", "documents")
        index.named("index_name", s.pick("documents", "products", "articles"))
        index.link("vector_bucket_name", main, "vector_bucket_name", "in <it>")
        index.set("data_type", "float32", False, extract=False)
        index.set("dimension", s.pick(384, 768, 1024, 1536), Say(np="{<v> dimensions|a dimension of <v>}"))
        index.set("distance_metric", s.pick("cosine", "euclidean"), Say(np="{the |}<v> distance {metric|}"))

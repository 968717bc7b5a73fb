"""S3."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyCondition, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.expressions import Document, Statement, Template
from terraformer.data.synthesis.names import bucket_name, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

BUCKET = "{S3 bucket|S3 bucket|S3 bucket|AWS S3 bucket|bucket}"
CLASSES = {
    "STANDARD_IA": "{Standard-IA|STANDARD_IA|infrequent access}",
    "GLACIER": "Glacier",
    "DEEP_ARCHIVE": "{Glacier Deep Archive|DEEP_ARCHIVE}",
    "INTELLIGENT_TIERING": "{Intelligent-Tiering|INTELLIGENT_TIERING}",
    "ONEZONE_IA": "{One Zone-IA|ONEZONE_IA}",
    "GLACIER_IR": "{Glacier Instant Retrieval|GLACIER_IR}",
}
BLOCKS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


def bucket(s: Scene, noun: str = BUCKET, role: str = "", *, said: bool = True, provider: str = "") -> Node:
    """A bucket with a name that may be said."""
    role = role or s.pick("logs", "assets", "data", "uploads", "backups", "archive", "reports", "media", "artifacts")
    node = s.resource("aws_s3_bucket", noun, role, said=said, provider=provider)
    return node.named("bucket", bucket_name(s, role))


def satellite(s: Scene, kind: str, of: Node, np: str, do: str = "", that: str = "", *, said: bool = True) -> Node:
    """A resource that is a property of a bucket in people's words; ``kind`` follows "aws_s3_bucket_"."""
    say = Say(np=np, do=do, that=that)
    node = s.resource(f"aws_s3_bucket_{kind}", "", of.role, of=of, said=said, say=say, provider=of.provider)
    node.link("bucket", of)
    return node


def private(s: Scene, of: Node, say: bool = True) -> Node:
    """All public access blocked."""
    block = satellite(
        s,
        "public_access_block",
        of,
        "{all public access blocked|no public access|public access blocked}",
        "block all public access",
        "blocks all public access",
        said=say,
    )
    for name in BLOCKS:
        block.implied(name, True)
    return block


def opened(s: Scene, of: Node) -> Node:
    """Public policies let in; nobody says so."""
    node = satellite(s, "public_access_block", of, "public access", said=False)
    for name in BLOCKS:
        node.set(name, False, False, extract=False)
    return node


def versioning(s: Scene, of: Node, say: bool = True, *, enabled: bool = False) -> Node:
    status = "Enabled" if enabled else s.pick("Enabled", "Enabled", "Enabled", "Suspended")
    on = status == "Enabled"
    node = satellite(
        s,
        "versioning",
        of,
        "versioning {enabled|turned on|on}" if on else "versioning {suspended|turned off}",
        "{enable|turn on} versioning" if on else "{suspend|turn off} versioning",
        "{keeps old versions|has versioning enabled}" if on else "",
        said=say,
    )
    node.block("versioning_configuration").implied("status", status)
    return node


def encryption(s: Scene, of: Node, key: Node | None = None, *, said: bool = True) -> Node:
    """Default encryption, by a key of one's own, by the AWS managed KMS key, or by S3's keys."""
    if key is not None:
        words = ("default encryption with {the|our own} KMS key", "encrypt {it|objects} with the KMS key")
    elif kms := s.may(0.3):
        words = ("{SSE-KMS|KMS} {default |}encryption", "{encrypt it with KMS|use SSE-KMS for encryption}")
    else:
        words = (
            "{AES256|SSE-S3|AES-256} {server-side |default |}encryption",
            "{encrypt objects with AES256|use SSE-S3 encryption by default}",
        )
    node = satellite(s, "server_side_encryption_configuration", of, *words, said=said)
    rule = node.block("rule")
    default = rule.block("apply_server_side_encryption_by_default")
    default.implied("sse_algorithm", "aws:kms" if key is not None or kms else "AES256")
    if key is not None:
        default.link("kms_master_key_id", key, "arn", Say(implied=True) if said and key.said else False)
        if s.may(0.5):
            rule.set("bucket_key_enabled", True, Say(np="{S3 |}bucket keys enabled", do="{enable|use} bucket keys"))
    return node


def lifecycle(s: Scene, of: Node, *, versioned: bool = False, said: bool = True) -> Node:
    """One rule that moves, deletes or cleans up."""
    prefix = s.pick("", "", "logs/", "tmp/", "archive/")
    what = f'{{objects|everything}} under "{prefix}"' if prefix else "objects"
    thats: list[str] = []
    dos: list[str] = []
    moves: list[tuple[int, str]] = []
    if s.may(0.6):
        first = s.pick(30, 30, 60, 90)
        moves.append((first, s.pick("STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER")))
        if s.may(0.4):
            moves.append((first + s.pick(30, 60, 90), "DEEP_ARCHIVE"))
    expires = moves[-1][0] + s.pick(180, 275, 365) if moves else s.pick(7, 14, 30, 90, 180, 365)
    deletes = not moves or s.may(0.5)
    for n, (days, name) in enumerate(moves):
        thing = "them" if n else what
        thats.append(f"{{moves|transitions}} {thing} to {CLASSES[name]} after {days} days")
        dos.append(f"{{move|transition}} {thing} to {CLASSES[name]} after {days} days")
    if deletes:
        thing = "them" if moves else what
        thats.append(f"{{deletes|expires}} {thing} after {expires} days")
        dos.append(f"{{delete|expire}} {thing} after {expires} days")
    old = s.pick(30, 60, 90) if versioned else 0
    if old:
        thats.append(f"{{removes|deletes}} old versions after {old} days")
        dos.append(f"{{remove|delete}} old versions after {old} days")
    that, do = (" and ".join(filter(None, (", ".join(p[:-1]), p[-1]))) for p in (thats, dos))
    node = satellite(s, "lifecycle_configuration", of, f"a lifecycle {{rule|policy}} that {that}", do, said=said)
    rule = node.block("rule")
    rule.set("id", s.pick("expire", "archive", "cleanup", "rule-1", "lifecycle", "retention"), False)
    rule.implied("status", "Enabled")
    chosen = rule.block("filter")
    if prefix:
        chosen.implied("prefix", prefix)
    for days, name in moves:
        rule.block("transition").implied("days", days).implied("storage_class", name)
    if deletes:
        rule.block("expiration").implied("days", expires)
    if old:
        rule.block("noncurrent_version_expiration").implied("noncurrent_days", old)
    return node


def bucket_policy(s: Scene, of: Node, say: Say, demand: PolicyStatement, *statements: Statement) -> Node:
    node = s.resource("aws_s3_bucket_policy", "bucket policy", of.role, of=of, say=say)
    node.link("bucket", of)
    node.set("policy", Document(*statements), Say(implied=True, demand=demand))
    return node


def _tls(s: Scene, main: Node) -> Node:
    return bucket_policy(
        s,
        main,
        Say(
            np="a {bucket |}policy that {denies|refuses} {plain HTTP|unencrypted connections|requests without TLS}",
            do="deny {requests that don't use TLS|plain HTTP} in the bucket policy",
        ),
        PolicyStatement(
            ("policy",), "Deny", conditions=(PolicyCondition("Bool", "aws:SecureTransport", "false"),), unknown=True
        ),
        Statement(
            ("s3:*",),
            (main.ref("arn"), Template(main.ref("arn"), "/*")),
            "Deny",
            {"*": ("*",)},
            (("Bool", "aws:SecureTransport", ("false",)),),
            s.pick("", "DenyInsecureTransport"),
        ),
    )


@blueprint("s3", weight=3)
def private_bucket(s: Scene) -> None:
    """A bucket with some of what people want of buckets."""
    main = bucket(s)
    if s.may(0.3):
        main.set("force_destroy", s.may())
    if s.may(0.25):
        main.set(
            "tags",
            {
                "Environment": s.pick("dev", "prod", "staging"),
                **({"Team": s.pick("platform", "data", "web")} if s.may() else {}),
            },
        )
    if s.may(0.6):
        versioning(s, main)
    if s.may(0.6):
        private(s, main)
    if s.may(0.3):
        encryption(s, main)


@blueprint("s3", "iam")
def bucket_policy_tls(s: Scene) -> None:
    """A bucket whose policy refuses plain HTTP."""
    main = bucket(s)
    _tls(s, main)
    if s.may(0.4):
        versioning(s, main)


@blueprint("s3", weight=2)
def lifecycle_bucket(s: Scene) -> None:
    main = bucket(s)
    versioned = s.may(0.5)
    if versioned:
        versioning(s, main, enabled=True)
    rules = lifecycle(s, main, versioned=versioned)
    if s.may(0.25):
        days = s.pick(1, 3, 7)
        rule = rules.block(
            "rule",
            Say(
                np=f"incomplete multipart uploads aborted after {days} day{'s' * (days > 1)}",
                do=f"abort incomplete multipart uploads after {days} day{'s' * (days > 1)}",
            ),
        )
        rule.set("id", "abort-uploads", False).set("status", "Enabled", False)
        rule.block("filter")
        rule.block("abort_incomplete_multipart_upload").implied("days_after_initiation", days)
    if s.may(0.4):
        private(s, main)


@blueprint("s3", "kms", weight=2)
def encrypted_bucket(s: Scene) -> None:
    main = bucket(s)
    key = parts.kms_key(s, "bucket") if s.may(0.6) else None
    encryption(s, main, key)
    if s.may(0.4):
        versioning(s, main)
    if s.may(0.5):
        private(s, main)
    if s.may(0.3):
        s.output("bucket_arn", main.ref("arn"), "the {bucket's ARN|ARN of the bucket}")


@blueprint("s3", weight=2)
def website(s: Scene) -> None:
    """A public static site."""
    s.purpose = s.pick("for our landing page", "for a static site", "for the documentation", "")
    main = bucket(s, "{S3 bucket|bucket}", "website")
    index, error = s.pick("index.html", "index.html", "home.html"), s.pick("error.html", "404.html")
    site = satellite(
        s,
        "website_configuration",
        main,
        f"static website hosting{{ enabled|}}, {index} as the index document",
        f"{{host|serve}} a static website from it with {index} as the index {{page|document}}",
    )
    site.block("index_document").implied("suffix", index)
    if s.may(0.7):
        site.block(
            "error_document", Say(np=f"{error} as the error {{page|document}}", do=f"use {error} for errors")
        ).implied("key", error)
    block = opened(s, main)
    public = bucket_policy(
        s,
        main,
        Say(
            np="a bucket policy that {lets anyone read objects|allows public reads|grants public read access}",
            do="let anyone read {the objects|its objects} through a bucket policy",
        ),
        PolicyStatement(("policy",), "Allow", ("s3:GetObject",), principals={"*": ("*",)}, unknown=True),
        Statement(("s3:GetObject",), (Template(main.ref("arn"), "/*"),), principals={"*": ("*",)}, sid="PublicRead"),
    )
    public.depends_on = (block,)
    if s.may(0.4):
        page = s.resource("aws_s3_object", "{object|file}", "index")
        page.link("bucket", main, say="in <it>")
        page.named("key", index, True)
        page.set("content", "<html><body><h1>Hello</h1></body></html>", False, extract=False)
        page.set("content_type", "text/html", Say(np="content type <v>"))
    if s.may(0.4):
        s.output("website_endpoint", site.ref("website_endpoint"), "the website endpoint")


@blueprint("s3")
def cors(s: Scene) -> None:
    main = bucket(s, role=s.pick("uploads", "assets", "media"))
    origin = f"https://{s.pick('app', 'www', 'admin', 'portal')}.{s.pick('example.com', 'acme.io', 'example.org')}"
    methods = s.pick(["GET"], ["GET", "HEAD"], ["PUT", "POST"], ["GET", "PUT", "POST"])
    verbs = " and ".join([", ".join(methods[:-1]), methods[-1]]) if len(methods) > 1 else methods[0]
    rules = satellite(
        s,
        "cors_configuration",
        main,
        f"{{a CORS rule|CORS}} for {verbs} {{requests |}}from {origin}",
        f"allow {verbs} requests from {origin} {{by|via}} CORS",
    )
    rule = rules.block("cors_rule")
    rule.implied("allowed_methods", methods)
    rule.implied("allowed_origins", [origin])
    if s.may(0.6):
        rule.set("allowed_headers", ["*"], Say(np="all headers allowed", do="allow all headers"))
    if s.may(0.4):
        rule.set("max_age_seconds", s.pick(300, 3000, 3600), Say(np="a {CORS |}max age of <v> seconds"))
    if s.may(0.3):
        private(s, main)


@blueprint("s3", weight=2)
def access_logs(s: Scene) -> None:
    """One bucket whose access is logged to another."""
    main = bucket(s, role=s.pick("data", "assets", "documents"))
    logs = bucket(s, "{second bucket|log bucket|bucket for access logs}", "logs")
    prefix = s.pick("log/", "access-logs/", "s3/", "logs/")
    logging = satellite(
        s,
        "logging",
        main,
        f'{{server |}}access logging to {{the log bucket|the other bucket}} {{under|with prefix}} "{prefix}"',
        f'{{log access|send access logs}} to {{the log bucket|the other bucket}} with the prefix "{prefix}"',
    )
    logging.link("target_bucket", logs, "id", Say(implied=True))
    logging.implied("target_prefix", prefix)
    account = s.data("aws_caller_identity", "", "current")
    policy = s.resource("aws_s3_bucket_policy", "", "logs", said=False)
    policy.link("bucket", logs)
    policy.set(
        "policy",
        Document(
            Statement(
                ("s3:PutObject",),
                (Template(logs.ref("arn"), "/*"),),
                principals={"Service": ("logging.s3.amazonaws.com",)},
                conditions=(("StringEquals", "aws:SourceAccount", (account.ref("account_id"),)),),
            )
        ),
        False,
    )
    if s.may(0.5):
        versioning(s, main)
    if s.may(0.4):
        lifecycle(s, logs)
    if s.may(0.4):
        private(s, logs)


@blueprint("s3", "iam", weight=2)
def replication(s: Scene) -> None:
    """Replication to a bucket in another region."""
    home, away = s.pick(("us-east-1", "us-west-2"), ("eu-west-1", "eu-central-1"), ("us-east-1", "eu-west-1"))
    s.in_region(home, s.may(0.5))
    other = s.also_in("aws", s.pick("replica", "secondary", "backup"), away)
    main = bucket(s, "{source bucket|S3 bucket|primary bucket}", "source")
    copy = bucket(s, "{destination bucket|replica bucket|bucket for the replicas}", "replica", provider=other)
    copy.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
    first, second = versioning(s, main, enabled=True), versioning(s, copy, enabled=True)
    role = parts.execution_role(s, "s3", "replication", said=s.may(0.4), noun="{IAM role|replication role}")
    source_actions = ("s3:GetReplicationConfiguration", "s3:ListBucket", "s3:GetObjectVersionForReplication")
    parts.role_policy(s, role, source_actions, (main.ref("arn"), Template(main.ref("arn"), "/*")))
    parts.role_policy(s, role, ("s3:ReplicateObject", "s3:ReplicateDelete"), (Template(copy.ref("arn"), "/*"),))
    kind = s.pick("", "", "STANDARD_IA", "GLACIER_IR")
    prefix = s.pick("", "", "important/", "docs/")
    what = f' {{objects|everything}} under "{prefix}"' if prefix else ""
    extra = f" in the {CLASSES[kind]} {{storage |}}class" if kind else ""
    rules = satellite(
        s,
        "replication_configuration",
        main,
        f"replication{' of' * bool(prefix)}{what} to {{the replica|the destination bucket}}{extra}",
        f"replicate{what or ' everything'} to {{the replica|the destination bucket}}{extra}",
    )
    rules.link("role", role, "arn", Say(implied=True) if role.said else False)
    rule = rules.block("rule")
    rule.set("id", s.pick("replicate", "all", "to-replica"), False)
    rule.implied("status", "Enabled")
    chosen = rule.block("filter")
    if prefix:
        chosen.implied("prefix", prefix)
    if s.may(0.4):
        rule.block(
            "delete_marker_replication", Say(np="delete markers replicated", do="replicate delete markers")
        ).implied("status", "Enabled")
    else:
        rule.block("delete_marker_replication").set("status", "Disabled", False)
    destination = rule.block("destination")
    destination.link("bucket", copy, "arn", Say(implied=True))
    if kind:
        destination.implied("storage_class", kind)
    rules.depends_on = (first, second)


def _events(s: Scene) -> tuple[str, str, str]:
    """An event, and the filters by prefix and suffix."""
    return (
        s.pick("s3:ObjectCreated:*", "s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectCreated:Put"),
        s.pick("", "", "incoming/", "uploads/"),
        s.pick("", ".jpg", ".csv", ".json", ".pdf"),
    )


def _notify(s: Scene, main: Node, block: str, to: Node, argument: str, whom: str) -> Node:
    event, prefix, suffix = _events(s)
    verb = {"s3:ObjectRemoved:*": "deleted", "s3:ObjectCreated:Put": "put into it"}.get(event, "created")
    what = f"{{objects|files}}{f' ending in {suffix}' if suffix else ''}{f' under {prefix}' if prefix else ''}"
    node = satellite(
        s,
        "notification",
        main,
        f"{{a notification to|event notifications to}} {whom} {{when|whenever}} {what} are {verb}",
        f"{{notify|send events to}} {whom} {{when|whenever}} {what} are {verb}",
    )
    inner = node.block(block)
    inner.link(argument, to, "arn", Say(implied=True))
    inner.implied("events", [event])
    if prefix:
        inner.implied("filter_prefix", prefix)
    if suffix:
        inner.implied("filter_suffix", suffix)
    return node


@blueprint("s3", "sqs", "sns", weight=2)
def notifications(s: Scene) -> None:
    """Events of a bucket to a queue or a topic."""
    main = bucket(s, role=s.pick("uploads", "incoming", "images"))
    queue = s.may()
    kind, noun = ("aws_sqs_queue", "{SQS queue|queue}") if queue else ("aws_sns_topic", "{SNS topic|topic}")
    to = s.resource(kind, noun, "uploads").named(
        "name", resource_name(s, s.pick("uploads", "file-events", "new-files"))
    )
    allowed = s.resource(f"{kind}_policy", "", "uploads", said=False)
    allowed.link("queue_url" if queue else "arn", to, "id" if queue else "arn")
    allowed.set(
        "policy",
        Document(
            Statement(
                ("sqs:SendMessage" if queue else "sns:Publish",),
                (to.ref("arn"),),
                principals={"Service": ("s3.amazonaws.com",)},
                conditions=(("ArnLike", "aws:SourceArn", (main.ref("arn"),)),),
            )
        ),
        False,
    )
    node = _notify(
        s,
        main,
        "queue" if queue else "topic",
        to,
        "queue_arn" if queue else "topic_arn",
        f"the {'queue' if queue else 'topic'}",
    )
    node.depends_on = (allowed,)
    if s.may(0.3):
        private(s, main)


@blueprint("s3", "lambda", weight=2)
def lambda_on_upload(s: Scene) -> None:
    s.purpose = s.pick("for thumbnails", "for processing uploads", "")
    main = bucket(s, role=s.pick("uploads", "images", "incoming"))
    role = parts.execution_role(s, "lambda", "processor")
    parts.attach(s, role, "service-role/AWSLambdaBasicExecutionRole")
    parts.role_policy(s, role, ("s3:GetObject",), (Template(main.ref("arn"), "/*"),))
    package, digest = parts.zip_package(s, "def handler(event, context):\n    print(event)\n", "index.py")
    function = s.resource("aws_lambda_function", "{Lambda function|Lambda|function in Lambda}", "processor")
    function.named("function_name", resource_name(s, s.pick("processor", "thumbnails", "on-upload", "ingest")))
    function.link("role", role, "arn")
    function.set("handler", "index.handler", False)
    function.set("runtime", s.pick("python3.12", "python3.13"))
    function.set("filename", package, False).set("source_code_hash", digest, False)
    if s.may(0.4):
        function.set(
            "timeout", s.pick(30, 60, 120), Say(np="{a |}timeout of <v> seconds", do="time out after <v> seconds")
        )
    permission = s.resource("aws_lambda_permission", "", "s3", said=False)
    permission.set("statement_id", "AllowS3Invoke", False).set("action", "lambda:InvokeFunction", False)
    permission.link("function_name", function, "function_name")
    permission.set("principal", "s3.amazonaws.com", False).link("source_arn", main, "arn")
    node = _notify(s, main, "lambda_function", function, "lambda_function_arn", "the {function|Lambda}")
    node.depends_on = (permission,)


@blueprint("s3", "events")
def eventbridge_bucket(s: Scene) -> None:
    main = bucket(s)
    node = satellite(
        s, "notification", main, "EventBridge notifications {enabled|turned on}", "send {its |}events to EventBridge"
    )
    node.implied("eventbridge", True)
    if s.may():
        versioning(s, main)


@blueprint("s3")
def object_lock(s: Scene) -> None:
    main = bucket(s, role=s.pick("audit", "records", "compliance", "backups"))
    main.set("object_lock_enabled", True, Say(np="object lock {enabled|turned on}", do="enable object lock"))
    versioned = versioning(s, main, enabled=True, say=s.may())
    mode, unit = s.pick("GOVERNANCE", "COMPLIANCE"), s.pick("days", "years")
    span = s.pick(30, 90, 180) if unit == "days" else s.pick(1, 3, 5, 7)
    text = f"{span} {unit if span > 1 else 'year'}"
    lock = satellite(
        s,
        "object_lock_configuration",
        main,
        f"a default {{{mode}|{mode.lower()} mode}} retention of {text}",
        f"{{retain|lock}} objects {{in|under}} {mode.lower()} mode for {text} by default",
    )
    lock.block("rule").block("default_retention").implied("mode", mode).implied(unit, span)
    lock.depends_on = (versioned,)


@blueprint("s3")
def bucket_acl(s: Scene) -> None:
    """Ownership controls, and an ACL where ACLs still count."""
    main = bucket(s)
    how = s.pick("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")
    owner = satellite(
        s, "ownership_controls", main, f"object ownership {{set to |}}{how}", f"set {{the |}}object ownership to {how}"
    )
    owner.block("rule").implied("object_ownership", how)
    if how != "BucketOwnerEnforced":
        acl = s.pick("private", "private", "public-read", "log-delivery-write")
        node = satellite(s, "acl", main, f"the {acl} {{canned |}}ACL", f"{{set|use}} the {acl} ACL")
        node.implied("acl", acl)
        node.depends_on = (owner,)
        if acl == "public-read":
            node.depends_on = (owner, opened(s, main))
    if s.may(0.4):
        versioning(s, main)

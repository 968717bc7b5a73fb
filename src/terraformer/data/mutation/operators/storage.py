"""Storage: buckets and what belongs to them, file systems, volumes."""

from __future__ import annotations

from typing import Final

from terraformer.data.intents import Block, PolicyCondition, PolicyStatement
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    beside,
    block_with,
    every,
    existing,
    one_of,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import Words
from terraformer.data.mutation.syntax import HclBlock

_FLAGS: Final = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


@operator("s3", "aws_s3_bucket", weight=1.6)
def bucket_versioning(t: Target) -> Change | None:
    found = existing(t, "aws_s3_bucket_versioning", "bucket")
    if found is None or t.block.has("versioning"):
        return None
    if isinstance(found, HclBlock):
        inner = found.first("versioning_configuration")
        if inner is None or inner.value("status") not in ("Enabled", "Suspended", "Disabled"):
            return None
        new = "Suspended" if inner.value("status") == "Enabled" else "Enabled"
        own = Target(t.base, t.rng, found)
        return t.change(
            t.draft().set(inner, "status", literal(new)),
            Say(
                "{{suspend|pause} versioning {on|of|for} <it>|stop keeping old versions of the objects in <it>}"
                if new == "Suspended"
                else "{enable|turn on|activate} {object |}versioning {on|for} <it>",
                "versioning {on|of} <it> should be suspended"
                if new == "Suspended"
                else "versioning should be {enabled|on} for <it>",
                ("The old versions cost too much.", "Nobody ever needed an old version.")
                if new == "Suspended"
                else ("Someone overwrote a file last week.",),
            ),
            own.updated(versioning_configuration__status=new),
            touches=[found.address],
        )
    new_one = beside(t, "aws_s3_bucket_versioning")
    if new_one is None:
        return None
    text = resource(
        "aws_s3_bucket_versioning",
        new_one.label,
        f'{new_one.head}  bucket = {new_one.ref}.id\n\n  versioning_configuration {{\n    status = "Enabled"\n  }}',
    )
    return t.change(
        append(t.draft(), t, text),
        Say(
            "{{enable|turn on|activate|switch on} {object |}versioning {on|for} <it>|{version|keep old "
            "versions of} the "
            "objects in <it>|add versioning to <it>}",
            "{versioning should be {enabled|on} for <it>|<it> should {be versioned|have versioning enabled}}",
            (
                "Someone overwrote a file last week.",
                "We lost an object that was deleted by accident.",
                "Our auditors want to be able to see old versions.",
            ),
        ),
        every(t, "aws_s3_bucket_versioning", equals("versioning_configuration.status", "Enabled"), refers(t, "bucket")),
    )


@operator("s3", "aws_s3_bucket", weight=1.6)
def bucket_encryption(t: Target) -> Change | None:
    """With a customer managed key (a new one, or one that is there), or with keys that S3 manages."""
    type = "aws_s3_bucket_server_side_encryption_configuration"
    found = existing(t, type, "bucket")
    if found is not False or t.block.has("server_side_encryption_configuration"):
        return None
    new = beside(t, type)
    if new is None:
        return None
    way = t.pick("new", "new", "existing", "existing", "s3")
    key = one_of(t, "aws_kms_key") if way == "existing" else None
    algorithm = equals(
        "rule.apply_server_side_encryption_by_default.sse_algorithm", "AES256" if way == "s3" else "aws:kms"
    )
    inside = "rule.apply_server_side_encryption_by_default.kms_master_key_id"

    def encryption(lines: str) -> str:
        return resource(
            type,
            new.label,
            f"{new.head}  bucket = {new.ref}.id\n\n  rule {{\n    apply_server_side_encryption_by_default "
            f"{{\n{lines}\n    }}\n  }}",
        )

    if way == "s3":
        return t.change(
            append(t.draft(), t, encryption('      sse_algorithm = "AES256"')),
            Say(
                "{{set|configure} {default encryption|server-side encryption} with {AES256|AES256 "
                "(SSE-S3)} {on|for} <it>|"
                "encrypt <it> with {SSE-S3|AES256}|{enable|turn on} {default encryption|server-side "
                "encryption} (AES256) "
                "{on|for} <it>}",
                "<it> should {be encrypted with AES256|have AES256 as its default encryption}"
                if not t.it.plural
                else "<it> should be encrypted with AES256",
                WHY_SAFE,
            ),
            every(t, type, algorithm, refers(t, "bucket")),
        )
    if key is not None:
        return t.change(
            append(
                t.draft(),
                t,
                encryption(f'      sse_algorithm     = "aws:kms"\n      kms_master_key_id = {key.address}.arn'),
            ),
            Say(
                "{encrypt {the objects in |}<it> with <key>|use <key> {for the {default |}encryption of "
                "<it>|to encrypt <it>}"
                "|make <key> the default encryption key of <it>}",
                "{the objects in |}<it> should be encrypted with <key>",
                WHY_SAFE,
                {"key": t.base.thing(key.address)},
            ),
            every(t, type, algorithm, refers(t, "bucket"), refers(key, inside)),
            touches=[key.address],
        )
    rotated = t.rng.random() < 0.5
    label = t.base.fresh("resource", t.label, "aws_kms_key")
    body = f'  description         = "Encrypts {t.it.noun} {t.label}"\n'
    body += "  enable_key_rotation = true\n" if rotated else ""
    also = (
        "{with {automatic |}rotation|that is rotated {every year|automatically}|with key rotation enabled}"
        if rotated
        else ""
    )
    return t.change(
        append(
            t.draft(),
            t,
            resource("aws_kms_key", label, body),
            encryption(f'      sse_algorithm     = "aws:kms"\n      kms_master_key_id = aws_kms_key.{label}.arn'),
        ),
        Say(
            f"{{{{encrypt|protect}} <it> {{with|using}} {{a new|its own|a new customer managed}} KMS key "
            f"{also}|create a KMS key "
            f"{also} {{and encrypt <it> with it|and make it the default encryption key of <it>|for the "
            f"encryption of <it>}}}}"
            if not t.it.plural
            else f"{{encrypt <it> {{with|using}} a new {{customer managed |}}KMS key {also}|create a KMS "
            f"key {also} and "
            f"encrypt <it> with it}}",
            f"<it> should be encrypted with a {{new KMS key|KMS key of our own}} {also}",
            WHY_SAFE,
        ),
        added("aws_kms_key", *([equals("enable_key_rotation", True)] if rotated else [])),
        every(t, type, algorithm, refers(t, "bucket")),
    )


@operator("s3", "aws_s3_bucket", weight=1.5)
def bucket_public_block(t: Target) -> Change | None:
    type = "aws_s3_bucket_public_access_block"
    found = existing(t, type, "bucket")
    if found is None:
        return None
    say = Say(
        "{{block|prevent|forbid} {all |any |}public access to <it>|{make sure that|see to it that} <it> "
        "can never {be|become} public|"
        "lock <it> down against {any |}public access}",
        "{{all |}public access to <it> should be blocked|<it> should not be {publicly accessible|"
        "accessible from the public}}",
        (*WHY_SAFE, "A bucket of another team was public by mistake."),
    )
    if isinstance(found, HclBlock):
        own = Target(t.base, t.rng, found)
        wrong = [n for n in _FLAGS if own.values.get(n) is not True]
        if not wrong or any(found.has(n) and not isinstance(found.value(n), bool) for n in wrong):
            return None
        draft = t.draft()
        for name in wrong:
            draft.set(found, name, "true")
        demand = own.updated(*wrong, having=tuple(equals(n, True) for n in _FLAGS))
        return t.change(draft, say, demand, touches=[found.address])
    new = beside(t, type)
    if new is None or _is_public(t):
        return None
    lines = "\n".join(f"  {n} = true" for n in _FLAGS)
    return t.change(
        append(t.draft(), t, resource(type, new.label, f"{new.head}  bucket = {new.ref}.id\n\n{lines}")),
        say,
        every(t, type, refers(t, "bucket"), *(equals(n, True) for n in _FLAGS)),
    )


def _is_public(t: Target) -> bool:
    """It is meant for the public: a website, or with a public ACL."""
    return any(
        b.type in ("aws_s3_bucket_website_configuration", "aws_s3_bucket_acl") for b in t.base.referring(t.address)
    )


@operator("s3", "aws_s3_bucket", weight=1.8)
def bucket_lifecycle(t: Target) -> Change | None:
    """One rule: expire, move to a cheaper class, forget old versions, abort uploads."""
    type = "aws_s3_bucket_lifecycle_configuration"
    found = existing(t, type, "bucket")
    if found is None or t.block.has("lifecycle_rule"):
        return None
    days = t.pick(30, 60, 90, 180, 365)
    way = t.pick("expire", "expire", "prefix", "move", "move", "noncurrent", "abort")
    prefix = t.pick("logs/", "tmp/", "exports/", "uploads/", "reports/", "cache/")
    # The class that people name, and what it is called in the API.
    words, storage = t.pick(
        ("infrequent access", "STANDARD_IA"),
        ("STANDARD_IA", "STANDARD_IA"),
        ("Glacier", "GLACIER"),
        ("Intelligent-Tiering", "INTELLIGENT_TIERING"),
        ("Glacier Deep Archive", "DEEP_ARCHIVE"),
        ("Glacier Instant Retrieval", "GLACIER_IR"),
    )
    scope = "  filter {}"
    match way:
        case "expire" | "prefix":
            what = (
                "the objects in <it>"
                if way == "expire"
                else "{objects|everything|files} {under|below} <prefix> in <it>"
            )
            do = (
                f"{{{{delete|expire|remove}} {what} after <days> days|let {what} expire after <days> days|"
                f"add a lifecycle rule {{that deletes|to delete}} {what} after <days> days}}"
            )
            should = f"{what} should {{be deleted|expire}} after <days> days"
            name = "expire"
            inner = f"  expiration {{\n    days = {days}\n  }}"
            conditions = [equals("expiration.days", days)]
            if way == "prefix":
                name = f"expire-{prefix.strip('/')}"
                scope = f"  filter {{\n    prefix = {literal(prefix)}\n  }}"
                conditions.append(equals("filter.prefix", prefix))
        case "move":
            do = (
                "{{move|transition} {the |}objects in <it> to <class> after <days> days|add a lifecycle rule that "
                "{moves|transitions} {the |}objects of <it> to <class> after <days> days}"
            )
            should = "{the |}objects in <it> should {go|be moved} to <class> after <days> days"
            name = "archive"
            inner = f'  transition {{\n    days          = {days}\n    storage_class = "{storage}"\n  }}'
            conditions = [block_with("transition", days=days, storage_class=storage)]
        case "noncurrent":
            do = (
                "{{delete|expire|remove} {old|noncurrent} {object |}versions in <it> after <days> days|"
                "{keep|retain} {old|noncurrent} "
                "versions {of objects |}in <it> for <days> days only}"
            )
            should = "{old|noncurrent} versions of objects in <it> should {be deleted|expire} after <days> days"
            name = "old-versions"
            inner = f"  noncurrent_version_expiration {{\n    noncurrent_days = {days}\n  }}"
            conditions = [equals("noncurrent_version_expiration.noncurrent_days", days)]
        case _:
            days = t.pick(1, 3, 7, 14)
            do = (
                "{{abort|clean up|cancel} {incomplete|unfinished} multipart uploads {to|in|of} <it> "
                "after <days> days|add a lifecycle rule "
                "that aborts incomplete multipart uploads in <it> after <days> days}"
            )
            should = "{incomplete|unfinished} multipart uploads {to|in} <it> should be aborted after <days> days"
            name = "abort-uploads"
            inner = f"  abort_incomplete_multipart_upload {{\n    days_after_initiation = {days}\n  }}"
            conditions = [equals("abort_incomplete_multipart_upload.days_after_initiation", days)]
    rule = f'rule {{\n  id     = "{name}"\n  status = "Enabled"\n\n{scope}\n\n{inner}\n}}'
    having = Block(("rule",), (*conditions, equals("status", "Enabled")))
    why = (
        "Storage costs are getting out of hand.",
        "The bill for S3 grows every month.",
        "Nobody looks at them after that.",
        "Our data retention policy says so.",
    )
    say = Say(do, should, why, {"days": days, "class": Words(words), "prefix": prefix})
    if isinstance(found, HclBlock):
        own = Target(t.base, t.rng, found)
        if any(b.kind == "dynamic" for b in found.blocks):
            return None
        rules = found.inner("rule")
        if any(b.value("id") == name for b in rules) or any(b.has(inner.split()[0]) for b in rules):
            return None
        draft = t.draft().insert_block(found, rule, after=rules[-1] if rules else None)
        return t.change(draft, say, own.updated("rule", having=(having,)), touches=[found.address])
    new = beside(t, type)
    if new is None:
        return None
    body = f"{new.head}  bucket = {new.ref}.id\n\n" + "\n".join("  " + x if x else x for x in rule.split("\n"))
    return t.change(
        append(t.draft(), t, resource(type, new.label, body)), say, every(t, type, having, refers(t, "bucket"))
    )


@operator("s3", "aws_s3_bucket")
def bucket_logging(t: Target) -> Change | None:
    type = "aws_s3_bucket_logging"
    if existing(t, type, "bucket") is not False or t.block.has("logging"):
        return None
    if any("log" in x for x in t.label.split("_")):
        return None
    new = beside(t, type)
    logs = [
        b
        for b in t.syntax.of("resource", "aws_s3_bucket")
        if not b.repeated and b.address != t.address and t.base.instances_by_address.get(b.address)
    ]
    if new is None or not new.alone or not logs:
        return None
    to = next((b for b in logs if "log" in b.label), t.rng.choice(logs))
    prefix = t.pick("", "s3/", "access/", f"{t.label}/")
    lines = f"  bucket        = {new.ref}.id\n  target_bucket = {to.address}.id\n  target_prefix = {literal(prefix)}\n"
    also = " {under|with} {the prefix|prefix} <prefix>" if prefix else ""
    return t.change(
        append(t.draft(), t, resource(type, new.label, lines)),
        Say(
            f"{{{{write|send|deliver}} the {{server |}}access logs of <it> to <to>{also}|{{enable|turn "
            f"on}} {{server |}}access logging "
            f"{{for|on}} <it> {{to|into}} <to>{also}|log {{the |}}requests to <it> {{to|in}} <to>{also}}}",
            f"{{server |}}access logs of <it> should go to <to>{also}",
            (*WHY_SAFE, "We want to know who reads the objects."),
            {"to": t.base.thing(to.address), "prefix": prefix},
        ),
        added(
            type,
            refers(t, "bucket"),
            refers(to, "target_bucket"),
            *([equals("target_prefix", prefix)] if prefix else []),
        ),
        touches=[to.address],
    )


@operator("s3", "aws_s3_bucket", weight=0.8)
def bucket_cors(t: Target) -> Change | None:
    type = "aws_s3_bucket_cors_configuration"
    if existing(t, type, "bucket") is not False or t.block.has("cors_rule"):
        return None
    new = beside(t, type)
    if new is None:
        return None
    origin = t.pick(
        "https://app.example.com", "https://www.example.com", "https://shop.example.org", "http://localhost:3000"
    )
    methods = t.pick(["GET"], ["GET", "HEAD"], ["PUT", "POST"], ["GET", "PUT"])
    body = (
        f'{new.head}  bucket = {new.ref}.id\n\n  cors_rule {{\n    allowed_headers = ["*"]\n'
        f"    allowed_methods = {literal(methods)}\n    allowed_origins = {literal([origin])}\n  }}"
    )
    return t.change(
        append(t.draft(), t, resource(type, new.label, body)),
        Say(
            "{{allow|permit} <methods> requests from <origin> to <it> {with|by|through} {a CORS rule|CORS}|"
            "{add|create} a CORS {rule|configuration} for <it> {that allows|allowing} <methods> "
            "{requests |}from <origin>|{configure|set up} "
            "CORS {on|for} <it>: <methods> {requests |}from <origin>}",
            "{a CORS rule|CORS} should allow <methods> requests from <origin> {on|to} <it>",
            ("The browser refuses to load our files.", "The uploads of the web app fail with a CORS error."),
            {"origin": origin, "methods": Words(" and ".join(methods))},
        ),
        every(
            t,
            type,
            refers(t, "bucket"),
            Block(("cors_rule",), (equals("allowed_origins", [origin]), equals("allowed_methods", methods))),
        ),
    )


@operator("s3", "aws_s3_bucket", weight=0.6)
def bucket_website(t: Target) -> Change | None:
    type = "aws_s3_bucket_website_configuration"
    if existing(t, type, "bucket") is not False or t.block.has("website") or "log" in t.label:
        return None
    new = beside(t, type)
    if new is None or not new.alone:
        return None
    error = t.pick("", "error.html", "404.html")
    body = f'  bucket = {new.ref}.id\n\n  index_document {{\n    suffix = "index.html"\n  }}\n'
    body += f'\n  error_document {{\n    key = "{error}"\n  }}\n' if error else ""
    also = " and {<error> as the error {page|document}|the error {page|document} <error>}" if error else ""
    return t.change(
        append(t.draft(), t, resource(type, new.label, body)),
        Say(
            f"{{{{serve|host}} a {{static |}}website from <it>|{{configure|set up}} <it> {{for {{static |"
            f"}}website hosting|as a {{static |}}website}}|"
            f"turn on {{static |}}website hosting {{for|on}} <it>}} with index.html as the index {{page|"
            f"document}}{also}",
            f"<it> should serve a static website with index.html as the index {{page|document}}{also}",
            ("We want to publish our documentation.", "The landing page should be served from there."),
            {"error": error},
        ),
        added(
            type,
            refers(t, "bucket"),
            equals("index_document.suffix", "index.html"),
            *([equals("error_document.key", error)] if error else []),
        ),
    )


@operator("s3", "aws_s3_bucket")
def bucket_tls_only(t: Target) -> Change | None:
    type = "aws_s3_bucket_policy"
    if existing(t, type, "bucket") is not False or t.block.has("policy"):
        return None
    new = beside(t, type)
    if new is None:
        return None
    statement = (
        f'        Sid       = "DenyInsecureTransport"\n        Effect    = "Deny"\n        Principal = '
        f'"*"\n        Action    = "s3:*"\n'
        f'        Resource  = [{new.ref}.arn, "${{{new.ref}.arn}}/*"]\n'
        '        Condition = {\n          Bool = {\n            "aws:SecureTransport" = "false"\n        '
        "  }\n        }"
    )
    body = (
        f"{new.head}  bucket = {new.ref}.id\n\n  policy = jsonencode({{\n"
        f'    Version = "2012-10-17"\n    Statement = [\n      {{\n{statement}\n      }},\n    ]\n  }})'
    )
    return t.change(
        append(t.draft(), t, resource(type, new.label, body)),
        Say(
            "{{allow|accept} only {HTTPS|TLS|encrypted} {connections|requests} to <it>|{deny|reject|"
            "refuse} {plain HTTP requests to <it>|requests to "
            "<it> that don't use {TLS|HTTPS}}|{enforce|require} {TLS|HTTPS} for {all |}{access|requests} "
            "to <it>}{ with a bucket policy|}",
            "{requests to <it> without {TLS|HTTPS} should be denied|<it> should only be reachable over {HTTPS|TLS}}",
            WHY_SAFE,
        ),
        every(
            t,
            type,
            refers(t, "bucket"),
            PolicyStatement(
                ("policy",),
                "Deny",
                conditions=(PolicyCondition("Bool", "aws:SecureTransport", "false"),),
                principals={"*": ("*",)},
                unknown=True,
            ),
        ),
    )


@operator("s3", "aws_s3_bucket", weight=0.6)
def bucket_force_destroy(t: Target) -> Change | None:
    new = t.values.get("force_destroy") is not True
    if new:
        do = (
            "{make it possible to {destroy|delete} <it> {even if <they> <is> not empty|with "
            "everything in <them>|while there are objects "
            "in <them>}|let {Terraform|terraform destroy} delete <it> even when there are objects in <them>|"
            "set force_destroy {to true |}{on|for} <it>}"
        )
        should = "<it> should be destroyed{ by Terraform|} even when <they> <is> not empty"
    else:
        do = (
            "{make sure that Terraform never {deletes|destroys} <it> {while <they> <is> not empty|with "
            "objects in <them>}|{turn|switch} off force_destroy {for|on} <it>}"
        )
        should = "<it> should not be {deleted|destroyed} {while|as long as} there are objects in <them>"
    if t.block.has("force_destroy") or new:
        return put(t, "force_destroy", new, do, should)
    return None


@operator("efs", "aws_efs_file_system")
def files_lifecycle(t: Target) -> Change | None:
    days = t.pick(7, 14, 30, 60, 90)
    if t.block.has("lifecycle_policy") or not t.instances:
        return None
    value = f"AFTER_{days}_DAYS"
    draft = t.draft().insert_block(t.block, f'lifecycle_policy {{\n  transition_to_ia = "{value}"\n}}')
    return t.change(
        draft,
        Say(
            "{{move|transition} {files|the files} {in|of|on} <it> {to infrequent access|to the "
            "infrequent access storage class|to IA} after <days> days{ without access|}|"
            "{add|set} a lifecycle policy {to|for} <it> that moves files to infrequent access after <days> days}",
            "files {in|on} <it> should {go|move} to infrequent access after <days> days",
            ("Most of the files are never read again.", "We want to save on storage."),
            {"days": days},
        ),
        t.updated("lifecycle_policy", having=(block_with("lifecycle_policy", transition_to_ia=value),)),
    )


@operator("efs", "aws_efs_file_system")
def files_backup(t: Target) -> Change | None:
    if existing(t, "aws_efs_backup_policy", "file_system_id") is not False:
        return None
    new = beside(t, "aws_efs_backup_policy")
    if new is None:
        return None
    text = resource(
        "aws_efs_backup_policy",
        new.label,
        f'{new.head}  file_system_id = {new.ref}.id\n\n  backup_policy {{\n    status = "ENABLED"\n  }}',
    )
    return t.change(
        append(t.draft(), t, text),
        Say(
            "{{enable|turn on|switch on} {automatic |}{EFS |}backups {for|of} <it>|{add|create} a backup "
            "policy that {turns on|enables} automatic backups of <it>|"
            "let AWS {Backup |}back up <it> automatically}",
            "{automatic backups of <it> should be on|<it> should be backed up automatically}",
            ("We have no backup of the files.", "There is no way back when someone deletes a file."),
        ),
        every(t, "aws_efs_backup_policy", refers(t, "file_system_id"), equals("backup_policy.status", "ENABLED")),
    )


@operator("efs", "aws_efs_file_system", weight=0.7)
def files_throughput(t: Target) -> Change | None:
    if t.block.has("throughput_mode") or t.block.has("provisioned_throughput_in_mibps"):
        return None
    return put(
        t,
        "throughput_mode",
        "elastic",
        "{{use|switch to} elastic throughput for <it>|{set|change} the throughput mode of <it> to "
        "elastic|{switch|change} <it> to elastic throughput}",
        "<it> should use elastic throughput",
        ("We run out of burst credits every afternoon.", "It is far too slow at peak times."),
    )


@operator("ebs", "aws_ebs_volume")
def volume_grow(t: Target) -> Change | None:
    size = t.values.get("size")
    if not isinstance(size, (int, float)):
        return None
    bigger = [s for s in (20, 50, 100, 200, 300, 500, 1000, 2000) if s > size]
    if not bigger:
        return None
    new = t.pick(*bigger[:3])
    return put(
        t,
        "size",
        new,
        "{{grow|increase|resize|extend} <it> {from <old> GB |}to <value> {GB|GiB}|make <it> <value> GB "
        "{large|in size}|"
        "give <it> <value> GB{ instead of <old>|}}",
        "<it> should have <value> {GB|GiB}",
        ("The disk is almost full.", "We need more space for the import."),
        old=int(size),
    )


@operator("ebs", "aws_ebs_volume")
def volume_type(t: Target) -> Change | None:
    if t.values.get("type") in ("gp3", "io1", "io2", "st1", "sc1") or t.block.has("iops"):
        return None
    return put(
        t,
        "type",
        "gp3",
        "{{move|switch|convert|change|migrate} <it> to gp3|use gp3 for <it>|{set|change} the {volume |"
        "}type of <it> to gp3}",
        "<it> should {be|use} gp3",
        ("gp3 is cheaper.", "gp3 is faster and costs less."),
    )


@operator("s3", "aws_s3_bucket", weight=0.7)
def bucket_ownership(t: Target) -> Change | None:
    type = "aws_s3_bucket_ownership_controls"
    if (
        existing(t, type, "bucket") is not False
        or t.base.satellites(t.address, "aws_s3_bucket_acl")
        or t.block.has("acl")
    ):
        return None
    new = beside(t, type)
    if new is None:
        return None
    text = resource(
        type,
        new.label,
        f'{new.head}  bucket = {new.ref}.id\n\n  rule {{\n    object_ownership = "BucketOwnerEnforced"\n  }}',
    )
    return t.change(
        append(t.draft(), t, text),
        Say(
            "{{disable|turn off} ACLs {on|for} <it> {with|by setting} {object ownership "
            "BucketOwnerEnforced|the object ownership BucketOwnerEnforced}|"
            "{set|change} the object ownership of <it> to BucketOwnerEnforced|{enforce|use} "
            "BucketOwnerEnforced {object |}ownership {on|for} <it>}",
            "the object ownership of <it> should be BucketOwnerEnforced",
            WHY_SAFE,
        ),
        every(t, type, refers(t, "bucket"), equals("rule.object_ownership", "BucketOwnerEnforced")),
    )

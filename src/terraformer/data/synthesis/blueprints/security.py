"""IAM, KMS, Secrets Manager."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyCondition, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.serverless import allow, function
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace")
MANAGED = ("ReadOnlyAccess", "AmazonS3ReadOnlyAccess", "PowerUserAccess", "AmazonEC2ReadOnlyAccess", "SecurityAudit")


def managed(s: Scene, kind: str, of: Node, argument: str, name: str = "") -> Node:
    """An AWS managed policy on a user, group or role."""
    name = name or s.pick(*MANAGED)
    node = s.resource(
        f"aws_iam_{kind}_policy_attachment",
        "policy attachment",
        of.role,
        of=of,
        say=Say(
            np=f"the {{managed |AWS managed |}}policy {name} {{attached|}}",
            do=f"attach {{the |}}{name} {{policy |}}to it",
        ),
    )
    node.link(argument, of, "name")
    node.implied("policy_arn", f"arn:aws:iam::aws:policy/{name}")
    return node


def _each_user(s: Scene, group: Node, names: list[str]) -> None:
    """Users by for_each, all of them in the group."""
    user = s.resource("aws_iam_user", "{IAM user|user}", "team").each(names)
    user.set("name", Raw("each.key"), False)
    listed = ", ".join(names[:-1]) + f" and {names[-1]}"
    wanted = Attribute(("name",), Operator.ONE_OF, names)
    user.says(Say(post=f"{{named|for|called}} {listed}", demand=wanted))
    if s.may(0.3):
        user.set("force_destroy", True)
    joined = s.resource("aws_iam_group_membership", "group membership", group.role)
    joined.set("name", f"{group.role}-membership", False)
    joined.link("group", group, "name", Say(post="of <it>"))
    members = Raw("[for user in {0} : user.name]", (user.ref(""),))
    say = Say(
        np="{all of the|all|the} users as members",
        do="{put|add} the users {in|into} it",
        demand=parts.refers(user, "users"),
    )
    joined.set("users", members, say)


@blueprint("iam", weight=2)
def users_in_group(s: Scene) -> None:
    """Users, their group, what it may do."""
    team = s.pick("developers", "admins", "analysts", "auditors", "operators")
    group = s.resource("aws_iam_group", "{IAM group|group}", team).named("name", team)
    managed(s, "group", group, "group")
    names = s.some(PEOPLE, 1, 3)
    if len(names) > 1 and s.may(0.4):
        _each_user(s, group, names)
        return
    users = []
    for name in names:
        user = s.resource("aws_iam_user", "{IAM user|user}", name).named("name", name, True)
        if s.may(0.2):
            user.set("force_destroy", True)
        users.append(user)
    if s.may(0.5):
        for user in users:
            joined = s.resource(
                "aws_iam_user_group_membership",
                "membership",
                user.role,
                of=user,
                say=Say(
                    np="membership in the group", do="{put|add} the user into the group", that="belongs to the group"
                ),
            )
            joined.link("user", user, "name").link("groups", group, "name", Say(implied=True), wrap=True)
    else:
        joined = s.resource("aws_iam_group_membership", "group membership", team)
        joined.set("name", f"{team}-membership", False)
        joined.link("group", group, "name", Say(post="of <it>"))
        joined.set(
            "users",
            [u.ref("name") for u in users],
            Say(
                np="{all of the|the} users {in it|as members}",
                do="{put|add} the users {in|into} it",
                demand=parts.refers(users[0], "users"),
            ),
        )


@blueprint("iam", weight=2)
def service_user(s: Scene) -> None:
    """A user for a machine, with a policy and keys."""
    role = s.pick("deploy", "ci", "backup", "exporter")
    user = s.resource("aws_iam_user", "{IAM user|user}", role).named("name", resource_name(s, role))
    if s.may(0.4):
        user.set("path", s.pick("/system/", "/service/"), Say(np="{the |}path <v>"))
    actions, words = s.pick(
        (("s3:PutObject", "s3:GetObject"), "read and write objects in S3"),
        (("s3:ListAllMyBuckets",), "list all buckets"),
        (("ecr:GetAuthorizationToken", "ecr:BatchGetImage"), "pull images from ECR"),
        (("sqs:SendMessage",), "send messages to SQS queues"),
    )
    demand = PolicyStatement(("policy",), "Allow", actions)
    if s.may(0.5):
        inline = s.resource(
            "aws_iam_user_policy",
            "inline policy",
            role,
            of=user,
            say=Say(
                np=f"an inline policy that lets it {words}", that=f"{{may|can}} {words}", do=f"allow it to {words}"
            ),
        )
        inline.set("name", f"{role}-policy", False).link("user", user, "name")
        inline.set("policy", Document(Statement(actions, ("*",))), Say(implied=True, demand=demand))
    else:
        policy = s.resource("aws_iam_policy", "{IAM policy|policy|managed policy}", role).named(
            "name", resource_name(s, f"{role}-policy")
        )
        policy.set(
            "policy",
            Document(Statement(actions, ("*",))),
            Say(np=f"permission to {words}", that=f"lets the user {words}", do=f"let the user {words}", demand=demand),
        )
        joined = s.resource(
            "aws_iam_user_policy_attachment",
            "attachment",
            role,
            of=policy,
            say=Say(np="an attachment to the user", do="attach it to the user", that="is attached to the user"),
        )
        joined.link("user", user, "name", Say(implied=True)).link("policy_arn", policy, "arn")
    if s.may(0.4):
        key = s.resource(
            "aws_iam_access_key",
            "access key",
            role,
            of=user,
            say=Say(np="an access key", do="create an access key for {it|the user}"),
        )
        key.link("user", user, "name")
        if s.may(0.6):
            s.output("access_key_id", key.ref("id"), "the {access key's ID|access key ID}")


_SERVICES = ("lambda", "ec2", "ecs", "glue", "codebuild", "states", "sagemaker", "firehose")


@blueprint("iam", weight=2)
def service_role(s: Scene) -> None:
    """A role for a service, with policies, and an instance profile for EC2."""
    service = s.pick(*_SERVICES)
    role = parts.execution_role(s, service, said=True)
    if s.may(0.3):
        role.set(
            "max_session_duration",
            s.pick(7200, 14400, 43200),
            Say(np="{a |}maximum session {duration|length} of <v> seconds"),
        )
    if s.may(0.3):
        role.set("description", f"Role for {parts.SERVICES[service][1]}")
    bucket = s.pick("reports", "datalake", "app-assets")
    if s.may(0.6):
        actions, words = s.pick(
            (("s3:GetObject",), f"read objects {{in|from}} the bucket {bucket}"),
            (("s3:GetObject", "s3:PutObject"), f"read and write objects in the bucket {bucket}"),
        )
        parts.role_policy(s, role, actions, (f"arn:aws:s3:::{bucket}/*",), said=True, words=words)
    else:
        parts.attach(s, role, s.pick(*MANAGED), said=True)
    if service == "ec2":
        profile = s.resource("aws_iam_instance_profile", "instance profile", role.role)
        profile.named("name", resource_name(s, "app-profile"))
        profile.link("role", role, "name", Say(post="for <it>"))


@blueprint("iam", weight=1.5)
def cross_account_role(s: Scene) -> None:
    """A role that another account may assume."""
    account = s.pick("123456789012", "210987654321", "444455556666")
    role = s.resource("aws_iam_role", "IAM role", s.pick("audit", "deployer", "readonly", "partner"))
    role.named("name", resource_name(s, role.role))
    principal = (f"arn:aws:iam::{account}:root",)
    external, mfa = s.may(0.35), s.may(0.3)
    code = f"ext-{s.number(1000, 9999)}"
    conditions: list[tuple[str, str, tuple[str, ...]]] = []
    demands: list[PolicyCondition] = []
    extra = ""
    if external:
        conditions.append(("StringEquals", "sts:ExternalId", (code,)))
        demands.append(PolicyCondition("StringEquals", "sts:ExternalId", code))
        extra = f" with the external ID {code}"
    elif mfa:
        conditions.append(("Bool", "aws:MultiFactorAuthPresent", ("true",)))
        demands.append(PolicyCondition("Bool", "aws:MultiFactorAuthPresent", "true"))
        extra = " {with|only with} MFA"
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"AWS": principal}, conditions=tuple(conditions))),
        Say(
            np=f"a trust policy for account {account}{extra}",
            do=f"let {{the |}}account {account} assume {{it|the role}}{extra}",
            that=f"can be assumed by {{the |}}account {account}{extra}",
            demand=PolicyStatement(
                ("assume_role_policy",),
                "Allow",
                ("sts:AssumeRole",),
                principals={"AWS": principal},
                conditions=tuple(demands),
            ),
        ),
    )
    if s.may(0.3):
        role.set(
            "max_session_duration", s.pick(7200, 43200), Say(np="{a |}maximum session {duration|length} of <v> seconds")
        )
    parts.attach(s, role, s.pick(*MANAGED), said=True)
    if s.may(0.3):
        s.output("role_arn", role.ref("arn"), "the {role's ARN|ARN of the role}")


@blueprint("iam", weight=1.5)
def github_oidc(s: Scene) -> None:
    """Federation with a CI system, without keys."""
    github = s.may(0.75)
    host = "token.actions.githubusercontent.com" if github else "gitlab.com"
    who = "GitHub Actions" if github else "GitLab CI"
    audience = "sts.amazonaws.com" if github else "https://gitlab.com"
    provider = s.resource(
        "aws_iam_openid_connect_provider",
        "{OIDC provider|IAM OIDC provider|OpenID Connect provider}",
        "github" if github else "gitlab",
    )
    provider.set("url", f"https://{host}", Say(post=f"for {who}"))
    provider.set("client_id_list", [audience], Say(np="{client ID|audience} <v>"))
    if s.may(0.4):
        provider.set("thumbprint_list", ["6938fd4d98bab03faadb97b34396831e3780aea1"], False)
    repo = f"{s.pick('acme', 'example-org', 'octo')}/{s.pick('infrastructure', 'website', 'backend')}"
    subject = f"repo:{repo}:*" if github else f"project_path:{repo}:*"
    role = s.resource("aws_iam_role", "IAM role", "deploy").named("name", resource_name(s, "ci-deploy"))
    role.set(
        "assume_role_policy",
        Document(
            Statement(
                ("sts:AssumeRoleWithWebIdentity",),
                principals={"Federated": (provider.ref("arn"),)},
                conditions=(("StringEquals", f"{host}:aud", (audience,)), ("StringLike", f"{host}:sub", (subject,))),
            )
        ),
        Say(
            np=f"a trust policy {{limited to|for}} the {'repository' if github else 'project'} {repo}",
            do=f"let {{workflows|jobs}} of {repo} assume {{it|the role}}",
            that=f"can be assumed {{by {who} |}}from {repo}",
            demand=PolicyStatement(
                ("assume_role_policy",),
                "Allow",
                ("sts:AssumeRoleWithWebIdentity",),
                conditions=(PolicyCondition("StringLike", f"{host}:sub", subject),),
                unknown=True,
            ),
        ),
    )
    parts.attach(
        s, role, s.pick("PowerUserAccess", "AmazonS3FullAccess", "AmazonEC2ContainerRegistryPowerUser"), said=True
    )


@blueprint("iam")
def account_settings(s: Scene) -> None:
    """Password policy, alias, access analyzer."""
    chosen = s.some(["password", "alias", "analyzer"], 1, 3)
    if "password" in chosen:
        policy = s.resource(
            "aws_iam_account_password_policy",
            "{IAM password policy|account password policy|password policy for the account}",
            "strict",
        )
        length = s.pick(10, 12, 14, 16)
        policy.set(
            "minimum_password_length",
            length,
            Say(np="a minimum length of <v>{ characters|}", do="require <v> characters{ or more|}"),
        )
        for kind in s.some(["symbols", "numbers", "uppercase_characters", "lowercase_characters"], 1, 4):
            words = kind.replace("_", " ")
            policy.set(
                f"require_{kind}", True, Say(np=f"{words} required", do=f"require {words}", that=f"requires {words}")
            )
        if s.may(0.5):
            policy.set(
                "max_password_age",
                s.pick(60, 90, 180),
                Say(np="{a maximum password age|a maximum age} of <v> days", that="expires passwords after <v> days"),
            )
        if s.may(0.4):
            policy.set(
                "password_reuse_prevention",
                s.pick(5, 10, 24),
                Say(
                    np="the last <v> passwords blocked from reuse",
                    do="{prevent reuse of|refuse} the last <v> passwords",
                ),
            )
    if "alias" in chosen:
        alias = s.resource("aws_iam_account_alias", "{account alias|IAM account alias}", "main")
        alias.set("account_alias", resource_name(s, "platform"), Say(post="<v>"))
    if "analyzer" in chosen:
        analyzer = s.resource(
            "aws_accessanalyzer_analyzer", "{IAM Access Analyzer|access analyzer|IAM access analyzer}", "main"
        )
        analyzer.named("analyzer_name", resource_name(s, "access"))
        kind = s.pick("ACCOUNT", "ACCOUNT_UNUSED_ACCESS")
        if kind == "ACCOUNT":
            analyzer.set("type", kind, Say(post="for the account", np="type <v>") if s.may() else False)
        else:
            days = s.pick(60, 90, 180)
            analyzer.set("type", kind, Say(post="for unused access"))
            analyzer.block("configuration").block("unused_access").set(
                "unused_access_age",
                days,
                Say(np="{an |}unused access age of <v> days", that="reports what was not used for <v> days"),
            )


_ROOT = ("kms:*",)


@blueprint("kms", weight=2)
def key_alone(s: Scene) -> None:
    """A key with alias, policy, grants, replicas."""
    role = s.pick("data", "logs", "secrets", "backups", "app")
    key = s.resource("aws_kms_key", "{KMS key|customer managed key|KMS key|customer managed KMS key}", role)
    if s.may(0.4):
        key.set("description", s.pick(f"Encrypts {role}", f"Key for {role}"))
    kind = s.pick("", "", "", "RSA_2048", "ECC_NIST_P256", "HMAC_256")
    if kind:
        usage = "GENERATE_VERIFY_MAC" if kind.startswith("HMAC") else "SIGN_VERIFY"
        key.set(
            "key_usage",
            usage,
            Say(
                np="{key |}usage <v>",
                post="for message authentication codes" if kind.startswith("HMAC") else "for signing",
            ),
        )
        key.set("customer_master_key_spec", kind, Say(np="{the |}key spec <v>"))
    elif s.may(0.6):
        key.set(
            "enable_key_rotation",
            True,
            Say(
                np="{key |automatic key |}rotation {enabled|}",
                do="{enable|turn on} {key |}rotation",
                that="rotates automatically",
            ),
        )
        if s.may(0.3):
            key.set(
                "rotation_period_in_days",
                s.pick(90, 180, 365),
                Say(np="a rotation period of <v> days", do="rotate every <v> days"),
            )
    if s.may(0.5):
        key.set(
            "deletion_window_in_days",
            s.pick(7, 10, 14, 20, 30),
            Say(np="{a |}deletion window of <v> days", do="{set|use} a deletion window of <v> days"),
        )
    replicated = not kind and s.may(0.25)
    if replicated:
        key.set(
            "multi_region",
            True,
            Say(post="for several regions", np="multi-region {support|use}", do="make it multi-region"),
        )
        away = s.pick("eu-west-1", "us-west-2", "eu-central-1")
        copy = s.resource(
            "aws_kms_replica_key",
            "replica {key|}",
            "replica",
            provider=s.also_in("aws", s.pick("replica", "secondary"), away),
        )
        copy.says(Say(post=f"in {away}", demand=Attribute(("region",), Operator.EQUALS, away)))
        copy.link("primary_key_arn", key, "arn", Say(post="of <it>"))
        copy.set("deletion_window_in_days", s.pick(7, 14, 30), Say(np="{a |}deletion window of <v> days"))
    if s.may(0.7):
        alias = s.resource(
            "aws_kms_alias",
            "alias",
            role,
            of=key,
            say=Say(np=f"the alias alias/{role}", do=f"give it the alias alias/{role}"),
        )
        alias.implied("name", f"alias/{role}")
        alias.link("target_key_id", key, "key_id")
    if s.may(0.3):
        account = s.data("aws_caller_identity", "", "current")
        service, words = s.pick(
            ("logs.amazonaws.com", "CloudWatch Logs"),
            ("sns.amazonaws.com", "SNS"),
            ("cloudtrail.amazonaws.com", "CloudTrail"),
        )
        actions = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*")
        key.set(
            "policy",
            Document(
                Statement(
                    _ROOT,
                    ("*",),
                    principals={"AWS": (Template("arn:aws:iam::", account.ref("account_id"), ":root"),)},
                    sid="Root",
                ),
                Statement(actions, ("*",), principals={"Service": (service,)}, sid="Service"),
            ),
            Say(
                np=f"a key policy that lets {words} use it",
                do=f"let {words} use {{it|the key}}",
                demand=PolicyStatement(
                    ("policy",), "Allow", ("kms:Decrypt",), principals={"Service": (service,)}, unknown=True
                ),
            ),
        )


@blueprint("kms", "iam")
def key_grant(s: Scene) -> None:
    """A role that may use a key by a grant."""
    key = parts.kms_key(s, "data")
    role = parts.execution_role(s, s.pick("lambda", "ec2", "ecs"), "worker", said=True)
    grant = s.resource("aws_kms_grant", "{grant|KMS grant}", "worker").named("name", resource_name(s, "worker-grant"))
    grant.link("key_id", key, "key_id", Say(post="on <it>"))
    grant.link("grantee_principal", role, "arn", Say(post="for <it>"))
    operations = s.pick(["Encrypt", "Decrypt"], ["Decrypt"], ["Encrypt", "Decrypt", "GenerateDataKey"])
    grant.set("operations", operations, Say(np="{the |}operations <v>", that="allows <v>"))


@blueprint("secretsmanager", weight=2)
def secret(s: Scene) -> None:
    """A secret, perhaps with its value, key, rotation, policy."""
    role = s.pick("db-password", "api-key", "db-credentials", "stripe-key")
    s.purpose = s.pick("for our database", "for the backend", "", "")
    key = parts.kms_key(s, "secrets") if s.may(0.25) else None
    password = s.resource("random_password", "{random password|generated password}", "main") if s.may(0.3) else None
    if password is not None:
        length = s.pick(16, 20, 24, 32)
        password.set("length", length, Say(post="of <v> characters", np="{a |}length of <v>"))
        if s.may(0.5):
            password.set("special", False, Say(np="no special characters", do="leave out special characters"))
    main = s.resource("aws_secretsmanager_secret", "{Secrets Manager secret|secret in Secrets Manager|secret}", role)
    main.named("name", s.pick(resource_name(s, role), f"{s.pick('prod', 'dev', 'app')}/{role}"))
    if s.may(0.3):
        main.set("description", s.pick("Managed by Terraform", "Database credentials", "Used by the backend"))
    if s.may(0.5):
        main.set(
            "recovery_window_in_days",
            s.pick(0, 7, 14, 30),
            Say(np="{a |}recovery window of <v> days", do="set the recovery window to <v> days"),
        )
    if key is not None:
        main.link("kms_key_id", key, "arn", Say(post="encrypted with <it>"))
    if password is not None or s.may(0.25):
        if password is not None:
            version = s.resource(
                "aws_secretsmanager_secret_version",
                "version",
                role,
                of=main,
                say=Say(np="the password as its value", do="{store|put} the password in it", that="holds the password"),
            )
            version.link("secret_id", main)
            version.set(
                "secret_string",
                password.ref("result"),
                Say(implied=True, demand=parts.refers(password, "secret_string")),
            )
        else:
            variable = s.variable(
                s.pick("secret_value", "password", "token"),
                "string",
                "change-me-later",
                "The value of the secret.",
                said=True,
            )
            version = s.resource("aws_secretsmanager_secret_version", "{secret version|version}", role)
            version.link("secret_id", main, say=Say(post="for <it>"))
            version.set("secret_string", variable, False)
    if s.may(0.3):
        days = s.pick(7, 30, 60, 90)
        rotator, _ = function(
            s, "rotation", "{rotation function|Lambda function for rotation|Lambda function}", share=0.2
        )
        permission = allow(s, rotator, "secretsmanager.amazonaws.com")
        rotation = s.resource(
            "aws_secretsmanager_secret_rotation",
            "rotation",
            role,
            of=main,
            say=Say(
                np=f"rotation every {days} days",
                do=f"rotate {{the secret|it}} every {days} days",
                that=f"{{is rotated|rotates}} every {days} days",
            ),
        )
        rotation.link("secret_id", main).link("rotation_lambda_arn", rotator, "arn")
        rotation.block("rotation_rules").implied("automatically_after_days", days)
        rotation.depends_on = (permission,)

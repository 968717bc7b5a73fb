"""IAM, the rest: boundaries, group policies, console access, service-linked roles, pod identities, signing."""

from __future__ import annotations

from terraformer.data.intents import PolicyCondition, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.security import PEOPLE
from terraformer.data.synthesis.expressions import Document, Statement
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("iam")
def boundary(s: Scene) -> None:
    """A role bounded by a policy."""
    services = s.pick(("s3:*", "dynamodb:*"), ("s3:*", "logs:*"), ("sqs:*", "sns:*"))
    words = " and ".join(
        {"s3": "S3", "dynamodb": "DynamoDB", "logs": "CloudWatch Logs", "sqs": "SQS", "sns": "SNS"}[a.split(":")[0]]
        for a in services
    )
    bound = s.resource("aws_iam_policy", "{IAM policy|boundary policy}", "boundary").named(
        "name", resource_name(s, "boundary")
    )
    bound.set(
        "policy",
        Document(Statement(services, ("*",))),
        Say(
            np=f"everything in {words} allowed",
            do=f"allow everything in {words}",
            that=f"allows everything in {words}",
            demand=PolicyStatement(("policy",), "Allow", services),
        ),
    )
    role = parts.execution_role(s, s.pick("lambda", "ec2", "codebuild"), "developer", said=True)
    role.link(
        "permissions_boundary",
        bound,
        "arn",
        Say(
            np="<it> as {its |}permissions boundary",
            do="use <it> as the permissions boundary",
            that="is bounded by <it>",
        ),
    )


@blueprint("iam", weight=1.5)
def group_policy(s: Scene) -> None:
    """A group with a policy of its own, MFA demanded at times."""
    team = s.pick("developers", "support", "billing", "auditors")
    group = s.resource("aws_iam_group", "{IAM group|group}", team).named("name", team)
    if s.may(0.3):
        group.set("path", "/teams/", Say(np="{the |}path <v>"))
    actions, words = s.pick(
        (("ec2:DescribeInstances", "ec2:StartInstances", "ec2:StopInstances"), "start and stop instances"),
        (("logs:GetLogEvents", "logs:FilterLogEvents"), "read logs"),
        (("s3:ListBucket", "s3:GetObject"), "read from S3"),
    )
    mfa = s.may(0.35)
    conditions = (("Bool", "aws:MultiFactorAuthPresent", ("true",)),) if mfa else ()
    wanted = (PolicyCondition("Bool", "aws:MultiFactorAuthPresent", "true"),) if mfa else ()
    tail = " {with|only with} MFA" if mfa else ""
    policy = s.resource(
        "aws_iam_group_policy",
        "inline policy",
        team,
        of=group,
        say=Say(
            np=f"an inline policy that lets members {words}{tail}",
            do=f"let its members {words}{tail}",
            that=f"may {words}{tail}",
        ),
    )
    policy.link("group", group, "name").set("name", f"{team}-policy", False)
    policy.set(
        "policy",
        Document(Statement(actions, ("*",), conditions=conditions)),
        Say(implied=True, demand=PolicyStatement(("policy",), "Allow", actions, conditions=wanted)),
    )


@blueprint("iam")
def console_user(s: Scene) -> None:
    """Someone who signs in to the console."""
    name = s.pick(*PEOPLE)
    user = s.resource("aws_iam_user", "{IAM user|user}", name).named("name", name, True)
    login = s.resource(
        "aws_iam_user_login_profile",
        "login profile",
        name,
        of=user,
        say=Say(np="{console access|a login profile}", do="give the user console access"),
    )
    login.link("user", user, "name")
    if s.may(0.6):
        login.set(
            "password_reset_required",
            True,
            Say(np="a password reset at first sign-in", do="require a password reset at first sign-in"),
        )
    if s.may(0.4):
        login.set("password_length", s.pick(16, 20, 24), Say(np="a password of <v> characters"))
    if s.may(0.4):
        device = s.resource("aws_iam_virtual_mfa_device", "virtual MFA device", name)
        device.named("virtual_mfa_device_name", f"{name}-mfa")
    policy = s.pick("ReadOnlyAccess", "Billing", "IAMUserChangePassword")
    path = "job-function/Billing" if policy == "Billing" else policy
    joined = s.resource(
        "aws_iam_user_policy_attachment",
        "attachment",
        name,
        of=user,
        say=Say(np=f"the {{managed |}}policy {policy}{{ attached|}}", do=f"attach {{the |}}{policy} {{policy |}}to it"),
    )
    joined.link("user", user, "name").implied("policy_arn", f"arn:aws:iam::aws:policy/{path}")


@blueprint("iam")
def linked_role(s: Scene) -> None:
    """A service-linked role."""
    service, words = s.pick(
        ("autoscaling", "EC2 Auto Scaling"),
        ("ecs", "ECS"),
        ("opensearchservice", "OpenSearch"),
        ("elasticbeanstalk", "Elastic Beanstalk"),
    )
    node = s.resource("aws_iam_service_linked_role", "{service-linked role|IAM service-linked role}", service)
    node.set("aws_service_name", f"{service}.amazonaws.com", Say(post=f"for {words}"))
    if s.may(0.3):
        node.set("description", f"Role of {words}")


@blueprint("signer", "lambda")
def code_signing(s: Scene) -> None:
    """A signing profile and what functions demand of it."""
    profile = s.resource("aws_signer_signing_profile", "{signing profile|AWS Signer signing profile}", "code").named(
        "name", s.pick("lambda_code", "release_signing")
    )
    profile.set("platform_id", "AWSLambda-SHA384-ECDSA", Say(post="for Lambda"))
    if s.may(0.5):
        period = s.pick(6, 12, 24)
        profile.block(
            "signature_validity_period",
            Say(np=f"signatures valid for {period} months", do=f"keep signatures valid for {period} months"),
        ).implied("value", period).implied("type", "MONTHS")
    settings = s.resource(
        "aws_lambda_code_signing_config", "{code signing configuration|Lambda code signing configuration}", "code"
    )
    settings.block("allowed_publishers").link(
        "signing_profile_version_arns",
        profile,
        "version_arn",
        Say(np="<it> as allowed publisher", that="allows <it>"),
        wrap=True,
    )
    mode = s.pick("Enforce", "Warn")
    settings.block("policies").set(
        "untrusted_artifact_on_deployment",
        mode,
        Say(np=f"{{the |}}mode {mode}", do="refuse untrusted code" if mode == "Enforce" else "warn of untrusted code"),
    )

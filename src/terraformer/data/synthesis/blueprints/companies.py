"""What companies run on top: models, media, sign-in of their people, reports, public images."""

from __future__ import annotations

from terraformer.data.intents import PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.containers import repository
from terraformer.data.synthesis.blueprints.edge import cached, distribution, readable
from terraformer.data.synthesis.blueprints.estates import placed
from terraformer.data.synthesis.blueprints.serverless import function
from terraformer.data.synthesis.blueprints.storage import bucket, private, versioning
from terraformer.data.synthesis.blueprints.streaming import role_for
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Body, Node, Say, Scene


@blueprint("sagemaker", "s3", "ecr", "stepfunctions", weight=3)
def model_training(s: Scene) -> None:
    """Data, images, training on a schedule, a registry of models."""
    s.purpose = s.pick("for our data scientists", "for the churn model", "for weekly retraining", "")
    data = bucket(s, "{data bucket|S3 bucket for training data}", "training_data")
    models = bucket(s, "{model bucket|S3 bucket for models}", "models")
    if s.may(0.5):
        versioning(s, models, enabled=True)
    if s.may(0.5):
        private(s, data, s.may())
    images = repository(s, "training")
    access = parts.execution_role(s, "sagemaker", "sagemaker")
    parts.role_policy(
        s,
        access,
        ("s3:GetObject", "s3:PutObject", "s3:ListBucket"),
        (data.ref("arn"), Template(data.ref("arn"), "/*"), Template(models.ref("arn"), "/*")),
    )
    if s.may(0.7):
        book = s.resource(
            "aws_sagemaker_notebook_instance", "{SageMaker notebook|notebook instance}", "research"
        ).named("name", resource_name(s, "research"))
        book.link("role_arn", access, "arn")
        book.set(
            "instance_type",
            s.pick("ml.t3.medium", "ml.t3.xlarge", "ml.m5.xlarge"),
            Say(post="of type <v>", np="instance type <v>"),
        )
        if s.may(0.5):
            book.set("volume_size", s.pick(20, 50, 100), Say(np="a volume of <v> GB", do="give it <v> GB of storage"))
    kept = s.resource("aws_sagemaker_model_package_group", "{model package group|model registry group}", "main")
    kept.named("model_package_group_name", resource_name(s, s.pick("churn", "ranking", "fraud")))
    flow_role = parts.execution_role(s, "states", "training")
    parts.role_policy(
        s, flow_role, ("sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "iam:PassRole"), ("*",)
    )
    flow = s.resource("aws_sfn_state_machine", "{Step Functions state machine|state machine}", "training").named(
        "name", resource_name(s, "training")
    )
    flow.link("role_arn", flow_role, "arn")
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync",
        "Parameters": {
            "TrainingJobName.$": "$$.Execution.Name",
            "RoleArn": access.ref("arn"),
            "AlgorithmSpecification": {
                "TrainingImage": Template(images.ref("repository_url"), ":latest"),
                "TrainingInputMode": "File",
            },
            "OutputDataConfig": {"S3OutputPath": Template("s3://", models.ref("bucket"), "/")},
            "ResourceConfig": {
                "InstanceCount": 1,
                "InstanceType": s.pick("ml.m5.xlarge", "ml.g5.xlarge"),
                "VolumeSizeInGB": 50,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
        "End": True,
    }
    flow.set(
        "definition",
        Json({"StartAt": "Train", "States": {"Train": state}}),
        Say(
            np="a state that runs a SageMaker training job",
            do="start a SageMaker training job with the image from the repository",
            that="runs a SageMaker training job",
            demand=parts.refers(images, "definition"),
        ),
    )
    if s.may(0.7):
        when, words = s.pick(
            ("rate(7 days)", "every week"),
            ("cron(0 4 * * ? *)", "every night at 4"),
            ("cron(0 6 ? * MON *)", "on Mondays at 6"),
        )
        starter = role_for(s, "scheduler.amazonaws.com", "scheduler")
        parts.role_policy(s, starter, ("states:StartExecution",), (flow.ref("arn"),))
        clock = s.resource("aws_scheduler_schedule", "{EventBridge schedule|schedule}", "training").named(
            "name", resource_name(s, "training")
        )
        clock.set(
            "schedule_expression",
            when,
            Say(np=f"the expression {when}", that=f"fires {words}", do=f"fire {words}"),
            extract=False,
        )
        clock.block("flexible_time_window").set("mode", "OFF", False, extract=False)
        aim = clock.block(
            "target",
            Say(np="the state machine as {its |}target", do="start the state machine", that="starts the state machine"),
        )
        aim.link("arn", flow, "arn", Say(implied=True)).link("role_arn", starter, "arn")


@blueprint("s3", "lambda", "stepfunctions", "cloudfront", weight=3)
def media_pipeline(s: Scene) -> None:
    """Uploads that are worked off by functions and served by a CDN."""
    s.purpose = s.pick("for user videos", "for product images", "for our photo app", "")
    inbox = bucket(s, "{upload bucket|S3 bucket for uploads}", "uploads")
    notes = s.resource(
        "aws_s3_bucket_notification",
        "",
        "uploads",
        of=inbox,
        say=Say(np="events to EventBridge", do="send its events to EventBridge"),
    )
    notes.link("bucket", inbox).implied("eventbridge", True)
    site = bucket(s, "{output bucket|bucket for the results}", "media")
    private(s, site, s.may(0.6))
    works: list[Node] = []
    for role in s.some(["inspect", "resize", "transcode", "publish"], 1, 3):
        main, access = function(s, role, f"{{Lambda function|Lambda}} for the {role} step", share=0.25)
        parts.role_policy(
            s,
            access,
            ("s3:GetObject", "s3:PutObject"),
            (Template(inbox.ref("arn"), "/*"), Template(site.ref("arn"), "/*")),
        )
        works.append(main)
    flow_role = parts.execution_role(s, "states", "pipeline")
    parts.role_policy(s, flow_role, ("lambda:InvokeFunction",), tuple(n.ref("arn") for n in works))
    flow = s.resource("aws_sfn_state_machine", "{Step Functions state machine|state machine}", "pipeline").named(
        "name", resource_name(s, "media")
    )
    flow.link("role_arn", flow_role, "arn")
    states: dict[str, object] = {}
    for n, work in enumerate(works):
        following = {"Next": works[n + 1].role.capitalize()} if n + 1 < len(works) else {"End": True}
        states[work.role.capitalize()] = {"Type": "Task", "Resource": work.ref("arn"), **following}
    many = "functions one after the other" if len(works) > 1 else "function"
    flow.set(
        "definition",
        Json({"StartAt": works[0].role.capitalize(), "States": states}),
        Say(
            np=f"a definition that runs the {many}",
            do=f"run the {many}",
            that=f"runs the {many}",
            demand=parts.refers(works[0], "definition"),
        ),
    )
    rule = s.resource("aws_cloudwatch_event_rule", "{EventBridge rule|event rule}", "uploaded").named(
        "name", resource_name(s, "uploaded")
    )
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [inbox.ref("bucket")]}},
    }
    rule.set(
        "event_pattern",
        Json(pattern),
        Say(
            np="objects created in the upload bucket",
            post="for new objects in the upload bucket",
            demand=parts.refers(inbox, "event_pattern"),
        ),
    )
    starter = role_for(s, "events.amazonaws.com", "events")
    parts.role_policy(s, starter, ("states:StartExecution",), (flow.ref("arn"),))
    target = s.resource(
        "aws_cloudwatch_event_target",
        "",
        "uploaded",
        of=rule,
        say=Say(np="the state machine as {its |}target", do="start the state machine", that="starts the state machine"),
    )
    target.link("rule", rule, "name").link("arn", flow, "arn", Say(implied=True)).link("role_arn", starter, "arn")
    if s.may(0.5):
        control = s.resource("aws_cloudfront_origin_access_control", "", "media", said=False).named(
            "name", resource_name(s, "media")
        )
        control.set("origin_access_control_origin_type", "s3", False)
        control.set("signing_behavior", "always", False).set("signing_protocol", "sigv4", False)
        cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
        cached(cdn)
        readable(s, site, cdn)


def metadata(s: Scene) -> str:
    """A SAML metadata document of an identity provider."""
    host = s.pick("idp.example.com", "login.example.com", "sso.example.org")
    certificate = "MIIDpDCCAoygAwIBAgIGAV2ka+55MA0GCSqGSIb3DQEBCwUAMIGSMQswCQYDVQQGEwJVUzETMBEG" * 10
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<EntityDescriptor entityID="https://{host}/saml" '
        'xmlns="urn:oasis:names:tc:SAML:2.0:metadata">\n'
        '  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">\n'
        '    <KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        f"<X509Certificate>{certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>\n"
        '    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        f'Location="https://{host}/saml/sso"/>\n  </IDPSSODescriptor>\n</EntityDescriptor>\n'
    )


@blueprint("iam", weight=2)
def saml_sign_in(s: Scene) -> None:
    """Console access by an identity provider of the company."""
    name = s.pick("okta", "azure-ad", "keycloak", "google-workspace", "corporate")
    main = s.resource("aws_iam_saml_provider", "{SAML identity provider|IAM SAML provider|SAML provider}", "main")
    main.named("name", name)
    main.set("saml_metadata_document", metadata(s), False, extract=False)
    for role, policy in s.some(
        [
            ("admins", "AdministratorAccess"),
            ("developers", "PowerUserAccess"),
            ("auditors", "SecurityAudit"),
            ("readers", "ReadOnlyAccess"),
        ],
        1,
        3,
    ):
        node = s.resource("aws_iam_role", f"{{IAM role|role}} for {role}", role).named(
            "name", resource_name(s, f"saml-{role}")
        )
        trust = Statement(
            ("sts:AssumeRoleWithSAML",),
            principals={"Federated": (main.ref("arn"),)},
            conditions=(("StringEquals", "SAML:aud", ("https://signin.aws.amazon.com/saml",)),),
        )
        node.set(
            "assume_role_policy",
            Document(trust),
            Say(
                np="a trust policy for the SAML provider",
                do="let users of the SAML provider assume it",
                that="users of the SAML provider can assume",
                demand=PolicyStatement(("assume_role_policy",), "Allow", ("sts:AssumeRoleWithSAML",), unknown=True),
            ),
        )
        if s.may(0.4):
            hours = s.pick(4, 8, 12)
            node.set(
                "max_session_duration",
                hours * 3600,
                Say(np=f"sessions of up to {hours} hours", do=f"allow sessions of {hours} hours"),
            )
        parts.attach(s, node, policy, said=node.said)


@blueprint("quicksight", weight=1.5)
def dashboards(s: Scene) -> None:
    """QuickSight: sources, groups, readers, folders."""
    s.purpose = s.pick("for the sales team", "for management reports", "", "")
    made = s.some(["source", "group", "folder", "user"], 1, 3)
    if "source" in made:
        source = s.resource("aws_quicksight_data_source", "{QuickSight data source|data source in QuickSight}", "main")
        source.set("data_source_id", s.pick("sales", "athena-lake", "reports"), Say(np="{the |}ID <v>"))
        source.named("name", s.pick("Sales", "Data lake", "Reports"))
        work = s.resource("aws_athena_workgroup", "{Athena workgroup|workgroup}", "bi").named(
            "name", resource_name(s, "bi")
        )
        source.set("type", "ATHENA", Say(post="for Athena", np="type ATHENA"))
        inner = source.block("parameters").block("athena")
        inner.link("work_group", work, "name", Say(np="<it>", do="use <it>", that="uses <it>"))
        s.nodes.remove(work)
        s.nodes.insert(s.nodes.index(source), work)
    group: Node | None = None
    if "group" in made:
        group = s.resource("aws_quicksight_group", "QuickSight group", "readers")
        group.named("group_name", s.pick("readers", "sales", "finance", "analysts"))
        if s.may(0.4):
            group.set("description", "People who read the dashboards", None)
    if "user" in made:
        person = f"{s.pick('ana', 'jonas', 'mira', 'lee')}@example.com"
        user = s.resource("aws_quicksight_user", "QuickSight user", "reader")
        user.set("email", person, Say(post=f"for {person}", np=f"the email {person}"), extract=False)
        user.set("user_role", s.pick("READER", "AUTHOR"), Say(np="{the |}role <v>", post="with {the |}role <v>"))
        user.set("identity_type", "QUICKSIGHT", False).set("user_name", person.partition("@")[0], False)
        if group is not None:
            tie = s.resource(
                "aws_quicksight_group_membership",
                "",
                "reader",
                of=user,
                say=Say(np="membership in the group", do="add the user to the group", that="is a member of the group"),
            )
            tie.link("group_name", group, "group_name", Say(implied=True)).link(
                "member_name", user, "user_name", Say(implied=True)
            )
    if "folder" in made:
        folder = s.resource("aws_quicksight_folder", "{QuickSight folder|folder in QuickSight}", "shared")
        folder.set("folder_id", s.pick("shared", "sales", "finance"), Say(np="{the |}ID <v>"))
        folder.named("name", s.pick("Shared reports", "Sales", "Finance"))


@blueprint("ecr", weight=1.5)
def public_images(s: Scene) -> None:
    """A public repository, which only us-east-1 knows."""
    provider = ""
    if s.may(0.5):
        s.in_region(s.pick("eu-west-1", "eu-central-1", "us-west-2"), s.may(0.6))
        provider = s.also_in("aws", s.pick("us_east_1", "virginia"), "us-east-1")
    main = s.resource(
        "aws_ecrpublic_repository", "{public ECR repository|ECR Public repository}", "main", provider=provider
    )
    main.named("repository_name", s.pick("agent", "exporter", "cli", f"{project(s)}-agent"))
    if provider:
        placed(main, "us-east-1")
    if s.may(0.7):
        data: Body = main.block("catalog_data")
        if s.may(0.7):
            data.set(
                "description",
                s.pick("Exports metrics of our service.", "Command line tool in a container."),
                Say(np="{the |a }description <v>"),
            )
        if s.may(0.6):
            kinds = s.pick(["ARM 64", "x86-64"], ["x86-64"], ["ARM"])
            data.set(
                "architectures",
                kinds,
                Say(np="the architecture{} <v>".format("s" * (len(kinds) > 1)), do="list it for <v>"),
            )
        if s.may(0.4):
            data.set("operating_systems", ["Linux"], Say(np="Linux as operating system"))
    if s.may(0.4):
        policy = s.resource(
            "aws_ecrpublic_repository_policy",
            "",
            "main",
            of=main,
            say=Say(
                np="a policy that lets account 123456789012 push images", do="let account 123456789012 push images"
            ),
            provider=provider,
        )
        policy.link("repository_name", main, "repository_name")
        who = {"AWS": ("arn:aws:iam::123456789012:root",)}
        actions = (
            "ecr-public:PutImage",
            "ecr-public:InitiateLayerUpload",
            "ecr-public:UploadLayerPart",
            "ecr-public:CompleteLayerUpload",
        )
        policy.set(
            "policy",
            Document(Statement(actions, principals=who, sid="Push")),
            Say(implied=True, demand=PolicyStatement(("policy",), "Allow", ("ecr-public:PutImage",), principals=who)),
        )


@blueprint("cognito", weight=1.5)
def federated_pool(s: Scene) -> None:
    """Users who sign in with the company's identity provider."""
    pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", "staff").named(
        "name", resource_name(s, "staff")
    )
    source = s.resource("aws_cognito_identity_provider", "{SAML identity provider|identity provider}", "corporate")
    source.link("user_pool_id", pool, say="for <it>" if s.may() else False)
    source.named("provider_name", s.pick("Okta", "AzureAD", "Corporate")).implied("provider_type", "SAML")
    source.set(
        "provider_details",
        {"MetadataURL": s.pick("https://idp.example.com/metadata", "https://login.example.com/saml/metadata.xml")},
        False,
        extract=False,
    )
    source.set(
        "attribute_mapping",
        {"email": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"},
        False,
        extract=False,
    )
    client = s.resource("aws_cognito_user_pool_client", "{app client|user pool client}", "web").named(
        "name", resource_name(s, "web")
    )
    client.link("user_pool_id", pool)
    client.set(
        "supported_identity_providers",
        [source.ref("provider_name")],
        Say(
            np="only the {SAML |}identity provider",
            do="sign in only through the {SAML |}identity provider",
            demand=parts.refers(source, "supported_identity_providers"),
        ),
        extract=False,
    )
    client.set(
        "allowed_oauth_flows", ["code"], Say(np="the authorization code flow", do="use the authorization code flow")
    )
    client.set("allowed_oauth_flows_user_pool_client", True, False).set(
        "allowed_oauth_scopes", ["openid", "email"], None
    )
    client.set("callback_urls", ["https://app.example.com/callback"], Say(np="the callback URL <v>"))
    if s.may(0.6):
        domain = s.resource(
            "aws_cognito_user_pool_domain",
            "",
            "main",
            of=pool,
            say=Say(np=f"the domain prefix {project(s)}-staff", do=f"give it the domain prefix {project(s)}-staff"),
        )
        domain.implied("domain", f"{project(s)}-staff").link("user_pool_id", pool)

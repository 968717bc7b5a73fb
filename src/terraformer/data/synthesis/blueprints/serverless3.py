"""SNS, Cognito, AppSync, SES."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator, PolicyStatement
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.serverless import queue_policy
from terraformer.data.synthesis.expressions import Document, Json, Raw, Statement, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene

TOPIC = "{SNS topic|SNS topic|topic|notification topic in SNS}"


@blueprint("sns", weight=2)
def topic_alone(s: Scene) -> None:
    """A topic, with people or endpoints that subscribe."""
    role = s.pick("alerts", "notifications", "billing-alerts", "releases", "incidents")
    fifo = s.may(0.15)
    topic = s.resource("aws_sns_topic", "{FIFO topic|SNS FIFO topic}" if fifo else TOPIC, role)
    topic.named("name", resource_name(s, role) + (".fifo" if fifo else ""))
    if fifo:
        topic.implied("fifo_topic", True)
        if s.may(0.5):
            topic.set("content_based_deduplication", True)
        return
    if s.may(0.4):
        topic.set("display_name", s.pick("Alerts", "Ops", "Team News"), Say(np="{the |}display name <v>"))
    if s.may(0.3):
        topic.set(
            "kms_master_key_id",
            "alias/aws/sns",
            Say(np="encryption with the AWS managed key", do="encrypt it with {alias/aws/sns|the AWS managed SNS key}"),
        )
    for n in range(s.pick(0, 1, 1, 2)):
        protocol, endpoint = (
            ("email", f"{s.pick('ops', 'oncall', 'alerts', 'team')}@example.com"),
            ("https", f"https://{s.pick('hooks', 'api')}.example.com/sns"),
        )[n]
        shown = "email" if n == 0 else "HTTPS"
        sub = s.resource(
            "aws_sns_topic_subscription",
            "subscription",
            protocol,
            of=topic,
            say=Say(
                np=f"{{an|the}} {shown} subscription for {endpoint}",
                do=f"{{subscribe|notify}} {endpoint}" + (" by email" if n == 0 else ""),
            ),
        )
        sub.link("topic_arn", topic, "arn")
        sub.implied("protocol", protocol).implied("endpoint", endpoint)
    if s.may(0.3):
        service, words = s.pick(
            ("cloudwatch.amazonaws.com", "CloudWatch {alarms|}"),
            ("events.amazonaws.com", "EventBridge"),
            ("s3.amazonaws.com", "S3"),
        )
        policy = s.resource(
            "aws_sns_topic_policy",
            "topic policy",
            role,
            of=topic,
            say=Say(np=f"a policy that lets {words} publish {{to it|}}", do=f"let {words} publish {{to it|}}"),
        )
        policy.link("arn", topic, "arn")
        statement = Statement(("sns:Publish",), (topic.ref("arn"),), principals={"Service": (service,)})
        policy.set(
            "policy",
            Document(statement),
            Say(
                implied=True,
                demand=PolicyStatement(
                    ("policy",), "Allow", ("sns:Publish",), principals={"Service": (service,)}, unknown=True
                ),
            ),
        )


@blueprint("sns", "sqs", weight=2)
def fan_out(s: Scene) -> None:
    """One topic, several queues, filters."""
    role = s.pick("orders", "events", "signups", "payments")
    topic = s.resource("aws_sns_topic", TOPIC, role).named("name", resource_name(s, role))
    for name in s.some(["billing", "shipping", "analytics", "email"], 1, 3):
        queue = s.resource("aws_sqs_queue", f"{{{name} queue|SQS queue for {name}}}", name)
        queue.named("name", resource_name(s, f"{role}-{name}"))
        sub = s.resource(
            "aws_sns_topic_subscription",
            "subscription",
            name,
            of=queue,
            say=Say(
                np="{a subscription to|its subscription to} the topic",
                do="subscribe it to the topic",
                that="{subscribes|is subscribed} to the topic",
            ),
        )
        sub.link("topic_arn", topic, "arn", Say(implied=True))
        sub.implied("protocol", "sqs").link("endpoint", queue, "arn")
        if s.may(0.3):
            sub.set(
                "raw_message_delivery", True, Say(np="raw message delivery", do="{use|turn on} raw message delivery")
            )
        if s.may(0.3):
            value = s.pick("created", "paid", "refunded")
            sub.set(
                "filter_policy",
                Json({"status": [value]}),
                Say(
                    np=f"a filter {{policy |}}for status {value}",
                    that=f"only gets messages with status {value}",
                    demand=Attribute(("filter_policy",), Operator.INCLUDES, value),
                ),
            )
        queue_policy(s, queue, "sns.amazonaws.com", topic.ref("arn"))


@blueprint("cognito", weight=2)
def user_pool(s: Scene) -> None:
    """Users, their client, a domain and groups."""
    role = s.pick("customers", "users", "members", "employees")
    pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", role).named(
        "name", resource_name(s, role)
    )
    if s.may(0.6):
        pool.set(
            "username_attributes",
            ["email"],
            Say(
                np="email addresses as user names",
                do="let users sign in by email",
                that="uses email addresses as user names",
            ),
        )
    if s.may(0.4):
        pool.set(
            "auto_verified_attributes",
            ["email"],
            Say(np="emails verified automatically", do="verify {emails|email addresses} automatically"),
        )
    if s.may(0.5):
        length = s.pick(8, 10, 12, 14)
        policy = pool.block(
            "password_policy",
            Say(
                np=f"passwords of at least {length} characters", do=f"require passwords of at least {length} characters"
            ),
        )
        policy.implied("minimum_length", length)
        for kind in s.some(["numbers", "symbols", "uppercase", "lowercase"], 1, 4):
            policy.set(
                f"require_{kind}",
                True,
                Say(
                    np=f"{kind}{' letters' * kind.endswith('case')} required {{in passwords|}}",
                    do=f"require {kind}{' letters' * kind.endswith('case')} {{in passwords|}}",
                )
                if s.may(0.6)
                else False,
            )
    if s.may(0.35):
        pool.set("mfa_configuration", s.pick("OPTIONAL", "ON"), Say(np="MFA set to <v>", do="set MFA to <v>"))
        pool.block("software_token_mfa_configuration").set(
            "enabled", True, Say(np="software tokens (TOTP)", do="{allow|enable} {software tokens|TOTP}")
        )
    if s.may(0.7):
        client = s.resource("aws_cognito_user_pool_client", "{app client|user pool client}", s.pick("web", "mobile"))
        client.named("name", resource_name(s, f"{client.role}-client"))
        client.link("user_pool_id", pool, say=Say(post="{of|for} <it>"))
        if s.may(0.5):
            client.set("generate_secret", True, Say(np="a {client |}secret", do="generate a {client |}secret"))
        if s.may(0.5):
            client.set(
                "explicit_auth_flows",
                ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
                Say(np="SRP and refresh token authentication", do="allow SRP and refresh tokens"),
            )
        if s.may(0.3):
            client.set("callback_urls", ["https://app.example.com/callback"], Say(np="callback URL <v>"))
            client.set(
                "allowed_oauth_flows",
                ["code"],
                Say(np="the authorization code flow", do="allow the {authorization |}code {flow|grant}"),
            )
            client.set("allowed_oauth_flows_user_pool_client", True, False, extract=False)
            client.set("allowed_oauth_scopes", ["openid", "email"], Say(np="{the |}scopes <v>"))
            client.set("supported_identity_providers", ["COGNITO"], False)
    if s.may(0.35):
        domain = s.resource("aws_cognito_user_pool_domain", "{hosted UI domain|user pool domain|Cognito domain}", role)
        domain.set("domain", f"{project(s)}-{role}-{s.number(10, 999)}", Say(post="<v>"))
        domain.link("user_pool_id", pool, say=Say(post="{of|for} <it>"))
    for name in s.some(["admins", "editors", "readers"], 1, 2) if s.may(0.3) else ():
        group = s.resource("aws_cognito_user_group", "{user group|group}", name).named("name", name, True)
        group.link("user_pool_id", pool, say=Say(post="in <it>"))


@blueprint("cognito", "iam")
def identity_pool(s: Scene) -> None:
    """Federated identities and the roles that they get."""
    pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", "users").named(
        "name", resource_name(s, "users")
    )
    client = s.resource("aws_cognito_user_pool_client", "{app client|user pool client}", "web").named(
        "name", resource_name(s, "web")
    )
    client.link("user_pool_id", pool, say=Say(post="{of|for} <it>"))
    role = s.resource("aws_iam_role", "IAM role", "authenticated").named("name", resource_name(s, "authenticated"))
    ids = s.resource("aws_cognito_identity_pool", "{Cognito identity pool|identity pool}", "main")
    ids.named("identity_pool_name", resource_name(s, "identities"))
    guests = s.may(0.4)
    ids.set(
        "allow_unauthenticated_identities",
        guests,
        Say(np="{guests|unauthenticated identities} allowed", do="allow {guests|unauthenticated identities}")
        if guests
        else Say(np="no unauthenticated identities", do="{refuse|disallow} unauthenticated identities"),
    )
    inner = ids.block(
        "cognito_identity_providers",
        Say(np="the user pool as {identity |}provider", do="use the user pool as identity provider"),
    )
    inner.link("client_id", client)
    inner.set("provider_name", pool.ref("endpoint"), Say(implied=True, demand=parts.refers(pool, "provider_name")))
    role.set(
        "assume_role_policy",
        Document(
            Statement(
                ("sts:AssumeRoleWithWebIdentity",),
                principals={"Federated": ("cognito-identity.amazonaws.com",)},
                conditions=(
                    ("StringEquals", "cognito-identity.amazonaws.com:aud", (ids.ref("id"),)),
                    ("ForAnyValue:StringLike", "cognito-identity.amazonaws.com:amr", ("authenticated",)),
                ),
            )
        ),
        Say(
            post="for {authenticated|signed-in} users",
            demand=PolicyStatement(("assume_role_policy",), "Allow", ("sts:AssumeRoleWithWebIdentity",), unknown=True),
        ),
    )
    joined = s.resource(
        "aws_cognito_identity_pool_roles_attachment",
        "roles",
        "main",
        of=ids,
        say=Say(np="the role for authenticated users", do="attach the role for authenticated users"),
    )
    joined.link("identity_pool_id", ids)
    joined.set("roles", {"authenticated": role.ref("arn")}, Say(implied=True, demand=parts.refers(role, "roles")))


_SCHEMA = """type Query {
  getItem(id: ID!): Item
}

type Item {
  id: ID!
  name: String
}

schema {
  query: Query
}
"""


@blueprint("appsync", "dynamodb")
def graphql(s: Scene) -> None:
    """A GraphQL API, over a table at times."""
    role = s.pick("catalog", "chat", "todo", "portal")
    table = s.resource("aws_dynamodb_table", "{DynamoDB table|table}", role) if s.may(0.7) else None
    if table is not None:
        table.named("name", resource_name(s, role))
        table.set("billing_mode", "PAY_PER_REQUEST", Say(np="on-demand {billing|capacity}"))
        table.set("hash_key", "id", Say(np="{partition|hash} key <v>"))
        table.block("attribute").set("name", "id", False, extract=False).set("type", "S", False, extract=False)
    api = s.resource("aws_appsync_graphql_api", "{AppSync GraphQL API|AppSync API|GraphQL API in AppSync}", role)
    api.named("name", resource_name(s, role))
    kind = s.pick("API_KEY", "API_KEY", "AWS_IAM")
    api.set(
        "authentication_type",
        kind,
        Say(
            np=f"{'API key' if kind == 'API_KEY' else 'IAM'} authentication",
            that=f"{{authenticates|authorizes requests}} by {'API key' if kind == 'API_KEY' else 'IAM'}",
        ),
    )
    api.set("schema", _SCHEMA, False, extract=False)
    if s.may(0.3):
        api.set("xray_enabled", True, Say(np="X-Ray tracing", do="{enable|turn on} X-Ray {tracing|}"))
    if kind == "API_KEY" and s.may(0.6):
        key = s.resource(
            "aws_appsync_api_key",
            "API key",
            role,
            of=api,
            say=Say(np="an API key", do="{create|add} an API key{ for it|}"),
        )
        key.link("api_id", api)
    if table is not None:
        access = parts.execution_role(s, "appsync", f"{role}_appsync")
        parts.role_policy(s, access, ("dynamodb:GetItem", "dynamodb:Query"), (table.ref("arn"),))
        source = s.resource(
            "aws_appsync_datasource",
            "data source",
            role,
            of=api,
            say=Say(np="the table as {a |its |}data source", do="use the table as {its |a |}data source"),
        )
        source.link("api_id", api).set("name", f"{role}_table", False).implied("type", "AMAZON_DYNAMODB")
        source.link("service_role_arn", access, "arn")
        source.block("dynamodb_config").link("table_name", table, "name", Say(implied=True))
        if s.may(0.6):
            resolver = s.resource(
                "aws_appsync_resolver",
                "resolver",
                role,
                of=api,
                say=Say(np="a resolver for Query.getItem", do="resolve {the field |}getItem of Query from it"),
            )
            resolver.link("api_id", api).implied("type", "Query").implied("field", "getItem")
            resolver.link("data_source", source, "name")
            resolver.set(
                "request_template",
                '{"version": "2018-05-29", "operation": "GetItem", "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}',
                False,
                extract=False,
            )
            resolver.set("response_template", "$util.toJson($ctx.result)", False, extract=False)


@blueprint("ses", "route53")
def email_domain(s: Scene) -> None:
    """A domain that sends mail: identity, DKIM records, configuration set, events."""
    domain = s.pick("example.com", "mail.example.org", "example.net")
    topic = s.resource("aws_sns_topic", TOPIC, "bounces") if s.may(0.3) else None
    if topic is not None:
        topic.named("name", resource_name(s, "email-bounces"))
    settings = None
    if topic is not None or s.may(0.5):
        settings = s.resource("aws_sesv2_configuration_set", "{SES |}configuration set", "main")
        settings.named("configuration_set_name", resource_name(s, s.pick("transactional", "marketing", "default")))
        if s.may(0.5):
            settings.block("reputation_options").set(
                "reputation_metrics_enabled", True, Say(np="reputation metrics", do="{enable|track} reputation metrics")
            )
        if s.may(0.5):
            settings.block("delivery_options").set(
                "tls_policy", "REQUIRE", Say(np="TLS required", do="require TLS{ for delivery|}")
            )
    if settings is not None and topic is not None:
        events = s.resource(
            "aws_sesv2_configuration_set_event_destination",
            "event destination",
            "bounces",
            of=settings,
            say=Say(np="bounces and complaints sent to the topic", do="send bounces and complaints to the topic"),
        )
        events.link("configuration_set_name", settings, "configuration_set_name")
        events.set("event_destination_name", "bounces", False)
        inner = events.block("event_destination")
        inner.set("enabled", True, False, extract=False)
        inner.implied("matching_event_types", ["BOUNCE", "COMPLAINT"])
        inner.block("sns_destination").link("topic_arn", topic, "arn", Say(implied=True))
    identity = s.resource("aws_sesv2_email_identity", "{SES email identity|SES identity|SES domain identity}", "main")
    identity.set("email_identity", domain, Say(post="for {the domain |}<v>"))
    if settings is not None:
        identity.link(
            "configuration_set_name",
            settings,
            "configuration_set_name",
            Say(np="<it> {as default|by default}", do="use <it> {by default|for it}"),
        )
    if s.may(0.5):
        zone = s.data("aws_route53_zone", "", "main")
        zone.set("name", domain.split(".", domain.count(".") - 1)[-1], False)
        records = s.resource("aws_route53_record", "DKIM record", "dkim").times(3)
        token = Raw("{0}.dkim_signing_attributes[0].tokens[count.index]", (identity.ref(""),))
        records.link("zone_id", zone, "zone_id")
        records.set("name", Template(token, f"._domainkey.{domain}"), False)
        records.set("type", "CNAME", Say(post="of type <v>", np="type <v>")).set(
            "ttl", s.pick(300, 600, 1800), Say(np="{a |}TTL of <v> seconds")
        )
        records.set("records", [Template(token, ".dkim.amazonses.com")], False)


@blueprint("ses")
def email_template(s: Scene) -> None:
    node = s.resource("aws_ses_template", "SES {email |}template", s.pick("welcome", "invoice", "reset"))
    node.named("name", resource_name(s, node.role))
    node.set(
        "subject",
        {"welcome": "Welcome, {{name}}!", "invoice": "Your invoice", "reset": "Reset your password"}[node.role],
        Say(np="{the |}subject <v>"),
    )
    node.set("html", "<h1>Hello {{name}}</h1><p>Thank you.</p>", False, extract=False)
    if s.may(0.5):
        node.set("text", "Hello {{name}}, thank you.", False, extract=False)
    if s.may(0.5):
        sender = s.resource(
            "aws_ses_email_identity", "{SES email identity|email identity in SES|SES identity}", "sender"
        )
        sender.set("email", f"{s.pick('noreply', 'hello', 'support')}@example.com", Say(post="for <v>"))

"""Systems of eight to twenty resources: services, data and events put together as teams run them."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.architectures import group, routed
from terraformer.data.synthesis.blueprints.balancing import balancer, listener, targets
from terraformer.data.synthesis.blueprints.containers import cluster, repository, task
from terraformer.data.synthesis.blueprints.databases2 import table
from terraformer.data.synthesis.blueprints.edge import cached, distribution, origin_bucket, readable
from terraformer.data.synthesis.blueprints.existing import look, pod_identity
from terraformer.data.synthesis.blueprints.messaging import queue
from terraformer.data.synthesis.blueprints.monitoring import alerts
from terraformer.data.synthesis.blueprints.serverless import function, queue_policy
from terraformer.data.synthesis.blueprints.serverless2 import http_api, http_route, http_stage
from terraformer.data.synthesis.blueprints.storage import bucket, lifecycle
from terraformer.data.synthesis.expressions import Json, Raw, Template
from terraformer.data.synthesis.names import project, resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


def reads_table(s: Scene, access: Node, of: Node, *, write: bool = True) -> None:
    """A role may use a table; nobody says so."""
    actions = ("dynamodb:GetItem", "dynamodb:Query", *(("dynamodb:PutItem", "dynamodb:UpdateItem") if write else ()))
    parts.role_policy(s, access, actions, (of.ref("arn"),))


def consumer(s: Scene, role: str, source: Node) -> tuple[Node, Node]:
    """A function that works through a queue: (function, its role)."""
    main, access = function(s, role, f"{{Lambda function|Lambda}} for {source.role}", share=0.25)
    parts.role_policy(
        s, access, ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"), (source.ref("arn"),)
    )
    tie = s.resource(
        "aws_lambda_event_source_mapping",
        "",
        role,
        of=main,
        say=Say(
            np=f"the {source.role} queue as {{its |}}event source",
            do=f"{{trigger it from|let it read from}} the {source.role} queue",
            that=f"{{reads from|is triggered by}} the {source.role} queue",
        ),
    )
    tie.link("event_source_arn", source, "arn", Say(implied=True)).link("function_name", main, "arn")
    if s.may(0.5):
        tie.set("batch_size", s.pick(1, 5, 10), Say(np="{a |}batch size of <v>", do="read <v> messages at a time"))
    return main, access


def dead_letters(s: Scene, of: Node) -> Node:
    """What cannot be processed goes to a queue of its own."""
    dead = queue(s, f"{of.role}_dlq", f"{{dead-letter queue|DLQ}} for {of.role.replace('_', ' ')}")
    tries = s.pick(3, 5, 10)
    rule = {"deadLetterTargetArn": dead.ref("arn"), "maxReceiveCount": tries}
    of.set(
        "redrive_policy",
        Json(rule),
        Say(
            np=f"{{a redrive|redriving}} to the dead-letter queue after {tries} tries",
            do=f"move messages to the dead-letter queue after {tries} {{tries|receives}}",
            demand=parts.refers(dead, "redrive_policy"),
        ),
    )
    s.nodes.remove(dead)
    s.nodes.insert(s.nodes.index(of), dead)
    return dead


def watch(s: Scene, topic: Node, of: Node, space: str, metric: str, dimension: str, attribute: str, words: str) -> Node:
    """An alarm on one metric of one thing."""
    node = s.resource(
        "aws_cloudwatch_metric_alarm", f"{{CloudWatch alarm|alarm}} {words}", f"{of.role}_{metric.lower()[:10]}"
    )
    node.named("alarm_name", resource_name(s, f"{of.role.replace('_', '-')}-{metric.lower()[:16]}"))
    node.link("alarm_actions", topic, "arn", Say(do="notify the topic", that="notifies the topic"), wrap=True)
    node.implied("metric_name", metric).implied("namespace", space)
    node.set("statistic", "Sum", False).set("comparison_operator", "GreaterThanThreshold", False)
    node.set("threshold", s.pick(0, 1, 5, 10), Say(np="a threshold of <v>", that="fires above <v>"))
    node.set("period", s.pick(60, 300), False).set("evaluation_periods", s.pick(1, 2), False)
    node.set("dimensions", {dimension: of.ref(attribute)}, False)
    return node


@blueprint("apigateway", "lambda", "sqs", "dynamodb", weight=5)
def order_processing(s: Scene) -> None:
    """An API takes orders, a topic tells queues, functions work them off."""
    s.purpose = s.pick("for our order processing", "for the checkout of our shop", "for bookings", "")
    intake, access = function(s, "intake", "{Lambda function|Lambda} that takes orders", share=0.3)
    api = http_api(s, "orders")
    http_stage(s, api)
    http_route(s, api, intake, ["POST /orders"])
    topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "orders")
    topic.named("name", resource_name(s, "orders"))
    parts.role_policy(s, access, ("sns:Publish",), (topic.ref("arn"),))
    store = table(s)
    reads_table(s, access, store)
    for role in s.some(["billing", "shipping", "notifications", "inventory"], 1, 2):
        line = queue(s, role, f"{{SQS queue|queue}} for {role}")
        if s.may(0.7):
            dead_letters(s, line)
        tie = s.resource(
            "aws_sns_topic_subscription",
            "",
            role,
            of=line,
            say=Say(
                np="a subscription to the topic", do="subscribe it to the topic", that="is subscribed to the topic"
            ),
        )
        tie.link("topic_arn", topic, "arn", Say(implied=True)).implied("protocol", "sqs").link("endpoint", line, "arn")
        queue_policy(s, line, "sns.amazonaws.com", topic.ref("arn"))
        _, worker = consumer(s, f"{role}_worker", line)
        reads_table(s, worker, store, write=s.may())
    if s.may(0.4):
        watch(s, alerts(s), intake, "AWS/Lambda", "Errors", "FunctionName", "function_name", "on errors of the intake")
    if s.may(0.3):
        s.output("api_endpoint", api.ref("api_endpoint"), "the API's endpoint")


@blueprint("vpc", weight=4)
def complete_network(s: Scene) -> None:
    """A network over several zones with endpoints and flow logs."""
    s.purpose = s.pick("for production", "for a new account", "for our platform", "")
    main, _, private_nets = routed(s, said=s.may(0.6), number=s.pick(2, 3))
    guard = group(s, main, "endpoints", 443, "10.0.0.0/8", noun="security group for the endpoints")
    for service, words in s.some(
        [
            ("ssm", "SSM"),
            ("ecr.api", "ECR"),
            ("secretsmanager", "Secrets Manager"),
            ("logs", "CloudWatch Logs"),
            ("sts", "STS"),
        ],
        1,
        3,
    ):
        node = s.resource("aws_vpc_endpoint", f"interface endpoint for {words}", service.replace(".", "_"))
        node.link("vpc_id", main).implied("service_name", f"com.amazonaws.{s.region}.{service}")
        node.implied("vpc_endpoint_type", "Interface")
        node.set(
            "subnet_ids",
            Raw("{0}[*].id", (private_nets.ref(""),)),
            Say(post="in the private subnets", demand=parts.refers(private_nets, "subnet_ids"))
            if s.may(0.5)
            else False,
        )
        node.link("security_group_ids", guard, wrap=True)
        node.set("private_dns_enabled", True, Say(np="private DNS", do="enable private DNS") if s.may(0.4) else False)
    store = bucket(s, "{bucket for flow logs|S3 bucket for the flow logs}", "flow_logs")
    if s.may(0.5):
        lifecycle(s, store)
    log = s.resource("aws_flow_log", "{VPC flow log|flow log}", "main")
    log.link("vpc_id", main, say="for <it>" if s.may(0.5) else False)
    log.set("traffic_type", s.pick("ALL", "REJECT"), Say(np="traffic type <v>", post="of type <v>"))
    log.set("log_destination_type", "s3", False, extract=False)
    log.link("log_destination", store, "arn", say="{stored|delivered} in <it>")
    s.output("vpc_id", main.ref(), "the VPC ID" if s.may(0.4) else "")
    if s.may(0.5):
        s.output("private_subnet_ids", Raw("{0}[*].id", (private_nets.ref(""),)), "the IDs of the private subnets")


def nets_of(node: Node) -> Raw:
    """The ids of subnets made by count."""
    return Raw("{0}[*].id" if node.repeat else "[{0}.id]", (node.ref(""),))


@blueprint("eks", "vpc", "ecr", weight=4)
def cluster_platform(s: Scene) -> None:
    """Kubernetes with everything around it."""
    s.purpose = s.pick("for our microservices", "for the platform team", "for staging", "")
    _, _, nets = routed(s, said=s.may(0.3))
    key = parts.kms_key(s, "eks", said=s.may(0.7))
    role = parts.execution_role(s, "eks", "cluster")
    policy = parts.attach(s, role, "AmazonEKSClusterPolicy")
    main = s.resource("aws_eks_cluster", "{EKS cluster|Kubernetes cluster in EKS}", "main").named(
        "name", resource_name(s, s.pick("main", "apps", "platform"))
    )
    main.link("role_arn", role, "arn")
    main.set("version", s.pick("1.31", "1.32", "1.33"), Say(np="{Kubernetes |}version <v>", post="on Kubernetes <v>"))
    main.depends_on = (policy,)
    where = main.block("vpc_config")
    where.set(
        "subnet_ids",
        nets_of(nets),
        Say(np="the private subnets", do="place it in the private subnets", demand=parts.refers(nets, "subnet_ids")),
    )
    if s.may(0.5):
        where.set(
            "endpoint_private_access", True, Say(np="private endpoint access", do="enable private endpoint access")
        )
    if s.may(0.5):
        kinds = s.pick(["api", "audit"], ["audit"])
        main.set(
            "enabled_cluster_log_types", kinds, Say(np="control plane logs {for|of} <v>", do="enable the <v> logs")
        )
    enc = main.block(
        "encryption_config",
        Say(np="secrets encrypted with the KMS key", do="encrypt secrets with the KMS key") if key.said else None,
    )
    enc.set("resources", ["secrets"], False)
    enc.block("provider").link("key_arn", key, "arn", Say(implied=True) if key.said else False)
    workers = parts.execution_role(s, "ec2", "nodes")
    for name in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"):
        parts.attach(s, workers, name)
    nodes = s.resource("aws_eks_node_group", "{managed node group|node group}", "workers").named(
        "node_group_name", resource_name(s, "workers")
    )
    nodes.link("cluster_name", main, "name").link("node_role_arn", workers, "arn")
    nodes.set("subnet_ids", nets_of(nets), False)
    kinds = s.pick(["t3.medium"], ["m6i.large"], ["m7g.large"], ["t3.large"])
    nodes.set("instance_types", kinds, Say(np="instance type <v>", do="use <v> instances", that="runs on <v>"))
    if kinds == ["m7g.large"]:
        nodes.set("ami_type", "AL2023_ARM_64_STANDARD", False)
    least, wished, most = s.pick((1, 2, 3), (2, 3, 5), (3, 3, 6))
    scaling = nodes.block(
        "scaling_config",
        Say(
            np=f"{wished} nodes (at least {least}, at most {most})",
            do=f"run {wished} nodes, scaling from {least} to {most}",
        ),
    )
    scaling.implied("min_size", least).implied("desired_size", wished).implied("max_size", most)
    for addon in s.some(["vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver"], 1, 4):
        node = s.resource(
            "aws_eks_addon",
            "addon",
            addon.replace("-", "_"),
            of=main,
            say=Say(np=f"the {addon} addon", do=f"{{install|add}} the {addon} addon"),
        )
        node.link("cluster_name", main, "name").implied("addon_name", addon)
    if s.may(0.6):
        pod_identity(s, main, s.pick("orders", "external-dns", "uploader"))
    for app in s.some(["web", "api", "worker"], 1, 2) if s.may(0.7) else ():
        repository(s, app)
    if s.may(0.4):
        s.output("cluster_endpoint", main.ref("endpoint"), "the endpoint of the cluster")


@blueprint("ecs", "elb", "ecr", "vpc", weight=5)
def container_platform(s: Scene) -> None:
    """A service on Fargate in a network of its own, behind a balancer, with secrets and scaling."""
    s.purpose = s.pick("for our backend", "for the customer portal", "for a new product", "")
    main, public, nets = routed(s, said=s.may(0.3))
    front = group(s, main, "alb", s.pick(80, 443), "0.0.0.0/0")
    port = s.pick(8080, 3000, 8000)
    inner = group(s, main, "app", port, front)
    images = repository(s, "app")
    if s.may(0.5):
        images.block("image_scanning_configuration").set(
            "scan_on_push", True, Say(np="scanning on push", do="scan images on push", that="scans images on push")
        )
    lb = balancer(s, public, front)
    backend = targets(s, main, "app", port=port, kind="ip")
    ear = listener(s, lb, backend)
    home = cluster(s)
    definition = task(s, "app", "placeholder", port)
    for setting in definition.settings():
        if setting.name == "container_definitions" and isinstance(setting.value, Json):
            setting.value.value[0]["image"] = Template(images.ref("repository_url"), ":latest")
            setting.say = Say(
                np=f"a container from the ECR repository on port {port}",
                that=f"runs the image from the ECR repository on port {port}",
                demand=(
                    Attribute(
                        ("container_definitions",), Operator.MATCHES, f'"containerPort": *{port}[,}} ]', unknown=True
                    ),
                    parts.refers(images, "container_definitions"),
                ),
            )
    if s.may(0.5):
        secret = s.resource("aws_secretsmanager_secret", "{secret|Secrets Manager secret}", "app")
        secret.named("name", f"{project(s)}/app")
    service = s.resource("aws_ecs_service", "{ECS service|Fargate service}", "app").named(
        "name", resource_name(s, "app")
    )
    service.link("cluster", home, "id", Say(post="in <it>")).link("task_definition", definition, "arn")
    service.set("launch_type", "FARGATE", Say(np="launch type FARGATE", that="runs on Fargate"))
    count = s.pick(2, 2, 3, 4)
    service.set("desired_count", count, Say(np=f"{count} tasks", do=f"run {count} tasks", that=f"runs {count} tasks"))
    net = service.block("network_configuration")
    net.set(
        "subnets",
        nets_of(nets),
        Say(
            np="the private subnets", do="place its tasks in the private subnets", demand=parts.refers(nets, "subnets")
        ),
    )
    net.link("security_groups", inner, "id", wrap=True)
    tie = service.block(
        "load_balancer",
        Say(
            np="the target group attached",
            do="register it with the target group",
            that="is registered with the target group",
        ),
    )
    tie.link("target_group_arn", backend, "arn", Say(implied=True))
    tie.set("container_name", "app", False, extract=False).set("container_port", port, False, extract=False)
    service.depends_on = (ear,)
    if s.may(0.5):
        least, most = s.pick((2, 4), (2, 8), (3, 10))
        scale = s.resource(
            "aws_appautoscaling_target",
            "",
            "app",
            of=service,
            say=Say(np=f"autoscaling from {least} to {most} tasks", do=f"scale it from {least} to {most} tasks"),
        )
        scale.implied("min_capacity", least).implied("max_capacity", most)
        scale.set("service_namespace", "ecs", False, extract=False)
        scale.set("scalable_dimension", "ecs:service:DesiredCount", False, extract=False)
        scale.set("resource_id", Template("service/", home.ref("name"), "/", service.ref("name")), False)
    if s.may(0.4):
        s.output("url", lb.ref("dns_name"), "the load balancer's DNS name")


@blueprint("ecs", "autoscaling", weight=3)
def containers_on_instances(s: Scene) -> None:
    """ECS on EC2: instances of a group as capacity of the cluster."""
    home = cluster(s)
    ami = look(
        s, "aws_ssm_parameter", "ecs_ami", name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    )
    _, nets = parts.network(s, 2, said=s.may(0.4))
    for net in nets:
        net.said = nets[0].said
    role = parts.execution_role(s, "ec2", "ecs_instance")
    parts.attach(s, role, "service-role/AmazonEC2ContainerServiceforEC2Role")
    profile = s.resource("aws_iam_instance_profile", "instance profile", "ecs", said=False)
    profile.named("name", resource_name(s, "ecs-instance")).link("role", role, "name")
    template = s.resource("aws_launch_template", "launch template", "ecs").named("name", resource_name(s, "ecs"))
    template.set(
        "image_id",
        ami.ref("value"),
        Say(
            np="the {recommended|latest} ECS-optimized AMI {from SSM|looked up in SSM|}",
            do="use the ECS-optimized AMI",
            demand=parts.refers(ami, "image_id"),
        ),
        extract=False,
    )
    template.set("instance_type", s.pick("t3.medium", "m6i.large", "c6i.large"), True)
    template.block("iam_instance_profile").link("arn", profile, "arn")
    template.set(
        "user_data",
        parts.encoded(Template("#!/bin/bash\necho ECS_CLUSTER=", home.ref("name"), " >> /etc/ecs/ecs.config\n")),
        Say(
            np="user data that joins the {ECS |}cluster",
            do="join the {ECS |}cluster in its user data",
            demand=Attribute(("user_data",), Operator.SET),
        ),
    )
    fleet = s.resource("aws_autoscaling_group", "{auto scaling group|ASG}", "ecs").named(
        "name", resource_name(s, "ecs-asg")
    )
    least, most = s.pick((1, 3), (1, 5), (2, 6), (0, 4))
    fleet.set("min_size", least, Say(np=f"a minimum of {least}", do=f"run at least {least}"))
    fleet.set("max_size", most, Say(np=f"a maximum of {most}", do=f"run at most {most}"))
    fleet.set(
        "vpc_zone_identifier",
        [n.ref() for n in nets],
        Say(post="in the subnets", demand=parts.refers(nets[0], "vpc_zone_identifier")) if nets[0].said else False,
    )
    managed = s.may(0.5)
    fleet.set("protect_from_scale_in", True, False) if managed else None
    chosen = fleet.block("launch_template", Say(np="the launch template", that="uses the launch template"))
    chosen.link("id", template, "id", Say(implied=True)).set("version", "$Latest", False, extract=False)
    tag = fleet.block("tag")
    for name, value in (("key", "AmazonECSManaged"), ("value", "true"), ("propagate_at_launch", True)):
        tag.set(name, value, False, extract=False)
    provider = s.resource("aws_ecs_capacity_provider", "{ECS capacity provider|capacity provider}", "ec2")
    provider.named("name", resource_name(s, "ec2"))
    inner = provider.block("auto_scaling_group_provider")
    inner.link(
        "auto_scaling_group_arn",
        fleet,
        "arn",
        Say(post="for <it>", np="<it> behind it", that="is backed by <it>"),
    )
    if managed:
        inner.set(
            "managed_termination_protection",
            "ENABLED",
            Say(np="managed termination protection", do="enable managed termination protection"),
        )
    goal = s.pick(80, 90, 100)
    scaling = inner.block(
        "managed_scaling",
        Say(
            np=f"managed scaling with a target of {goal} percent", do=f"let ECS scale it to {goal} percent utilization"
        ),
    )
    scaling.implied("status", "ENABLED").implied("target_capacity", goal)
    tie = s.resource(
        "aws_ecs_cluster_capacity_providers",
        "",
        "main",
        of=home,
        say=Say(np="the capacity provider attached", do="attach the capacity provider to {it|the cluster}"),
    )
    tie.link("cluster_name", home, "name").link("capacity_providers", provider, "name", Say(implied=True), wrap=True)
    use = tie.block("default_capacity_provider_strategy")
    use.link("capacity_provider", provider, "name").set("weight", 100, False).set("base", 1, False)
    if s.may(0.6):
        work = s.resource("aws_ecs_task_definition", "{ECS task definition|task definition}", "app").named(
            "family", resource_name(s, "app")
        )
        work.set("requires_compatibilities", ["EC2"], Say(post="for EC2", np="EC2 compatibility"))
        work.set("network_mode", "bridge", Say(np="bridge networking") if s.may() else False, extract=False)
        image, port = s.pick(("nginx:1.27", 80), ("httpd:2.4", 80), ("redis:7", 6379))
        box = {
            "name": "app",
            "image": image,
            "cpu": 256,
            "memory": 512,
            "essential": True,
            "portMappings": [{"containerPort": port, "hostPort": 0}],
        }
        work.set(
            "container_definitions",
            Json([box]),
            Say(
                np=f"a container from {image}",
                that=f"runs {image}",
                demand=Attribute(("container_definitions",), Operator.INCLUDES, image),
            ),
        )
        service = s.resource("aws_ecs_service", "{ECS service|service}", "app").named("name", resource_name(s, "app"))
        service.link("cluster", home, "id", Say(post="in <it>")).link("task_definition", work, "arn")
        service.set("desired_count", s.pick(1, 2, 4), Say(np="{a |}desired count of <v>", do="run <v> of its tasks"))
        plan = service.block(
            "capacity_provider_strategy",
            Say(
                np="the capacity provider", do="place it on the capacity provider", that="runs on the capacity provider"
            ),
        )
        plan.link("capacity_provider", provider, "name", Say(implied=True)).set("weight", 1, False)


@blueprint("cognito", "apigateway", "lambda", "dynamodb", "cloudfront", weight=4)
def serverless_app(s: Scene) -> None:
    """A single page application: site, CDN, sign-in, API, table."""
    s.purpose = s.pick("for our single page app", "for the member area", "for a side project", "")
    site, control = origin_bucket(s)
    cdn = distribution(s, site, site.ref("bucket_regional_domain_name"), "bucket", control=control)
    cached(cdn)
    readable(s, site, cdn)
    pool = s.resource("aws_cognito_user_pool", "{Cognito user pool|user pool}", "main").named(
        "name", resource_name(s, "users")
    )
    if s.may(0.6):
        pool.set("username_attributes", ["email"], Say(np="sign-in by email", do="let users sign in by email"))
    if s.may(0.4):
        pool.set("auto_verified_attributes", ["email"], Say(np="verified email addresses", do="verify email addresses"))
    client = s.resource("aws_cognito_user_pool_client", "{app client|user pool client}", "web").named(
        "name", resource_name(s, "web")
    )
    client.link("user_pool_id", pool, "id")
    store = table(s)
    main, access = function(s, "api", share=0.3)
    reads_table(s, access, store)
    api = http_api(s, "app")
    http_stage(s, api)
    judge = s.resource(
        "aws_apigatewayv2_authorizer",
        "{JWT authorizer|authorizer}",
        "cognito",
        of=api,
        say=Say(np="a JWT authorizer for the user pool", do="protect it with a JWT authorizer for the user pool"),
    )
    judge.link("api_id", api).implied("authorizer_type", "JWT")
    judge.set("identity_sources", ["$request.header.Authorization"], False, extract=False)
    judge.set("name", "cognito", False)
    token = judge.block("jwt_configuration")
    token.link("audience", client, "id", wrap=True)
    token.set(
        "issuer", Template("https://", pool.ref("endpoint")), Say(implied=True, demand=parts.refers(pool, "issuer"))
    )
    http_route(s, api, main, s.pick(["GET /items", "POST /items"], ["$default"], ["ANY /{proxy+}"]), authorizer=judge)
    if s.may(0.4):
        s.output("site", cdn.ref("domain_name"), "the distribution's domain name")
    if s.may(0.4):
        s.output("api_endpoint", api.ref("api_endpoint"), "the API's endpoint")

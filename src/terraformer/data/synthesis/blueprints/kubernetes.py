"""EKS, App Runner."""

from __future__ import annotations

from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.containers import repository
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

_EKS = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly")


@blueprint("eks", "vpc", weight=3)
def eks(s: Scene) -> None:
    """A Kubernetes cluster: nodes or Fargate, addons, access."""
    s.purpose = s.pick("for our microservices", "for the data team", "for staging", "", "")
    vpc, subnets = parts.network(s, s.pick(2, 3), said=s.may(0.4))
    for n in subnets:
        n.said = vpc.said
    role = parts.execution_role(s, "eks", "cluster", said=s.may(0.3), noun="{IAM role for the cluster|cluster role}")
    policy = parts.attach(s, role, "AmazonEKSClusterPolicy", said=role.said)
    main = s.resource("aws_eks_cluster", "{EKS cluster|EKS cluster|Kubernetes cluster in EKS}", "main").named(
        "name", resource_name(s, s.pick("main", "apps", "platform", "k8s"))
    )
    main.link("role_arn", role, "arn", Say(post="using <it>") if role.said else False)
    if s.may(0.6):
        main.set(
            "version",
            s.pick("1.31", "1.32", "1.33"),
            Say(np="{Kubernetes |}version <v>", post="on Kubernetes <v>", that="runs Kubernetes <v>"),
        )
    where = main.block("vpc_config")
    where.set(
        "subnet_ids",
        [n.ref("id") for n in subnets],
        Say(np="the subnets", do="place it in the subnets", demand=parts.refers(subnets[0], "subnet_ids"))
        if vpc.said
        else False,
    )
    if s.may(0.3):
        where.set(
            "endpoint_private_access",
            True,
            Say(np="private {API |}endpoint access", do="enable private {API |}endpoint access"),
        )
    if s.may(0.3):
        kinds = s.pick(["api", "audit"], ["api", "audit", "authenticator"], ["audit"])
        main.set(
            "enabled_cluster_log_types",
            kinds,
            Say(np="control plane logs {for|of} <v>", do="{enable|turn on} the <v> logs"),
        )
    modern = s.may(0.4)
    if modern:
        main.block("access_config").set(
            "authentication_mode",
            s.pick("API", "API_AND_CONFIG_MAP"),
            Say(np="authentication mode <v>", do="use the authentication mode <v>"),
        )
    if s.may(0.25):
        key = parts.kms_key(s, "eks")
        enc = main.block(
            "encryption_config", Say(np="secrets encrypted with the KMS key", do="encrypt secrets with the KMS key")
        )
        enc.set("resources", ["secrets"], False)
        enc.block("provider").link("key_arn", key, "arn", Say(implied=True) if key.said else False)
        s.nodes.remove(key)
        s.nodes.insert(s.nodes.index(main), key)
        s.purpose = ""
    main.depends_on = (policy,)
    if s.may(0.75):
        _nodes(s, main, subnets)
    if s.may(0.25):
        pods = s.resource("aws_iam_role", "", "fargate", said=False).named("name", resource_name(s, "eks-fargate"))
        pods.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": ("eks-fargate-pods.amazonaws.com",)})),
            False,
        )
        parts.attach(s, pods, "AmazonEKSFargatePodExecutionRolePolicy")
        space = s.pick("default", "batch", "jobs")
        profile = s.resource("aws_eks_fargate_profile", "{Fargate profile|EKS Fargate profile}", "main").named(
            "fargate_profile_name", resource_name(s, "fargate")
        )
        profile.link("cluster_name", main, "name").link("pod_execution_role_arn", pods, "arn")
        profile.set("subnet_ids", [n.ref("id") for n in subnets], False)
        profile.block(
            "selector",
            Say(
                np=f"a selector for the namespace {space}",
                do=f"select the namespace {space}",
                post=f"for the namespace {space}",
            ),
        ).implied("namespace", space)
    for name in (
        s.some(["vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent", "aws-ebs-csi-driver"], 1, 3)
        if s.may(0.5)
        else ()
    ):
        addon = s.resource(
            "aws_eks_addon",
            "addon",
            name,
            of=main,
            say=Say(np=f"the {name} {{addon|add-on}}", do=f"{{install|add}} the {name} {{addon|add-on}}"),
        )
        addon.link("cluster_name", main, "name").implied("addon_name", name)
    if modern and s.may(0.7):
        who = s.pick("platform-admins", "developers", "ci-deploy")
        arn = f"arn:aws:iam::123456789012:role/{who}"
        entry = s.resource("aws_eks_access_entry", "{access entry|EKS access entry}", who)
        entry.link("cluster_name", main, "name")
        entry.set("principal_arn", arn, Say(post=f"for the role {who}"))
        level = s.pick("AmazonEKSClusterAdminPolicy", "AmazonEKSViewPolicy")
        joined = s.resource(
            "aws_eks_access_policy_association",
            "access policy",
            who,
            of=entry,
            say=Say(np=f"the access policy {level}", do=f"attach the access policy {level}"),
        )
        joined.link("cluster_name", main, "name").set("principal_arn", entry.ref("principal_arn"), False)
        joined.implied("policy_arn", f"arn:aws:eks::aws:cluster-access-policy/{level}")
        joined.block("access_scope").set("type", "cluster", False, extract=False)
    if s.may(0.25):
        thumb = s.resource("aws_iam_openid_connect_provider", "{IAM OIDC provider|OIDC provider}", "eks")
        thumb.set(
            "url",
            Raw("{0}.identity[0].oidc[0].issuer", (main.ref(""),)),
            Say(post="for the cluster", demand=parts.refers(main, "url")),
        )
        thumb.set("client_id_list", ["sts.amazonaws.com"], False)
    if s.may(0.3):
        s.output("cluster_endpoint", main.ref("endpoint"), "the {cluster endpoint|endpoint of the cluster}")


def _nodes(s: Scene, main: Node, subnets: list[Node]) -> None:
    role = parts.execution_role(s, "ec2", "nodes")
    attached = [parts.attach(s, role, name) for name in _EKS]
    node = s.resource("aws_eks_node_group", "{managed node group|node group|EKS node group}", "workers").named(
        "node_group_name", resource_name(s, s.pick("workers", "general", "nodes"))
    )
    node.link("cluster_name", main, "name", Say(post="for <it>") if s.may(0.4) else False).link(
        "node_role_arn", role, "arn"
    )
    node.set("subnet_ids", [n.ref("id") for n in subnets], False)
    least, wished, most = s.pick((1, 2, 3), (1, 1, 2), (2, 3, 5), (2, 2, 4), (3, 3, 6))
    scaling = node.block(
        "scaling_config",
        Say(
            np=f"{wished} node{'s' * (wished > 1)} (at least {least}, at most {most})",
            do=f"run {wished} node{'s' * (wished > 1)}, scaling from {least} to {most}",
        ),
    )
    scaling.implied("min_size", least).implied("desired_size", wished).implied("max_size", most)
    if s.may(0.7):
        kind = s.pick("t3.medium", "t3.large", "m6i.large", "m7i.xlarge", "c6i.large")
        node.set(
            "instance_types",
            [kind],
            Say(
                np=f"{{{kind} instances|instance type {kind}}}",
                that=f"uses {kind} instances",
                do=f"use {kind} instances",
            ),
        )
    if s.may(0.3):
        node.set(
            "capacity_type",
            "SPOT",
            Say(np="spot capacity", do="use spot {instances|capacity}", that="runs on spot instances"),
        )
    if s.may(0.3):
        node.set("disk_size", s.pick(30, 50, 100), Say(np="disks of <v> GB", do="give nodes <v> GB {of disk|disks}"))
    if s.may(0.25):
        node.set("labels", {"workload": s.pick("general", "batch")}, Say(np="{the |}labels <v>"))
    node.depends_on = tuple(attached)


@blueprint("apprunner", "ecr", weight=1.5)
def app_runner(s: Scene) -> None:
    """A container that runs without a cluster."""
    role = s.pick("web", "api", "docs")
    private = s.may(0.5)
    repo = repository(s, role) if private else None
    main = s.resource("aws_apprunner_service", "{App Runner service|AWS App Runner service}", role).named(
        "service_name", resource_name(s, role)
    )
    source = main.block("source_configuration")
    port = s.pick(80, 3000, 8000, 8080)
    if repo is not None:
        access = s.resource("aws_iam_role", "", "apprunner", said=False).named(
            "name", resource_name(s, "apprunner-ecr")
        )
        access.set(
            "assume_role_policy",
            Document(Statement(("sts:AssumeRole",), principals={"Service": ("build.apprunner.amazonaws.com",)})),
            False,
        )
        parts.attach(s, access, "service-role/AWSAppRunnerServicePolicyForECRAccess")
        source.block("authentication_configuration").link("access_role_arn", access, "arn")
        image = source.block("image_repository")
        image.set(
            "image_identifier",
            Template(repo.ref("repository_url"), ":latest"),
            Say(
                np="the latest image of the repository",
                do="run the latest image of the repository",
                that="runs the latest image of the repository",
                demand=parts.refers(repo, "image_identifier"),
            ),
        )
        image.set("image_repository_type", "ECR", False, extract=False)
    else:
        image = source.block("image_repository")
        image.set(
            "image_identifier",
            "public.ecr.aws/aws-containers/hello-app-runner:latest",
            Say(np="the image <v>", that="runs the image <v>"),
        )
        image.set("image_repository_type", "ECR_PUBLIC", False, extract=False)
    image.block("image_configuration").set("port", str(port), Say(np="port <v>", that="listens on port <v>"))
    if repo is not None and s.may(0.4):
        source.set(
            "auto_deployments_enabled",
            True,
            Say(
                np="automatic deployments",
                do="deploy new images automatically",
                that="deploys new images automatically",
            ),
        )
    else:
        source.set("auto_deployments_enabled", False, False)
    if s.may(0.5):
        cpu, memory = s.pick(("1024", "2048"), ("2048", "4096"), ("256", "512"))
        size = main.block(
            "instance_configuration",
            Say(
                np=f"{cpu} CPU units and {memory} MB of memory", do=f"give it {cpu} CPU units and {memory} MB of memory"
            ),
        )
        size.implied("cpu", cpu).implied("memory", memory)
    if s.may(0.35):
        most = s.pick(3, 5, 10)
        scale = s.resource(
            "aws_apprunner_auto_scaling_configuration_version",
            "{auto scaling configuration|App Runner auto scaling configuration}",
            role,
        )
        scale.named("auto_scaling_configuration_name", resource_name(s, "scaling")[:32].rstrip("-"))
        scale.set("max_size", most, Say(np="at most <v> instances", do="allow at most <v> instances"))
        scale.set(
            "max_concurrency", s.pick(50, 100), Say(np="{a |}concurrency of <v>{ requests|}") if s.may() else False
        )
        main.link("auto_scaling_configuration_arn", scale, "arn", Say(np="<it>", that="uses <it>"))
        s.nodes.remove(scale)
        s.nodes.insert(s.nodes.index(main), scale)
    if s.may(0.4):
        s.output("service_url", main.ref("service_url"), "the {service URL|URL of the service}")

"""CodeBuild, CodePipeline, CodeCommit, CodeDeploy, CodeArtifact."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Condition, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.containers import repository
from terraformer.data.synthesis.blueprints.storage import bucket, private
from terraformer.data.synthesis.blueprints.streaming import role_for
from terraformer.data.synthesis.expressions import Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene

IMAGES = ("aws/codebuild/amazonlinux2-x86_64-standard:5.0", "aws/codebuild/standard:7.0")
_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_SPEC = """version: 0.2
phases:
  build:
    commands:
      - make build
artifacts:
  files:
    - '**/*'
"""


def project(s: Scene, role: str, *, in_pipeline: bool = False, privileged: bool = False) -> tuple[Node, Node]:
    """A build project: (project, its role)."""
    access = parts.execution_role(s, "codebuild", f"{role}_build")
    parts.role_policy(s, access, _LOGS, ("*",))
    main = s.resource("aws_codebuild_project", "{CodeBuild project|CodeBuild build project}", role).named(
        "name", resource_name(s, f"{role}-build")
    )
    main.link("service_role", access, "arn")
    if s.may(0.4):
        main.set(
            "build_timeout",
            s.pick(10, 20, 30, 60),
            Say(
                np="{a |}{build |}timeout of <v> minutes",
                do="stop builds after <v> minutes",
                that="times out after <v> minutes",
            ),
        )
    main.block("artifacts").set("type", "CODEPIPELINE" if in_pipeline else "NO_ARTIFACTS", False, extract=False)
    env = main.block("environment")
    size = s.pick("BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_SMALL", "BUILD_GENERAL1_MEDIUM", "BUILD_GENERAL1_LARGE")
    word = size.rpartition("_")[2].lower()
    env.set(
        "compute_type",
        size,
        Say(
            np=f"{{a {word} build machine|compute type {size}}}",
            do=f"use {{a {word} build machine|compute type {size}}}",
        )
        if s.may(0.7)
        else False,
    )
    env.set(
        "image",
        s.pick(*IMAGES),
        Say(np="the {build |}image <v>", do="build {in|with} the image <v>") if s.may(0.6) else False,
    )
    env.set("type", "LINUX_CONTAINER", False, extract=False)
    if privileged:
        env.set(
            "privileged_mode",
            True,
            Say(np="privileged mode", do="run builds in privileged mode", that="runs in privileged mode"),
        )
    if s.may(0.35):
        name, value = s.pick(("STAGE", "prod"), ("NODE_ENV", "test"), ("CI", "true"))
        env.block(
            "environment_variable", Say(np=f"the environment variable {name}={value}", do=f"set {name} to {value}")
        ).implied("name", name).implied("value", value)
    return main, access


@blueprint("codebuild", weight=2)
def build_project(s: Scene) -> None:
    """A project that builds what is on GitHub or in CodeCommit, images pushed to ECR at times."""
    role = s.pick("app", "website", "backend", "docs")
    images = s.may(0.3)
    repo = repository(s, role) if images else None
    main, access = project(s, role, privileged=images)
    if repo is not None:
        parts.role_policy(
            s,
            access,
            ("ecr:BatchCheckLayerAvailability", "ecr:PutImage", "ecr:InitiateLayerUpload"),
            (repo.ref("arn"),),
        )
    kind = s.pick("GITHUB", "GITHUB", "CODECOMMIT")
    source = main.block("source")
    place = (
        f"https://github.com/acme/{role}.git"
        if kind == "GITHUB"
        else f"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/{role}"
    )
    source.set(
        "type",
        kind,
        Say(
            np=f"{'GitHub' if kind == 'GITHUB' else 'CodeCommit'} as {{its |the |}}source",
            that=f"builds from {'GitHub' if kind == 'GITHUB' else 'CodeCommit'}",
        ),
    )
    source.set("location", place, Say(np="{the |}source location <v>", do="build what is in <v>"))
    if s.may(0.5):
        source.set(
            "buildspec",
            s.pick("buildspec.yml", "ci/buildspec.yml"),
            Say(np="{the |}buildspec <v>", do="use the buildspec <v>"),
        )
    if s.may(0.3):
        logs = main.block("logs_config").block(
            "cloudwatch_logs", Say(np=f"logs in /codebuild/{role}", do=f"log to /codebuild/{role}")
        )
        logs.implied("group_name", f"/codebuild/{role}")
    if s.may(0.3):
        cache = main.block("cache", Say(np="a local cache", do="cache sources and layers locally"))
        cache.implied("type", "LOCAL").set("modes", ["LOCAL_SOURCE_CACHE", "LOCAL_DOCKER_LAYER_CACHE"], False)
    if kind == "GITHUB" and s.may(0.4):
        event = s.pick("PUSH", "PULL_REQUEST_CREATED")
        words = "push" if event == "PUSH" else "pull request"
        hook = s.resource(
            "aws_codebuild_webhook",
            "webhook",
            role,
            of=main,
            say=Say(
                np=f"a webhook that builds on every {words}",
                do=f"build on every {words}",
                that=f"builds on every {words}",
            ),
        )
        hook.link("project_name", main, "name").set("build_type", "BUILD", False)
        hook.block("filter_group").block("filter").set("type", "EVENT", False, extract=False).implied("pattern", event)


@blueprint("codepipeline", "codebuild", "s3", weight=2)
def pipeline(s: Scene) -> None:
    """Source, build and deployment in stages."""
    role = s.pick("app", "website", "api")
    store = bucket(s, "{S3 bucket for artifacts|artifact bucket|S3 bucket}", "artifacts")
    if s.may(0.3):
        private(s, store)
    hosted = s.may(0.5)
    site = bucket(s, "{website bucket|bucket for the website}", "site") if s.may(0.35) else None
    if hosted:
        origin = s.resource("aws_codecommit_repository", "{CodeCommit repository|CodeCommit repo}", role).named(
            "repository_name", resource_name(s, role)
        )
        origin_words = "the CodeCommit repository"
    else:
        # One that is there already: with the ARN of a new one, nothing of the action's configuration would be planned.
        existing = s.pick("github", "acme-github", "github-main")
        origin = s.data("aws_codestarconnections_connection", "", "github")
        origin.set("name", existing, False, extract=False)
        origin_words = (
            f"the GitHub repository acme/{role} {{through|over|using}} {{our|the}} existing connection {existing}"
        )
    build, build_role = project(s, role, in_pipeline=True)
    source = build.block("source")
    source.set("type", "CODEPIPELINE", False, extract=False).set("buildspec", _SPEC, False, extract=False)
    files = (store.ref("arn"), Template(store.ref("arn"), "/*"))
    parts.role_policy(s, build_role, ("s3:GetObject", "s3:PutObject"), files)
    access = parts.execution_role(s, "codepipeline", "pipeline")
    parts.role_policy(s, access, ("s3:GetObject", "s3:PutObject", "s3:GetBucketVersioning"), files)
    parts.role_policy(s, access, ("codebuild:StartBuild", "codebuild:BatchGetBuilds"), (build.ref("arn"),))
    main = s.resource("aws_codepipeline", "{CodePipeline pipeline|AWS CodePipeline pipeline}", role)
    main.named("name", resource_name(s, f"{role}-pipeline"))
    main.link("role_arn", access, "arn")
    if s.may(0.4):
        main.set("pipeline_type", "V2", Say(np="pipeline type V2", post="of type V2"))
    keep = main.block("artifact_store")
    keep.link(
        "location",
        store,
        "bucket",
        Say(
            np="<it> {as artifact store|for its artifacts}",
            do="keep artifacts in <it>",
            that="keeps its artifacts in <it>",
        ),
    )
    keep.set("type", "S3", False, extract=False)
    branch = s.pick("main", "main", "release", "develop")
    wanted: list[Condition] = [Attribute(("configuration", "BranchName"), Operator.EQUALS, branch)]
    if hosted:
        wanted.append(parts.refers(origin, "configuration"))
    else:
        wanted.append(parts.refers(origin, "configuration"))
        wanted.append(Attribute(("configuration", "FullRepositoryId"), Operator.EQUALS, f"acme/{role}"))
    _stage(
        main,
        "Source",
        "CodeCommit" if hosted else "CodeStarSourceConnection",
        "Source",
        {"RepositoryName": origin.ref("repository_name"), "BranchName": branch}
        if hosted
        else {"ConnectionArn": origin.ref("arn"), "FullRepositoryId": f"acme/{role}", "BranchName": branch},
        demand=tuple(wanted),
        outputs=["source"],
        say=Say(
            np=f"a source stage {{from|for}} the {branch} branch of {origin_words}",
            do=f"take the source from the {branch} branch of {origin_words}",
        ),
    )
    if s.may(0.25):
        _stage(
            main,
            "Approve",
            "Manual",
            "Approval",
            {},
            say=Say(np="a manual approval {stage|step}", do="ask for {a |}manual approval before the build"),
        )
    _stage(
        main,
        "Build",
        "CodeBuild",
        "Build",
        {"ProjectName": build.ref("name")},
        inputs=["source"],
        demand=(parts.refers(build, "configuration"),),
        outputs=["build"],
        say=Say(np="a build stage with the {CodeBuild |}project", do="build with the {CodeBuild |}project"),
    )
    if site is not None:
        _stage(
            main,
            "Deploy",
            "S3",
            "Deploy",
            {"BucketName": site.ref("bucket"), "Extract": "true"},
            demand=(parts.refers(site, "configuration"),),
            inputs=["build"],
            say=Say(np="a deploy stage to the website bucket", do="deploy to the website bucket"),
        )


def _stage(
    main: Node,
    name: str,
    provider: str,
    category: str,
    options: dict[str, object],
    *,
    say: Say,
    inputs: list[str] | None = None,
    outputs: list[str] | None = None,
    demand: tuple[Condition, ...] = (),
) -> None:
    stage = main.block("stage", say)
    stage.implied("name", name)
    action = stage.block("action")
    action.set("name", name, False, extract=False).set("category", category, False, extract=False)
    action.set("owner", "AWS", False, extract=False).implied("provider", provider)
    action.set("version", "1", False, extract=False)
    if inputs:
        action.set("input_artifacts", inputs, False)
    if outputs:
        action.set("output_artifacts", outputs, False)
    if options:
        action.set("configuration", options, Say(implied=True, demand=demand) if demand else False)


@blueprint("codecommit", "sns")
def git_repository(s: Scene) -> None:
    """A repository, its trigger, rules for approval."""
    role = s.pick("infrastructure", "website", "backend", "scripts")
    topic = (
        s.resource("aws_sns_topic", "{SNS topic|topic}", "commits").named("name", resource_name(s, "commits"))
        if s.may(0.4)
        else None
    )
    main = s.resource(
        "aws_codecommit_repository", "{CodeCommit repository|CodeCommit repo|Git repository in CodeCommit}", role
    ).named("repository_name", resource_name(s, role))
    if s.may(0.5):
        main.set("description", s.pick("Terraform code", "Our website", "Shared scripts"))
    if s.may(0.4):
        main.set("default_branch", s.pick("main", "trunk"), Say(np="{the |}default branch <v>"))
    if topic is not None:
        trigger = s.resource(
            "aws_codecommit_trigger",
            "trigger",
            role,
            of=main,
            say=Say(
                np="a trigger that notifies the topic",
                do="notify the topic of all changes",
                that="notifies the topic of changes",
            ),
        )
        trigger.link("repository_name", main, "repository_name")
        inner = trigger.block("trigger")
        inner.set("name", "all", False, extract=False).set("events", ["all"], False).link(
            "destination_arn", topic, "arn", Say(implied=True)
        )


@blueprint("codedeploy", weight=1.5)
def deployments(s: Scene) -> None:
    """An application that CodeDeploy brings to servers or functions."""
    role = s.pick("web", "api", "shop")
    platform, shown = s.pick(("Server", "servers"), ("Lambda", "Lambda"))
    app = s.resource("aws_codedeploy_app", "{CodeDeploy application|CodeDeploy app}", role).named(
        "name", resource_name(s, role)
    )
    app.set("compute_platform", platform, Say(post=f"for {shown}", np="compute platform <v>"))
    access = role_for(s, "codedeploy.amazonaws.com", "codedeploy")
    parts.attach(
        s,
        access,
        "service-role/AWSCodeDeployRole" if platform == "Server" else "service-role/AWSCodeDeployRoleForLambda",
    )
    settings = None
    if platform == "Server" and s.may(0.4):
        percent = s.pick(50, 75, 90)
        settings = s.resource(
            "aws_codedeploy_deployment_config", "{deployment configuration|CodeDeploy deployment configuration}", role
        ).named("deployment_config_name", resource_name(s, "careful"))
        healthy = settings.block(
            "minimum_healthy_hosts",
            Say(
                np=f"at least {percent} percent healthy hosts",
                do=f"keep {percent} percent of the hosts healthy",
                that=f"keeps {percent} percent of the hosts healthy",
            ),
        )
        healthy.set("type", "FLEET_PERCENT", False, extract=False).implied("value", percent)
    group = s.resource("aws_codedeploy_deployment_group", "{deployment group|CodeDeploy deployment group}", role).named(
        "deployment_group_name", resource_name(s, role)
    )
    group.link("app_name", app, "name", Say(post="{for|in} <it>")).link("service_role_arn", access, "arn")
    if settings is not None:
        group.link("deployment_config_name", settings, "id", Say(np="<it>", that="uses <it>"))
    elif s.may(0.6):
        name = (
            s.pick("CodeDeployDefault.OneAtATime", "CodeDeployDefault.AllAtOnce", "CodeDeployDefault.HalfAtATime")
            if platform == "Server"
            else s.pick("CodeDeployDefault.LambdaAllAtOnce", "CodeDeployDefault.LambdaCanary10Percent5Minutes")
        )
        group.set(
            "deployment_config_name",
            name,
            Say(np="{the |}deployment configuration <v>", do="deploy by <v>", that="deploys by <v>"),
        )
    if platform == "Server":
        value = s.pick("web", "app", "prod")
        tags = group.block("ec2_tag_set").block(
            "ec2_tag_filter",
            Say(
                np=f"instances tagged Role={value} {{as targets|}}",
                do=f"deploy to instances tagged Role={value}",
                that=f"deploys to instances tagged Role={value}",
            ),
        )
        tags.implied("key", "Role").implied("value", value).set("type", "KEY_AND_VALUE", False, extract=False)
    else:
        style = group.block("deployment_style")
        style.set("deployment_option", "WITH_TRAFFIC_CONTROL", False, extract=False).set(
            "deployment_type", "BLUE_GREEN", False, extract=False
        )
    if s.may(0.5):
        back = group.block(
            "auto_rollback_configuration",
            Say(
                np="automatic rollback {on failure|of failed deployments}",
                do="roll back {failed deployments|on failure} automatically",
                that="rolls back failed deployments",
            ),
        )
        back.implied("enabled", True).implied("events", ["DEPLOYMENT_FAILURE"])


@blueprint("codeartifact")
def packages(s: Scene) -> None:
    """A domain and repositories for packages."""
    key = parts.kms_key(s, "artifacts") if s.may(0.25) else None
    domain = s.resource("aws_codeartifact_domain", "CodeArtifact domain", "main").named(
        "domain", s.pick("acme", "platform", "engineering")
    )
    if key is not None:
        domain.link("encryption_key", key, "arn", Say(post="encrypted with <it>"))
    upstream = None
    if s.may(0.5):
        name = s.pick("npmjs", "pypi", "maven-central")
        connection = {"npmjs": "public:npmjs", "pypi": "public:pypi", "maven-central": "public:maven-central"}[name]
        upstream = s.resource(
            "aws_codeartifact_repository", "{upstream repository|CodeArtifact repository}", "upstream"
        ).named("repository", name, True)
        upstream.link("domain", domain, "domain", Say(post="in <it>"))
        upstream.block(
            "external_connections",
            Say(
                np=f"an external connection to {connection}",
                do=f"connect it to {connection}",
                that=f"connects to {connection}",
            ),
        ).implied("external_connection_name", connection)
    main = s.resource(
        "aws_codeartifact_repository", "{CodeArtifact repository|repository for our packages}", "internal"
    ).named("repository", resource_name(s, "internal"))
    main.link("domain", domain, "domain", Say(post="in <it>"))
    if upstream is not None:
        main.block(
            "upstream", Say(np="the other repository as upstream", do="use the other repository as upstream")
        ).link("repository_name", upstream, "repository", Say(implied=True))
    if s.may(0.4):
        main.set("description", s.pick("Internal packages", "Shared libraries"))

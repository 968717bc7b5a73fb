"""Machine images and disks: AMIs, snapshots, Image Builder, defaults of an account."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis import parts
from terraformer.data.synthesis.blueprints.compute import instance
from terraformer.data.synthesis.expressions import Document, Raw, Statement, Template
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Say, Scene


@blueprint("ec2")
def image_copies(s: Scene) -> None:
    """An AMI of an instance, or a copy from elsewhere."""
    if s.may(0.5):
        main = instance(s)
        made = s.resource("aws_ami_from_instance", "AMI", "golden")
        made.named("name", resource_name(s, "golden-image"))
        made.link("source_instance_id", main, say="from <it>")
        if s.may(0.4):
            made.set("snapshot_without_reboot", True, Say(np="no reboot", do="take it without a reboot"))
    else:
        source, here = s.pick(("us-west-2", "us-east-1"), ("eu-west-1", "eu-central-1"))
        s.in_region(here, s.may(0.7))
        made = s.resource("aws_ami_copy", "{AMI copy|copy of an AMI}", "copy")
        made.named("name", resource_name(s, "base-image"))
        made.set("source_ami_id", f"ami-0{s.rng.getrandbits(64):016x}", Say(post="of <v>", np="the source AMI <v>"))
        made.set("source_ami_region", source, Say(post="from <v>", np="source region <v>"), extract=False)
        if s.may(0.5):
            made.set("encrypted", True, Say(np="encryption", do="encrypt it", that="is encrypted"))
    if s.may(0.4):
        account = s.pick("111122223333", "210987654321")
        grant = s.resource(
            "aws_ami_launch_permission",
            "",
            "share",
            of=made,
            say=Say(np=f"launch permission for account {account}", do=f"share it with account {account}"),
        )
        grant.link("image_id", made).implied("account_id", account)


@blueprint("ec2", "ebs")
def account_defaults(s: Scene) -> None:
    """Defaults of an account and region: encrypted disks, IMDSv2."""
    done = s.some(["ebs", "imds", "serial", "ami"], 1, 3)
    if "ebs" in done:
        node = s.resource(
            "aws_ebs_encryption_by_default",
            "{account setting for EBS encryption by default|setting that turns on EBS encryption by default}",
            "main",
        )
        node.set("enabled", True, False, extract=False)
        if s.may(0.5):
            key = parts.kms_key(s, "ebs")
            chosen = s.resource("aws_ebs_default_kms_key", "{default EBS key|default KMS key for EBS}", "main")
            chosen.link("key_arn", key, "arn", say="{set to|using} <it>")
    if "imds" in done:
        node = s.resource(
            "aws_ec2_instance_metadata_defaults", "{default for instance metadata|instance metadata default}", "main"
        )
        node.set("http_tokens", "required", Say(np="IMDSv2 required", do="require IMDSv2", that="requires IMDSv2"))
        if s.may(0.5):
            node.set(
                "http_put_response_hop_limit", s.pick(1, 2), Say(np="a hop limit of <v>", do="set the hop limit to <v>")
            )
    if "serial" in done:
        node = s.resource(
            "aws_ec2_serial_console_access", "{serial console access setting|EC2 serial console access setting}", "main"
        )
        node.set("enabled", False, Say(that="keeps it {off|disabled}", do="disable it"))
    if "ami" in done:
        node = s.resource(
            "aws_ec2_image_block_public_access", "{block on public AMI sharing|public access block for AMIs}", "main"
        )
        node.set("state", "block-new-sharing", False, extract=False)


@blueprint("ec2", "dlm")
def snapshots(s: Scene) -> None:
    """Daily snapshots of tagged volumes by the lifecycle manager."""
    role = s.resource("aws_iam_role", "IAM role", "dlm", said=False)
    role.named("name", resource_name(s, "dlm-role"))
    role.set(
        "assume_role_policy",
        Document(Statement(("sts:AssumeRole",), principals={"Service": ("dlm.amazonaws.com",)})),
        False,
    )
    parts.attach(s, role, "service-role/AWSDataLifecycleManagerServiceRole")
    node = s.resource(
        "aws_dlm_lifecycle_policy", "{DLM lifecycle policy|EBS snapshot policy|Data Lifecycle Manager policy}", "daily"
    )
    node.set("description", s.pick("Daily snapshots", "EBS snapshots", "Volume backups"), None)
    node.link("execution_role_arn", role, "arn")
    node.set("state", "ENABLED", False)
    body = node.block("policy_details")
    body.set("resource_types", ["VOLUME"], False)
    tag, value = s.pick(("Backup", "true"), ("Snapshot", "daily"), ("Environment", "prod"))
    body.set(
        "target_tags",
        {tag: value},
        Say(
            np=f"volumes tagged {tag}={value} as targets",
            do=f"snapshot {{all |}}volumes tagged {tag}={value}",
            that=f"snapshots volumes tagged {tag}={value}",
        ),
        extract=False,
    )
    plan = body.block("schedule")
    plan.set("name", "daily", False, extract=False)
    hours, keep, at = s.pick(12, 24, 24), s.pick(7, 14, 30), s.pick("02:00", "03:00", "23:45")
    every = "a day" if hours == 24 else "every 12 hours"
    create = plan.block(
        "create_rule",
        Say(
            np=f"one snapshot {every} at {at} UTC".replace("every 12 hours at", "every 12 hours from"),
            do=f"{{take|make}} {'one ' + every if hours == 24 else 'them every 12 hours'} at {at}",
        ),
    )
    create.implied("interval", hours).set("interval_unit", "HOURS", False).implied("times", [at])
    plan.block(
        "retain_rule",
        Say(
            np=f"the last {keep} snapshots kept",
            do=f"keep the last {keep} {{snapshots|}}",
            that=f"keeps the last {keep} snapshots",
        ),
    ).implied("count", keep)


@blueprint("imagebuilder", "iam", weight=2)
def image_pipeline(s: Scene) -> None:
    """A component, a recipe, where it is built, when, and for whom."""
    s.purpose = s.pick("for our golden images", "for hardened base images", "", "")
    role = parts.execution_role(s, "ec2", "image_builder")
    parts.attach(s, role, "EC2InstanceProfileForImageBuilder")
    parts.attach(s, role, "AmazonSSMManagedInstanceCore")
    profile = s.resource("aws_iam_instance_profile", "instance profile", "image_builder", said=False)
    profile.named("name", resource_name(s, "image-builder")).link("role", role, "name")
    what, steps = s.pick(
        ("nginx", "dnf install -y nginx"),
        ("the CloudWatch agent", "dnf install -y amazon-cloudwatch-agent"),
        ("Docker", "dnf install -y docker"),
    )
    component = s.resource("aws_imagebuilder_component", "{Image Builder component|component}", "install")
    component.named("name", resource_name(s, "install"))
    component.set("platform", "Linux", Say(np="platform Linux", post="for Linux") if s.may(0.4) else False)
    component.set("version", "1.0.0", None if s.may() else False)
    component.set(
        "data",
        Raw(
            "yamlencode({\n"
            "schemaVersion = 1.0\n"
            "phases = [{\n"
            'name = "build"\n'
            "steps = [{\n"
            'action = "ExecuteBash"\n'
            'name = "install"\n'
            f'inputs = {{\ncommands = ["{steps}"]\n}}\n'
            "}]\n"
            "}]\n"
            "})"
        ),
        Say(
            that=f"installs {what}",
            do=f"install {what} with it",
            demand=Attribute(("data",), Operator.INCLUDES, steps.rpartition(" ")[2]),
        ),
    )
    recipe = s.resource("aws_imagebuilder_image_recipe", "{image recipe|Image Builder recipe}", "main")
    recipe.named("name", resource_name(s, "recipe"))
    recipe.set("version", s.pick("1.0.0", "1.0.1", "2.0.0"), None)
    region = s.data("aws_region", "", "current")
    recipe.set(
        "parent_image",
        Template("arn:aws:imagebuilder:", region.ref("region"), ":aws:image/amazon-linux-2023-x86/x.x.x"),
        False,
    )
    used = Say(np="the component", do="use the component", that="uses the component")
    recipe.block("component", used).link("component_arn", component, "arn", Say(implied=True))
    if s.may(0.4):
        size = s.pick(20, 30, 50)
        words = f"a {size} GB gp3 root volume"
        disk = recipe.block("block_device_mapping", Say(np=words, do=f"give it {words}"))
        disk.set("device_name", "/dev/xvda", False, extract=False)
        disk.block("ebs").implied("volume_size", size).implied("volume_type", "gp3")
    place = s.resource("aws_imagebuilder_infrastructure_configuration", "infrastructure configuration", "main")
    place.named("name", resource_name(s, "infrastructure"))
    place.link("instance_profile_name", profile, "name")
    kind = s.pick("t3.medium", "m5.large", "t3.large")
    place.set("instance_types", [kind], Say(np="instance type <v>", do="build on <v> {instances|}"))
    if s.may(0.5):
        place.set(
            "terminate_instance_on_failure",
            True,
            Say(np="the instance terminated on failure", do="terminate the instance on failure"),
        )
    share = None
    if s.may(0.5):
        share = s.resource("aws_imagebuilder_distribution_configuration", "distribution configuration", "main")
        share.named("name", resource_name(s, "distribution"))
        for target in s.some(["us-east-1", "us-west-2", "eu-west-1"], 1, 2):
            to = share.block(
                "distribution",
                Say(
                    np=f"a distribution to {target}",
                    do=f"distribute {{the image|AMIs}} to {target}",
                    that=f"distributes {{AMIs |}}to {target}",
                ),
            )
            to.implied("region", target)
            to.block("ami_distribution_configuration").set("name", "golden-{{ imagebuilder:buildDate }}", False)
    line = s.resource(
        "aws_imagebuilder_image_pipeline", "{image pipeline|Image Builder pipeline|EC2 Image Builder pipeline}", "main"
    )
    line.named("name", resource_name(s, "pipeline"))
    line.link("image_recipe_arn", recipe, "arn")
    line.link("infrastructure_configuration_arn", place, "arn")
    if share is not None:
        line.link("distribution_configuration_arn", share, "arn")
    if s.may(0.6):
        text, cron = s.pick(
            ("every Sunday at midnight UTC", "cron(0 0 ? * sun *)"),
            ("every day at 03:00 UTC", "cron(0 3 * * ? *)"),
            ("on the first of every month at 04:00 UTC", "cron(0 4 1 * ? *)"),
        )
        line.block(
            "schedule", Say(np=f"a schedule that runs it {text}", do=f"run it {text}", that=f"runs {text}")
        ).implied("schedule_expression", cron)

"""Compute: instances, launch templates, auto scaling groups."""

from __future__ import annotations

from terraformer.data.intents import RefersTo
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.additions import (
    WHY_SAFE,
    append,
    ascii_name,
    beside,
    changeable,
    every,
    get,
    ignored,
    put,
    refers,
    resource,
)
from terraformer.data.mutation.base import Change, Say, Target, added, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.naming import Code, Words


@operator("ec2", "aws_instance", weight=1.2)
def instance_monitoring(t: Target) -> Change | None:
    on = t.values.get("monitoring") is not True
    return put(
        t,
        "monitoring",
        on,
        "{enable|turn on|switch on|activate} detailed {CloudWatch |}monitoring {for|on|of} <it>"
        if on
        else "{disable|turn off|switch off} detailed {CloudWatch |}monitoring {for|on|of} <it>",
        f"detailed monitoring should be {'{on|enabled}' if on else '{off|disabled}'} for <it>",
        ("Five minutes between two values is too long.",) if on else ("Nobody looks at the metrics.",),
    )


@operator("ec2", "aws_instance", "aws_launch_template", weight=1.4)
def metadata_tokens(t: Target) -> Change | None:
    """IMDSv2."""
    if get(t.values, "metadata_options.http_tokens") == "required" or not changeable(t, "metadata_options.http_tokens"):
        return None
    draft = t.draft()
    inner = t.block.first("metadata_options")
    if inner is None:
        draft.insert_block(t.block, 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}')
    else:
        draft.set(inner, "http_tokens", '"required"')
    return t.change(
        draft,
        Say(
            "{{require|enforce} {IMDSv2|IMDSv2 (metadata tokens)} {on|for} <it>|{allow|accept} only IMDSv2 on <it>|"
            "make {session tokens|IMDSv2} mandatory for the {instance metadata|metadata service} of <it>}",
            "{<it> should only accept IMDSv2|IMDSv2 should be {required|mandatory} on <it>}",
            WHY_SAFE,
        ),
        t.updated("metadata_options", having=(equals("metadata_options.http_tokens", "required"),)),
    )


@operator("ec2", "aws_instance", weight=1.1)
def root_volume_size(t: Target) -> Change | None:
    if ignored(t, "root_block_device"):
        return None
    current = get(t.values, "root_block_device.volume_size")
    bigger = [s for s in (20, 30, 40, 50, 80, 100, 200) if not isinstance(current, (int, float)) or s > current]
    if not bigger:
        return None
    return put(
        t,
        "root_block_device.volume_size",
        t.pick(*bigger[:4]),
        "{{grow|increase|resize} the root {volume|disk} of <it> to <value> {GB|GiB}|give <it> a root "
        "{volume|disk} of <value> {GB|GiB}|"
        "{set|change} the {size of the root volume|root volume size} of <it> to <value> {GB|GiB}}",
        "the root {volume|disk} of <it> should have <value> {GB|GiB}",
        ("The disk is full.", "The image does not leave enough space."),
    )


@operator("ec2", "aws_instance")
def root_volume_encryption(t: Target) -> Change | None:
    """The instance is replaced for it."""
    if get(t.values, "root_block_device.encrypted") or not changeable(t, "root_block_device.encrypted"):
        return None
    if any(b.kind == "resource" for b in t.base.referring(t.address)):
        return None  # they might be replaced along with it
    path = "root_block_device.encrypted" if t.block.first("root_block_device") else "root_block_device"
    return t.change(
        t.draft().set_path(t.block, "root_block_device.encrypted", "true"),
        Say(
            "{encrypt the root {volume|disk} of <it>|{enable|turn on} encryption {of|for} the root "
            "{volume|disk} of <it>}{, even if <they> <has> to be {recreated|replaced}|, <they> may be "
            "{recreated|replaced}}",
            "the root {volume|disk} of <it> should be encrypted",
            WHY_SAFE,
        ),
        t.replaced(path, having=(equals("root_block_device.encrypted", True),)),
    )


@operator("protection", "aws_instance")
def instance_protection(t: Target) -> Change | None:
    if t.values.get("disable_api_termination"):
        return None
    return put(
        t,
        "disable_api_termination",
        True,
        "{{protect <it> {against|from} {accidental |}termination|{enable|turn on} termination protection "
        "{for|on} <it>}|make sure that nobody can terminate <it> {by accident|by mistake}}",
        "{<it> should be protected {against|from} termination|termination protection should be on for <it>}",
        ("Someone terminated the wrong instance last week.",),
    )


@operator("ec2", "aws_instance", weight=1.3)
def instance_address(t: Target) -> Change | None:
    """An elastic IP."""
    if t.base.satellites(t.address, "aws_eip") or t.base.satellites(t.address, "aws_eip_association"):
        return None
    new = beside(t, "aws_eip")
    if new is None:
        return None
    lines = f'{new.head}  instance = {new.ref}.id\n  domain   = "vpc"\n'
    say = (
        "{give each of <it> an elastic IP{ address|}|{attach|assign} an elastic IP{ address|} to each of <it>}"
        if t.it.plural
        else "{give <it> an elastic IP{ address|}|{attach|assign|add} an elastic IP{ address|} to <it>|"
        "{allocate|create} an elastic IP for <it>}"
    )
    return t.change(
        append(t.draft(), t, resource("aws_eip", new.label, lines)),
        Say(
            say,
            "each of <it> should have an elastic IP{ address|}"
            if t.it.plural
            else "<it> should have {an elastic IP|an elastic IP address}",
            ("The address must not change when it is restarted.", "A partner has to allow our address."),
        ),
        every(t, "aws_eip", refers(t, "instance")),
    )


@operator("ec2", "aws_instance", weight=0.9)
def instance_profile(t: Target) -> Change | None:
    """A role of its own with a managed policy."""
    if t.block.repeated or not t.instances or t.block.has("iam_instance_profile") or ignored(t, "iam_instance_profile"):
        return None
    policy, words = t.pick(
        ("AmazonSSMManagedInstanceCore", "SSM (AmazonSSMManagedInstanceCore)"),
        ("CloudWatchAgentServerPolicy", "the CloudWatch agent (CloudWatchAgentServerPolicy)"),
        ("AmazonS3ReadOnlyAccess", "read-only access to S3 (AmazonS3ReadOnlyAccess)"),
        ("AmazonEC2ContainerRegistryReadOnly", "pulling images from ECR (AmazonEC2ContainerRegistryReadOnly)"),
    )
    role = t.base.fresh("resource", t.label, "aws_iam_role")
    profile = t.base.fresh("resource", t.label, "aws_iam_instance_profile")
    attachment = t.base.fresh("resource", t.label, "aws_iam_role_policy_attachment")
    name = ascii_name(t, "instance")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    draft = t.draft().set(t.block, "iam_instance_profile", f"aws_iam_instance_profile.{profile}.name")
    append(
        draft,
        t,
        resource(
            "aws_iam_role",
            role,
            f'  name = "{name}"\n\n  assume_role_policy = jsonencode({{\n    Version = "2012-10-17"\n    '
            f"Statement = [\n      {{\n"
            '        Effect    = "Allow"\n        Action    = "sts:AssumeRole"\n'
            '        Principal = { Service = "ec2.amazonaws.com" }\n      },\n    ]\n  })',
        ),
        resource(
            "aws_iam_role_policy_attachment",
            attachment,
            f'  role       = aws_iam_role.{role}.name\n  policy_arn = "{arn}"\n',
        ),
        resource("aws_iam_instance_profile", profile, f'  name = "{name}"\n  role = aws_iam_role.{role}.name\n'),
    )
    return t.change(
        draft,
        Say(
            "{give <it> an instance profile {with a role that has|whose role has} the {managed |AWS "
            "managed |}policy <policy>|{attach|add} an instance profile to <it> with {a new|a} role {for "
            "<words>|that has the policy <policy>}}",
            "<it> should have an instance profile with a role that has the {managed |}policy <policy>",
            ("There are access keys on the disk today.", "Nobody should have to log in with SSH keys.")
            if "SSM" in policy
            else ("There are access keys on the disk today.",),
            {"policy": Code(policy), "words": Words(words)},
        ),
        t.updated(
            "iam_instance_profile",
            having=(RefersTo(Refer(type="aws_iam_instance_profile"), ("iam_instance_profile",)),),
        ),
        added("aws_iam_instance_profile"),
        added("aws_iam_role"),
        added("aws_iam_role_policy_attachment", equals("policy_arn", arn)),
    )


@operator("ec2", "aws_instance", weight=0.9)
def instance_type(t: Target) -> Change | None:
    current = str(t.values.get("instance_type") or "")
    new = t.another(("t3.small", "t3.medium", "t3.large", "m5.large", "m6i.large", "c5.large", "r5.large"), current)
    if not current or current.split(".")[0].endswith("g"):
        return None  # another architecture, another image
    return put(
        t,
        "instance_type",
        new,
        "{{change|switch|move} <it> {from <old> |}to <value>|use <value> for <it>{ instead of <old>|}|"
        "{set|change} the instance type of <it> to <value>}",
        "<it> should {be|run on} <value>{, not <old>|}",
        ("The load has changed.", "We got a better price for these."),
        old=current,
    )


@operator("autoscaling", "aws_autoscaling_group", weight=1.4)
def group_size(t: Target) -> Change | None:
    """Its limits."""
    low, high, wanted = (t.values.get(n) for n in ("min_size", "max_size", "desired_capacity"))
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return None
    if not changeable(t, "min_size") or not changeable(t, "max_size"):
        return None
    if t.rng.random() < 0.5:
        new = int(high) + t.pick(1, 2, 4)
        return put(
            t,
            "max_size",
            new,
            "{let <it> grow to {up to |at most |}<value> instances|{raise|increase} the {maximum size|"
            "maximum} of <it> {from <old> |}to <value>{ instances|}|{set|change} the maximum size of "
            "<it> to <value>}",
            "<it> should {grow to|have} <value> instances at most",
            ("The sale starts next week.", "We hit the limit yesterday."),
            old=int(high),
        )
    new = int(low) + t.pick(1, 2)
    if new > high or (isinstance(wanted, (int, float)) and new > wanted):
        return None
    return put(
        t,
        "min_size",
        new,
        "{{keep|run} at least <value> instances in <it>|{raise|increase} the {minimum size|minimum} of "
        "<it> {from <old> |}to <value>{ instances|}|{set|change} the minimum size of <it> to <value>}",
        "<it> should always have at least <value> instances",
        ("A single instance is not enough.",),
        old=int(low),
    )


@operator("autoscaling", "aws_autoscaling_group", weight=1.3)
def group_scaling(t: Target) -> Change | None:
    """A target tracking policy on the CPU."""
    if t.base.satellites(t.address, "aws_autoscaling_policy"):
        return None
    new = beside(t, "aws_autoscaling_policy", "cpu")
    if new is None or not new.alone:
        return None
    percent = t.pick(40, 50, 60, 70, 75)
    lines = (
        f'  name                   = "{ascii_name(t, "cpu")}"\n  autoscaling_group_name = {t.address}.name\n'
        '  policy_type            = "TargetTrackingScaling"\n\n  target_tracking_configuration {\n    '
        "predefined_metric_specification {\n"
        f'      predefined_metric_type = "ASGAverageCPUUtilization"\n    }}\n\n    target_value = {percent}\n  }}'
    )
    return t.change(
        append(t.draft(), t, resource("aws_autoscaling_policy", new.label, lines)),
        Say(
            "{{add|create} a {target tracking {scaling |}policy|scaling policy with target tracking} {to|"
            "for} <it> {that keeps the average CPU at|with a CPU target of|for an average CPU "
            "{utilization |}of} <percent>{%| percent}|"
            "{keep|hold} the average CPU {utilization |}of <it> at <percent>{%| percent} with a target "
            "tracking policy|scale <it> {automatically |}on CPU with target tracking {at|to} <percent>{%|"
            " percent}}",
            "<it> should scale by target tracking to an average CPU of <percent>{%| percent}",
            ("We scale by hand today.", "It is far too large at night."),
            {"percent": percent},
        ),
        added(
            "aws_autoscaling_policy",
            refers(t, "autoscaling_group_name"),
            equals("policy_type", "TargetTrackingScaling"),
            equals("target_tracking_configuration.target_value", percent),
            equals(
                "target_tracking_configuration.predefined_metric_specification.predefined_metric_type",
                "ASGAverageCPUUtilization",
            ),
        ),
    )


@operator("autoscaling", "aws_autoscaling_group", weight=0.8)
def group_refresh(t: Target) -> Change | None:
    if t.block.has("instance_refresh") or not t.instances:
        return None
    percent = t.pick(50, 66, 75, 90)
    draft = t.draft().insert_block(
        t.block,
        f'instance_refresh {{\n  strategy = "Rolling"\n\n  preferences {{\n    min_healthy_percentage = '
        f"{percent}\n  }}\n}}",
    )
    return t.change(
        draft,
        Say(
            "{{replace|exchange} the instances of <it> by a rolling instance refresh {when the template "
            "changes |}with at least <percent>{%| percent} healthy|{add|configure|set up} a rolling "
            "instance refresh {for|on} <it> that keeps at least <percent>{%| percent} {of the instances |"
            "}healthy}",
            "<it> should use a rolling instance refresh that keeps at least <percent>{%| percent} {of "
            "the instances |}healthy",
            ("New images only arrive when someone terminates the old instances.",),
            {"percent": percent},
        ),
        t.updated(
            "instance_refresh",
            having=(
                equals("instance_refresh.strategy", "Rolling"),
                equals("instance_refresh.preferences.min_healthy_percentage", percent),
            ),
        ),
    )


@operator("autoscaling", "aws_autoscaling_group", weight=0.9)
def group_health(t: Target) -> Change | None:
    if t.values.get("health_check_type") == "ELB" or not (
        t.block.has("target_group_arns") or t.block.has("load_balancers")
    ):
        return None
    return put(
        t,
        "health_check_type",
        "ELB",
        "{use {the health checks of the load balancer|ELB health checks} for <it>|let <it> replace "
        "instances that the load balancer finds unhealthy|{set|change} the health check type of <it> to "
        "ELB}",
        "<it> should {use ELB health checks|replace instances that the load balancer finds unhealthy}",
        ("Instances that hang are never replaced.",),
    )


@operator("ec2", "aws_launch_template")
def template_type(t: Target) -> Change | None:
    current = str(t.values.get("instance_type") or "")
    if not current or current.split(".")[0].endswith("g"):
        return None
    new = t.another(("t3.small", "t3.medium", "t3.large", "m5.large", "m6i.large", "c5.large"), current)
    return put(
        t,
        "instance_type",
        new,
        "{use <value> {instances |}in <it>{ instead of <old>|}|{launch|start} <value> instances from "
        "<it>|{set|change} the instance type {in|of} <it> {from <old> |}to <value>}",
        "<it> should {use|launch} <value> instances",
        ("The new version needs more memory.", "We got a better price for these."),
        old=current,
    )

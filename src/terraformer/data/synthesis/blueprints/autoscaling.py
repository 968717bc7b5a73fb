"""Auto scaling groups: launch templates, policies, schedules, hooks."""

from __future__ import annotations

from terraformer.data.intents import Attribute, Operator
from terraformer.data.synthesis.blueprints.balancing import balancer, listener, surroundings, targets
from terraformer.data.synthesis.blueprints.compute import from_image, sized, start_script
from terraformer.data.synthesis.expressions import Raw
from terraformer.data.synthesis.names import resource_name
from terraformer.data.synthesis.registry import blueprint
from terraformer.data.synthesis.scenario import Node, Say, Scene


def scaling_group(s: Scene, nets: Node | None = None, role: str = "") -> tuple[Node, Node]:
    """A launch template and an auto scaling group."""
    role = role or s.pick("web", "app", "workers")
    template = s.resource("aws_launch_template", "launch template", role)
    template.named("name_prefix" if s.may(0.3) else "name", resource_name(s, role))
    from_image(s, template, "image_id")
    sized(s, template)
    node = s.resource("aws_autoscaling_group", "{auto scaling group|Auto Scaling group|autoscaling group|ASG}", role)
    node.named("name", resource_name(s, f"{role}-asg"))
    least = s.pick(1, 1, 2, 2, 3)
    most = least + s.pick(1, 2, 3, 7)
    wanted = s.number(least, most)
    ones = "instance" + "s" * (least > 1)
    node.set("min_size", least, Say(np=f"{{a minimum of|at least}} {least} {ones}", do=f"run at least {least} {ones}"))
    node.set(
        "max_size",
        most,
        Say(np=f"{{a maximum of {most} instances|a max size of {most}}}", do=f"run at most {most} instances"),
    )
    if s.may(0.7):
        node.set(
            "desired_capacity",
            wanted,
            Say(np="{a |}desired capacity of <v>", do="start with <v> instance" + "s" * (wanted > 1)),
        )
    if nets is not None:
        node.link("vpc_zone_identifier", nets, say="in <it>", wrap=True)
    else:
        node.link("availability_zones", _zones(s), "names")
    chosen = node.block(
        "launch_template",
        Say(np="the launch template", do="use the launch template", that="uses the launch template")
        if s.may(0.5)
        else None,
    )
    chosen.link("id", template, "id", Say(implied=True) if chosen.said else False)
    chosen.set("version", s.pick("$Latest", Raw("{0}", (template.ref("latest_version"),))), False, extract=False)
    return template, node


def _zones(s: Scene) -> Node:
    node = s.data("aws_availability_zones", "", "available")
    node.set("state", "available", False, extract=False)
    return node


@blueprint("autoscaling", weight=2)
def group_alone(s: Scene) -> None:
    _, node = scaling_group(s)
    if s.may(0.3):
        node.set(
            "health_check_grace_period", s.pick(60, 120, 300), Say(np="{a |}health check grace period of <v> seconds")
        )
    if s.may(0.3):
        tag = node.block("tag", Say(np="a Name tag that is propagated", do="propagate a Name tag to the instances"))
        tag.implied("key", "Name").set("value", node.role, False, extract=False).implied("propagate_at_launch", True)
    if s.may(0.3):
        node.block(
            "instance_refresh",
            Say(np="{a rolling instance refresh|rolling instance refreshes}", do="refresh instances in a rolling way"),
        ).implied("strategy", "Rolling")
    if s.may(0.25):
        node.set(
            "termination_policies",
            ["OldestInstance"],
            Say(np="OldestInstance as {the |}termination policy", do="terminate the oldest instance first"),
        )


@blueprint("autoscaling", "elb", weight=3)
def group_behind_alb(s: Scene) -> None:
    """The classic web tier."""
    s.purpose = s.pick("for our web tier", "for a scalable web application", "", "")
    main, nets, group = surroundings(s, said=s.may(0.4))
    lb = balancer(s, nets, group)
    backend = targets(s, main)
    listener(s, lb, backend)
    template, node = scaling_group(s, nets, "web")
    start_script(s, template, encode=True)
    if s.may(0.6):
        node.link(
            "target_group_arns",
            backend,
            "arn",
            Say(np="the target group", do="register its instances in the target group"),
            wrap=True,
        )
    else:
        tie = s.resource(
            "aws_autoscaling_attachment",
            "",
            "web",
            of=node,
            say=Say(do="attach it to the target group", that="is attached to the target group"),
        )
        tie.link("autoscaling_group_name", node, "name").link("lb_target_group_arn", backend, "arn", Say(implied=True))
    node.set("health_check_type", "ELB", Say(np="ELB health checks", do="use ELB health checks"))
    if s.may(0.5):
        tracking(s, node)


def tracking(s: Scene, group: Node) -> Node:
    metric, words = s.pick(
        ("ASGAverageCPUUtilization", "CPU {utilization|}"),
        ("ASGAverageCPUUtilization", "average CPU"),
        ("ASGAverageNetworkIn", "network in"),
    )
    value = s.pick(50, 60, 70, 75) if "CPU" in metric else s.pick(1000000, 5000000)
    percent = "%" if "CPU" in metric else " bytes"
    policy = s.resource(
        "aws_autoscaling_policy", "{scaling policy|target tracking policy}", "cpu" if "CPU" in metric else "network"
    )
    policy.named("name", resource_name(s, f"{policy.role}-target"))
    policy.link("autoscaling_group_name", group, "name")
    policy.implied("policy_type", "TargetTrackingScaling")
    body = policy.block(
        "target_tracking_configuration",
        Say(
            np=f"{words} of {value}{percent} as {{its |the |}}target",
            do=f"keep {words} at {value}{percent}",
            that=f"keeps {words} at {value}{percent}",
        ),
    )
    body.block("predefined_metric_specification").implied("predefined_metric_type", metric)
    body.implied("target_value", value)
    policy.noun = "target tracking policy"
    return policy


@blueprint("autoscaling", "cloudwatch", weight=2)
def group_policies(s: Scene) -> None:
    """Scaling by target, by alarm, by clock."""
    _, node = scaling_group(s)
    kind = s.pick("target", "simple", "schedule", "schedule")
    if kind == "target":
        tracking(s, node)
    elif kind == "simple":
        for way, by, compare, limit in s.some(
            [("up", 1, "GreaterThanThreshold", 80), ("down", -1, "LessThanThreshold", 20)], 1, 2
        ):
            policy = s.resource("aws_autoscaling_policy", f"scale-{way} policy", f"scale_{way}")
            policy.named("name", resource_name(s, f"scale-{way}"))
            policy.link("autoscaling_group_name", node, "name")
            policy.set("adjustment_type", "ChangeInCapacity", False, extract=False)
            policy.set(
                "scaling_adjustment",
                by,
                Say(
                    np=f"an adjustment of {by:+d}",
                    do=f"{'add' if by > 0 else 'remove'} one instance",
                    that=f"{'adds' if by > 0 else 'removes'} one instance",
                ),
            )
            policy.set(
                "cooldown", s.pick(60, 120, 300), Say(np="{a |}cooldown of <v> seconds", do="cool down for <v> seconds")
            )
            alarm = s.resource("aws_cloudwatch_metric_alarm", "{CloudWatch alarm|alarm}", f"cpu_{way}")
            alarm.named("alarm_name", resource_name(s, f"cpu-{'high' if by > 0 else 'low'}"))
            alarm.set("namespace", "AWS/EC2", False).set("metric_name", "CPUUtilization", False, extract=False)
            alarm.set("statistic", "Average", False).set("period", 120, False).set("evaluation_periods", 2, False)
            alarm.implied("comparison_operator", compare)
            alarm.set(
                "threshold",
                limit,
                Say(post=f"on CPU {'above' if by > 0 else 'below'} {limit}%", np=f"a threshold of {limit}% CPU"),
            )
            alarm.noun = f"alarm for {'high' if by > 0 else 'low'} CPU"
            alarm.set("dimensions", {"AutoScalingGroupName": node.ref("name")}, False)
            alarm.link(
                "alarm_actions",
                policy,
                "arn",
                Say(do=f"trigger the scale-{way} policy", that=f"triggers the scale-{way} policy"),
                wrap=True,
            )
    else:
        for when, cron, size in s.some(
            [("every weekday at 8:00", "0 8 * * 1-5", 4), ("every evening at 20:00", "0 20 * * *", 1)], 1, 2
        ):
            action = s.resource(
                "aws_autoscaling_schedule", "{scheduled action|scaling schedule}", "morning" if size > 1 else "night"
            )
            action.named("scheduled_action_name", action.role)
            action.link("autoscaling_group_name", node, "name")
            action.set("recurrence", cron, Say(np=f'the recurrence "{cron}"', post=f"{when}"), extract=False)
            action.set("min_size", 1, False).set("max_size", 6, False)
            action.set(
                "desired_capacity",
                size,
                Say(
                    np="{a |}desired capacity of <v>",
                    do=f"scale to {size}",
                    that=f"sets the desired capacity to {size}",
                ),
            )
            if s.may(0.3):
                action.set(
                    "time_zone",
                    s.pick("Europe/Berlin", "America/New_York", "Asia/Tokyo"),
                    Say(np="the time zone <v>", do="use the time zone <v>"),
                )


@blueprint("autoscaling", "sns")
def group_hooks(s: Scene) -> None:
    """Lifecycle hooks, notifications, a warm pool."""
    _, node = scaling_group(s)
    if s.may(0.6):
        start = s.may()
        hook = s.resource(
            "aws_autoscaling_lifecycle_hook",
            f"{{{'launch' if start else 'termination'} |}}lifecycle hook",
            "launch" if start else "terminate",
        )
        hook.named("name", resource_name(s, f"{hook.role}-hook"))
        hook.link("autoscaling_group_name", node, "name")
        hook.set(
            "lifecycle_transition",
            f"autoscaling:EC2_INSTANCE_{'LAUNCHING' if start else 'TERMINATING'}",
            Say(
                np=f"the transition EC2_INSTANCE_{'LAUNCHING' if start else 'TERMINATING'}",
                post=f"for {'launching' if start else 'terminating'} instances",
            ),
            extract=False,
        )
        hook.set(
            "default_result",
            s.pick("CONTINUE", "ABANDON"),
            Say(np="{default result|the default result} <v>", do="<v> by default"),
        )
        hook.set("heartbeat_timeout", s.pick(300, 600, 1800), Say(np="{a |}heartbeat timeout of <v> seconds"))
    if s.may(0.5):
        pool = node.block("warm_pool", Say(np="a warm pool", do="keep a warm pool"))
        state = s.pick("Stopped", "Hibernated", "Running")
        pool.set(
            "pool_state",
            state,
            Say(np=f"{state.lower()} instances in the warm pool", do=f"keep the pool's instances {state.lower()}"),
        )
        if s.may():
            pool.set("min_size", s.number(1, 3), Say(np="at least <v> of them {warm|ready}"))
    if s.may(0.5):
        topic = s.resource("aws_sns_topic", "{SNS topic|topic}", "scaling")
        topic.named("name", resource_name(s, "scaling-events"))
        note = s.resource(
            "aws_autoscaling_notification",
            "",
            "scaling",
            of=node,
            say=Say(
                np="notifications of launches and terminations to the topic",
                do="notify the topic of launches and terminations",
            ),
        )
        note.link("group_names", node, "name", wrap=True)
        note.implied("notifications", ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"])
        note.link("topic_arn", topic, "arn", Say(implied=True))


@blueprint("autoscaling", "ec2")
def mixed_instances(s: Scene) -> None:
    """On demand and spot in one group."""
    template = s.resource("aws_launch_template", "launch template", "workers")
    template.named("name", resource_name(s, "workers"))
    from_image(s, template, "image_id")
    template.set("instance_type", "m5.large", None)
    node = s.resource("aws_autoscaling_group", "{auto scaling group|Auto Scaling group|ASG}", "workers")
    node.named("name", resource_name(s, "workers"))
    most = s.pick(4, 6, 10)
    node.set("min_size", s.pick(0, 1, 2), None).set("max_size", most, True)
    node.link("availability_zones", _zones(s), "names")
    mixed = node.block("mixed_instances_policy")
    base, share = s.pick(0, 1, 2), s.pick(0, 25, 50)
    spread = mixed.block("instances_distribution")
    spread.set(
        "on_demand_base_capacity",
        base,
        Say(
            np=f"{base or 'no'} on-demand instance{'s' * (base != 1)} as {{the |}}base",
            do=f"keep {base} on-demand instances as a base",
        ),
    )
    spread.set(
        "on_demand_percentage_above_base_capacity",
        share,
        Say(np=f"{100 - share}% spot above {{the base|that}}", do=f"use {100 - share}% spot above the base"),
    )
    spread.set("spot_allocation_strategy", "price-capacity-optimized", None)
    inner = mixed.block("launch_template")
    spec = inner.block("launch_template_specification")
    spec.link("launch_template_id", template).set("version", "$Latest", False, extract=False)
    for kind in s.some(["m5.large", "m5a.large", "m6i.large", "c5.large"], 2, 3):
        inner.block(
            "override", Say(np=f"{kind} among its instance types", do=f"allow {kind}", that=f"may use {kind}")
        ).implied("instance_type", kind)
    if s.may(0.4):
        node.set("capacity_rebalance", True, Say(np="capacity rebalancing", do="turn on capacity rebalancing"))


@blueprint("autoscaling")
def group_in_words(s: Scene) -> None:
    """A group asked for in loose words."""
    _, node = scaling_group(s)
    for setting in node.settings():
        if setting.name in ("min_size", "desired_capacity"):
            setting.said = False
        if setting.name == "min_size":
            setting.value = 2
        if setting.name == "max_size":
            setting.value, setting.said = 6, False
        if setting.name == "desired_capacity":
            setting.value = 3
    node.says(
        Say(
            np="{two instances at least|at least two instances} {for availability|at any time}",
            do="{never run fewer than two instances|keep at least two instances running}",
            demand=Attribute(("min_size",), Operator.AT_LEAST, 2),
        )
    )

"""Blueprints: what they say is demanded, every configuration deploys and passes its own policy, in every style."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from terraformer.data.intents import Intent, evaluate, policy_of
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.expressions import Document, Json, Statement, Template, hcl
from terraformer.data.synthesis.instances import candidates, taggable
from terraformer.data.synthesis.language import VOICES, prompt_of
from terraformer.data.synthesis.lexicon import say_for
from terraformer.data.synthesis.registry import all_blueprints, get_blueprint, scenario_of
from terraformer.data.synthesis.rendering import Style, identifier, render
from terraformer.data.synthesis.scenario import Scenario
from terraformer.data.synthesis.wording import expand
from terraformer.errors import UsageError
from terraformer.types import Severity
from terraformer.verify import VerifierPool, VerifySettings

BLUEPRINTS = tuple(all_blueprints())
SHARDS = 8


@pytest.fixture(scope="module")
def pool() -> Iterator[VerifierPool]:
    with VerifierPool(1, VerifySettings(keep_plan=True)) as found:
        yield found


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_blueprint_deploys_and_meets_its_intent(pool: VerifierPool, shard: int) -> None:
    wrong: list[str] = []
    for number, name in enumerate(BLUEPRINTS[shard::SHARDS]):
        for candidate in candidates(get_blueprint(name), number % 5):
            report = pool.verify(candidate.config, policies=[policy_of(candidate.intent)])
            found = [
                f"{c.code} {c.address} {c.summary}" for c in report.certificates if c.severity is not Severity.INFO
            ]
            found += [e.message for e in report.tool_errors]
            if report.plan is not None:
                found += [v.sentence for v in evaluate(candidate.intent, report.plan) if not v.passed]
            if found or not report.correct:
                wrong.append(f"{name}: {found}")
    assert wrong == []


def test_breadth() -> None:
    """What the set of blueprints must not fall below."""
    types: set[str] = set()
    data: set[str] = set()
    sizes: Counter[str] = Counter()
    for name in BLUEPRINTS:
        for seed in range(4):
            scenario = scenario_of(get_blueprint(name), seed)
            types |= {n.type for n in scenario.nodes if n.mode == "resource"}
            data |= {n.type for n in scenario.nodes if n.mode == "data"}
            count = sum(n.mode == "resource" for n in scenario.nodes)
            sizes["small" if count <= 2 else "middle" if count <= 5 else "large"] += 1
    assert len(BLUEPRINTS) >= 200
    assert len([t for t in types if t.startswith("aws_")]) >= 300
    assert len(data) >= 40
    assert min(sizes[s] / sizes.total() for s in ("small", "middle", "large")) >= 0.1


@pytest.mark.parametrize("voice", VOICES)
def test_each_voice_says_what_is_demanded(voice: str) -> None:
    """Names that are said stand in the prompt word for word, and values that are demanded do."""
    for name in BLUEPRINTS[:: max(1, len(BLUEPRINTS) // 60)]:
        for seed in range(3):
            scenario = scenario_of(get_blueprint(name), seed)
            prompt = prompt_of(scenario, seed, voice)
            for node in scenario.said_nodes:
                if node.name is not None and node.name.said and isinstance(node.name.value, str):
                    assert node.name.value in prompt, (name, seed, prompt)
            assert not re.search(r"<v>|<it>|[{}]\||\|[{}]|\{\w+\|", prompt), (name, seed, prompt)
            assert prompt == prompt.strip() and "  " not in prompt.replace("\n  ", "\n"), (name, seed, prompt)


def test_prompts_differ_and_are_repeatable() -> None:
    scenario = scenario_of(get_blueprint("messaging.queue_with_dead_letters"), 1)
    told = [prompt_of(scenario, seed) for seed in range(40)]
    assert len(set(told)) > 20
    assert told == [prompt_of(scenario_of(get_blueprint("messaging.queue_with_dead_letters"), 1), s) for s in range(40)]


def test_candidates_are_repeatable_and_clones_share_an_intent() -> None:
    for name in BLUEPRINTS[:: max(1, len(BLUEPRINTS) // 25)]:
        first, again = (list(candidates(get_blueprint(name), 7, clones=3)) for _ in range(2))
        assert [(c.prompt, c.config.id) for c in first] == [(c.prompt, c.config.id) for c in again]
        assert len({str(c.intent.to_dict()) for c in first}) == 1
        assert Intent.from_dict(first[0].intent.to_dict()) == first[0].intent


def test_styles_are_all_planned(pool: VerifierPool) -> None:
    """One scenario in every style of policy, label, variables and files, formatted as terraform fmt does."""
    scenario = scenario_of(get_blueprint("storage.bucket_policy_tls"), 2)
    seen: set[str] = set()
    for policy in ("jsonencode", "heredoc", "data"):
        for labels in ("role", "generic", "name"):
            for files in ("single", "split"):
                style = Style(
                    labels=labels, policy=policy, files=files, variables=0.6, tags=(("Owner", "ops"),), tags_local=True
                )
                config = pool.format(render(scenario, style, 1, taggable))
                assert pool.format(config).id == config.id
                report = pool.verify(config)
                assert report.deployable and not report.certificates, (style, report.certificates)
                seen.add(config.id)
    assert len(seen) == 18


_PLAIN = Style(terraform_block=False, provider_block=True)
_FEATURES: tuple[tuple[str, str, Style, str], ...] = (
    # (feature, blueprint, style, pattern that the text must have)
    ("for_each over a map", "kubernetes.eks", replace(_PLAIN, repetition="for_each"), r"for_each = \{[\s\S]*each\.value\."),
    ("for_each in a local", "kubernetes.eks", replace(_PLAIN, repetition="for_each", collections="locals"), r"for_each = local\."),
    ("for_each in a variable", "kubernetes.eks", replace(_PLAIN, repetition="for_each", collections="variables"), r"type = map\("),
    ("count over lists", "kubernetes.eks", replace(_PLAIN, repetition="count"), r"count *= length\([\s\S]*\[count\.index\]"),
    ("lists of all by splat or for", "kubernetes.eks", replace(_PLAIN, repetition="for_each"), r"\[for item in aws_subnet\."),
    ("dynamic blocks", "firewalls.web_security_group", replace(_PLAIN, dynamic=1.0), r'dynamic "ingress"'),
    ("dynamic over a variable", "firewalls.web_security_group", replace(_PLAIN, dynamic=1.0, collections="variables"), r"for_each *= var\."),
    ("optional blocks", "containers.registry", replace(_PLAIN, dynamic=1.0), r"for_each *= var\.\w+ \? \[1\] : \[\]"),
    ("switches", "systems2.observability", replace(_PLAIN, toggles=2.0), r"count *= var\.\w+ \? 1 : 0"),
    ("stages decide", "databases.rds_alone", replace(_PLAIN, conditional=1.0), r"environment [!=]= "),
    ("names of parts in variables", "systems.order_processing", replace(_PLAIN, naming="variables"), r'"\$\{var\.(project|environment)\}|\$\{var\.environment\}"'),
    ("names of parts in locals", "systems.order_processing", replace(_PLAIN, naming="locals"), r"\$\{local\."),
    ("the region in a variable", "systems.complete_network", replace(_PLAIN, region_variable="region"), r"region *= var\.region"),
    ("shared values", "architectures.bastion", replace(_PLAIN, shared=1.0), r"= local\.\w+"),
    ("tags in a local", "systems.complete_network", replace(_PLAIN, tags=(("Owner", "ops"),), tags_local=True, tags_name=True), r"tags *= merge\(local\.\w*tags, "),
    ("default tags", "storage.private_bucket", replace(_PLAIN, tags=(("Owner", "ops"),), tags_default=True), r"default_tags \{"),
    ("validated variables", "databases.rds_alone", replace(_PLAIN, variables=1.0, validation=True), r"validation \{"),
    ("modules", "architectures.three_tiers", replace(_PLAIN, modules=2), r'module "\w+" \{\s+source *= "\./modules/'),
    ("modules with much in them", "systems.container_platform", replace(_PLAIN, modules=3, repetition="for_each", variables=0.4, tags=(("Owner", "ops"),), tags_local=True, naming="variables", policy="data"), r"= module\.\w+\.\w+"),
    ("files by service", "systems2.lake_pipeline", replace(_PLAIN, files="services"), r""),
    ("files by area", "systems.cluster_platform", replace(_PLAIN, files="areas", comments="blocks"), r"^# "),
    ("sections", "systems.complete_network", replace(_PLAIN, comments="sections"), r"^# -{70}\n# \w"),
    ("more outputs", "messaging.queue_alone", replace(_PLAIN, outputs=True), r'output "'),
    ("another account", "estates.two_accounts", _PLAIN, r"assume_role \{"),
)  # fmt: skip


@pytest.mark.parametrize(("feature", "name", "style", "pattern"), _FEATURES, ids=[f[0] for f in _FEATURES])
def test_a_feature_of_renderings(pool: VerifierPool, feature: str, name: str, style: Style, pattern: str) -> None:
    """It is used where the scenario lends itself to it, and whatever is made deploys and meets the same intent."""

    seen = 0
    for seed in range(12):
        scenario = scenario_of(get_blueprint(name), seed)
        config = render(scenario, style, 0, taggable)
        text = "\n".join(config.text(f) for f in config.files)
        if re.search(pattern, text, re.MULTILINE) is None:
            continue
        seen += 1
        if seen > 3:
            break
        intent = intent_of(scenario)
        report = pool.verify(config, policies=[policy_of(intent)])
        found = [f"{c.code} {c.address} {c.summary}" for c in report.certificates if c.severity is not Severity.INFO]
        assert report.correct and not found, (feature, seed, found, text)
        assert report.plan is not None and all(v.passed for v in evaluate(intent, report.plan))
    assert seen, f"{feature} never appeared"
    if style.files in ("services", "areas"):
        assert len(config.files) > 3


def test_whatever_the_style_the_same_is_planned(pool: VerifierPool) -> None:
    """As many resources of each type, with the same names, in the plainest style and in the richest one."""
    rich = Style(
        variables=0.5, naming="variables", repetition="for_each", collections="locals", dynamic=1.0, toggles=1.0,
        conditional=1.0, modules=3, shared=1.0, region_variable="region", validation=True,
    )  # fmt: skip
    for name in ("systems.order_processing", "architectures.three_tiers", "kubernetes.eks", "estates.warm_standby"):
        scenario = scenario_of(get_blueprint(name), 4)
        planned = []
        for style in (_PLAIN, rich):
            report = pool.verify(render(scenario, style, 0, taggable))
            assert report.deployable and report.plan is not None, (name, report.certificates)
            rows = [
                (c["type"], str(c["change"]["after"].get("name")), str(c["change"]["after"].get("cidr_block")))
                for c in report.plan["resource_changes"]
                if c["mode"] == "managed"
            ]
            planned.append(Counter(rows))
        assert planned[0] == planned[1], name


def test_styles_are_plain_as_a_rule() -> None:
    """Most people write plainly; what the language offers beyond is used by some."""
    styles = [Style.drawn(random.Random(seed)) for seed in range(2000)]

    def share(rare: Callable[[Style], object]) -> float:
        return sum(bool(rare(s)) for s in styles) / len(styles)

    assert 0.05 < share(lambda s: s.modules) < 0.3
    assert 0.2 < share(lambda s: s.repetition) < 0.6
    assert 0.1 < share(lambda s: s.dynamic) < 0.5
    assert 0.5 < share(lambda s: s.files == "single") < 0.9
    assert 0.2 < share(lambda s: not (s.modules or s.repetition or s.dynamic or s.naming or s.variables)) < 0.6


def test_nothing_unsaid_is_demanded() -> None:
    """A scenario in which nothing optional is said demands its said resources and no values of theirs."""
    for name in ("storage.private_bucket", "messaging.queue_alone"):
        scenario: Scenario = scenario_of(get_blueprint(name), 2)
        for node in scenario.nodes:
            for setting in node.settings():
                setting.said = False
        assert all(not d.having for d in intent_of(scenario).demands)


def test_words_for_settings() -> None:
    rng = random.Random(1)

    def words(name: str, value: object) -> str:
        say = say_for("aws_x", (name,), value)
        return "" if say is None else expand((say.np or say.post).replace("<v>", str(value)), rng).strip()

    assert "of 30 seconds" in words("visibility_timeout_seconds", 30) and "1 second" in words("delay_seconds", 1)
    assert re.fullmatch(
        r"point in time recovery (enabled|turned on|switched on)", words("point_in_time_recovery_enabled", True)
    )
    assert words("policy", "{}") == "" and words("kms_key_id", "arn:aws:kms:x") == ""


class _Names:
    def address(self, node: object, attribute: str, every: bool = False) -> str:
        return f"x.{attribute}"


def test_values_as_hcl() -> None:
    names = _Names()
    assert hcl('a "b" ${c} %{d}', names) == '"a \\"b\\" $${c} %%{d}"'
    assert hcl({"a-b": [1, True, None]}, names) == "{\na-b = [1, true, null]\n}"
    assert hcl("two\nlines", names) == "<<-EOT\ntwo\nlines\nEOT"
    assert hcl(Template("a ${b} ", Json({})), names) == '"a $${b} ${jsonencode({})}"'
    document = Document(Statement(("s3:GetObject",), ("*",), principals={"*": ("*",)}))
    assert document.data["Statement"] == [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    ]
    assert identifier("my-app.logs") == "my_app_logs" and identifier("1st") == "r_1st" and identifier("-") == ""


def test_an_unknown_blueprint_is_named() -> None:
    with pytest.raises(UsageError, match=r"there is no blueprint 'x\.y'"):
        get_blueprint("x.y")

"""Scenarios: what a blueprint describes. Nodes (resources, data sources), their settings, and of each whether and how the
prompt says it.

The rule that keeps prompt, intent and configuration together: *what is said is demanded, and nothing else is*. A setting
carries its ``Say``; where it is said, the intent demands it, the prompt mentions it and every configuration has it. What
is not said only helps the configuration to deploy, or is left to the style of the one who writes it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from terraformer.data.intents import Attribute, Condition, Operator
from terraformer.data.synthesis.expressions import Expression, Ref, Value

__all__ = ["Body", "Node", "OutputNode", "Say", "Scenario", "Scene", "Setting", "VariableNode"]


@dataclass(frozen=True)
class Say:
    """How a setting is put into words, each form a phrase of its own with ``{a|b}`` for alternatives, ``<v>`` for the
    value and ``<it>`` for the thing that a reference leads to.

    ``np`` is a noun phrase ("versioning {enabled|turned on}"): "with ...", "- ...". ``do`` an imperative ("enable
    versioning"). ``that`` a clause without its subject ("keeps old versions"). ``post`` follows the noun at once ("in
    <it>", "encrypted with <it>"). At least one of them. ``value`` replaces the value's own text.
    ``demand`` replaces the condition that follows from the value; None derives it, an empty tuple demands nothing (for
    words that only repeat what is demanded elsewhere). ``implied``: demanded, and said by the words of the feature or
    block around it.
    """

    np: str = ""
    do: str = ""
    that: str = ""
    post: str = ""
    value: str = ""
    demand: Condition | tuple[Condition, ...] | None = None
    implied: bool = False

    def __post_init__(self) -> None:
        if not (self.np or self.do or self.that or self.post or self.implied):
            raise ValueError("a Say needs one form at least")


@dataclass(eq=False)
class Setting:
    """One argument. ``path`` are the names of the blocks around it and its own. ``said`` as decided by the scene."""

    path: tuple[str, ...]
    value: Value
    say: Say | None
    said: bool
    extractable: bool = True
    node_name: bool = False
    """It holds the name of its node."""

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(eq=False)
class Body:
    """The contents of a block, or of a node: settings and blocks in order. ``dynamic`` marks a block that a rendering
    may write as a dynamic block."""

    scene: Scene
    node: Node | None
    path: tuple[str, ...] = ()
    items: list[Setting | tuple[str, Body]] = field(default_factory=list)
    say: Say | None = None
    said: bool = False

    def set(self, name: str, value: Value, say: Say | str | bool | None = None, *, extract: bool = True) -> Body:
        """Add an argument; returns the body, so that calls chain.

        ``say`` False: never in words. None: the scene decides, in words derived from name and value. True: always. A
        text is a noun phrase, always said. ``extract`` False keeps a rendering from making a variable of the value.
        """
        said, how = self.scene.decide(say, self._kind(), (*self.path, name), value)
        self.items.append(Setting((*self.path, name), value, how, said, extract))
        return self

    def implied(self, name: str, value: Value) -> Body:
        """Add an argument that the words of the feature (``of``) or block around it have said already."""
        self.items.append(Setting((*self.path, name), value, Say(implied=True), True, False))
        return self

    def says(self, say: Say) -> Body:
        """Add words without an argument of their own, always said; their demand is ``say.demand`` ("in eu-west-1" where
        a provider alias decides the region)."""
        self.items.append(Setting((*self.path, ""), None, say, True, False))
        return self

    def link(
        self, name: str, node: Node, attribute: str = "id", say: Say | str | bool = False, *, wrap: bool = False
    ) -> Body:
        """Add a reference to another node's attribute (in a list with ``wrap``). A text says the relation after the noun
        ("in <it>"); what is said is demanded as a reference from this argument to that type."""
        how = Say(post=say) if isinstance(say, str) else say if isinstance(say, Say) else None
        if how is None and self.node is not None and self.node.feature_of is node and self.node.say is not None:
            how = Say(implied=True)  # the versioning *of that bucket*
        said = how is not None and node.said and self.node is not None and self.node.said
        value: Value = Ref(node, attribute, every=bool(node.repeat) and wrap)
        if wrap and not node.repeat:
            value = [value]
        self.items.append(Setting((*self.path, name), value, how, said, False))
        return self

    def block(self, name: str, say: Say | str | None = None) -> Body:
        """Add a nested block and return its body. ``say`` tells of the block as a whole; its demand is that it is there
        unless the Say has another."""
        how = Say(np=say) if isinstance(say, str) else say
        body = Body(self.scene, self.node, (*self.path, name), say=how, said=how is not None)
        self.items.append((name, body))
        return body

    def settings(self) -> Iterator[Setting]:
        """All settings, those in blocks too, in order."""
        for item in self.items:
            if isinstance(item, Setting):
                yield item
            else:
                yield from item[1].settings()

    def blocks(self) -> Iterator[Body]:
        """All blocks in it, nested ones after their own."""
        for item in self.items:
            if not isinstance(item, Setting):
                yield item[1]
                yield from item[1].blocks()

    def _kind(self) -> str:
        return self.node.type if self.node is not None else ""


@dataclass(eq=False)
class Node(Body):
    """A resource or data source (``mode`` "resource" or "data").

    ``noun`` is what people call it, with alternatives ("{S3 bucket|bucket}"), without article. ``role`` is a short word
    for labels ("logs"). ``feature_of`` is the node of which this one is a property in people's words (the versioning of
    a bucket): it is said as a modifier of that one, by ``say``. ``repeat``: () for one instance, else the keys of
    for_each, or a single number for count. ``name`` is the setting that holds its name, ``label_said`` whether the
    prompt gives its Terraform label (``label``).
    """

    mode: str = "resource"
    type: str = ""
    noun: str = ""
    role: str = ""
    feature_of: Node | None = None
    repeat: tuple[Any, ...] = ()
    by: str = "count"
    name: Setting | None = None
    label: str = ""
    label_said: bool = False
    provider: str = ""
    depends_on: tuple[Node, ...] = ()
    lifecycle: tuple[tuple[str, Value], ...] = ()

    def ref(self, attribute: str = "id") -> Ref:
        return Ref(self, attribute)

    def named(self, attribute: str, value: Value, say: bool | None = None) -> Node:
        """Set the argument that is its name; said as "named X" (the scene decides unless ``say`` tells)."""
        said = (
            self.said
            and not isinstance(value, Expression)
            and (say if say is not None else self.scene.rng.random() < self.scene.naming)
        )
        setting = Setting(
            (attribute,), value, Say(np="{the name|name} <v>", post="{named|called|with the name} <v>"), said
        )
        setting.node_name = True
        self.name = setting
        self.items.append(setting)
        return self

    def times(self, number: int) -> Node:
        """So many instances, by ``count``. The prompt says the number where the node is said."""
        self.repeat, self.by = (number,), "count"
        return self

    def each(self, keys: Sequence[str]) -> Node:
        """One instance for each key, by ``for_each``; ``each.key`` and ``each.value`` are the key."""
        self.repeat, self.by = tuple(keys), "for_each"
        return self

    @property
    def instances(self) -> int:
        if not self.repeat:
            return 1
        return int(self.repeat[0]) if self.by == "count" else len(self.repeat)


@dataclass(eq=False)
class VariableNode(Expression):
    """A variable that the prompt asks for, or that the blueprint wants in every rendering."""

    name: str
    type: str
    default: Value
    description: str
    said: bool
    purpose: str = ""
    """What it is for, in the prompt's words ("the master password")."""

    def hcl(self, names: Any) -> str:
        passed = getattr(names, "variable", None)  # a rendering may have to pass it to a module
        return str(passed(self)) if passed is not None else f"var.{self.name}"


@dataclass(eq=False)
class OutputNode:
    name: str
    value: Value
    description: str
    said: bool
    say: str
    sensitive: bool = False


@dataclass(eq=False)
class Scenario:
    """What a blueprint made with one seed: the common ground of an intent, its prompts and its configurations."""

    blueprint: str
    seed: int
    nodes: list[Node]
    variables: list[VariableNode]
    outputs: list[OutputNode]
    region: str
    region_said: bool
    providers: list[tuple[str, str, str]]
    """Further provider configurations: (provider, alias, region)."""
    purpose: str
    """Half a sentence of background that demands nothing ("for our nightly reports"); "" for none."""
    roles: dict[str, str] = field(default_factory=dict)
    """The ARN of the role that a further provider configuration assumes, by "provider.alias"."""

    @property
    def said_nodes(self) -> list[Node]:
        return [n for n in self.nodes if n.said]

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(sorted({n.type for n in self.nodes if n.mode == "resource"}))


class Scene:
    """What a blueprint is given: chance, names, and the means to add nodes.

    ``talk`` is the share of optional settings that get said, ``naming`` that of names; both vary from scenario to
    scenario, as people do.
    """

    def __init__(self, blueprint: str, seed: int, sayer: Callable[[str, tuple[str, ...], Value], Say | None]) -> None:
        self.blueprint, self.seed = blueprint, seed
        self.rng = random.Random(f"{blueprint}:{seed}")  # a string: the same on every platform
        self.talk = self.rng.choice((0.15, 0.4, 0.6, 0.8, 1.0))
        self.naming = self.rng.choice((0.2, 0.6, 0.9, 1.0))
        self._sayer = sayer
        self.nodes: list[Node] = []
        self.variables: list[VariableNode] = []
        self.outputs: list[OutputNode] = []
        self.region, self.region_said = "us-east-1", False
        self.providers: list[tuple[str, str, str]] = []
        self.roles: dict[str, str] = {}
        self.purpose = ""
        self.memory: dict[str, Any] = {}
        """What one person keeps to in all of a configuration (the project's name)."""

    # --- chance ------------------------------------------------------------------------------------------------------

    def pick(self, *options: Any) -> Any:
        return self.rng.choice(options)

    def some(self, options: Sequence[Any], least: int = 1, most: int | None = None) -> list[Any]:
        """A sample in the order given."""
        count = self.rng.randint(least, min(most or len(options), len(options)))
        chosen = set(self.rng.sample(range(len(options)), count))
        return [o for i, o in enumerate(options) if i in chosen]

    def may(self, share: float = 0.5) -> bool:
        return self.rng.random() < share

    def number(self, least: int, most: int, step: int = 1) -> int:
        return self.rng.randrange(least, most + 1, step)

    # --- parts -------------------------------------------------------------------------------------------------------

    def resource(
        self,
        type: str,
        noun: str = "",
        role: str = "",
        *,
        said: bool = True,
        of: Node | None = None,
        say: Say | str | None = None,
        provider: str = "",
    ) -> Node:
        """Add a resource. Without a ``noun`` it has words derived from its type. ``of`` with ``say`` makes it a feature
        of another node: "versioning enabled" rather than "a bucket versioning resource"."""
        how = Say(np=say) if isinstance(say, str) else say
        said = said and (of is None or of.said)
        node = Node(self, None, (), [], how, said, "resource", type, noun, role, of, provider=provider)
        node.node = node
        self.nodes.append(node)
        return node

    def data(
        self, type: str, noun: str = "", role: str = "", *, said: bool = False, say: Say | str | None = None
    ) -> Node:
        """Add a data source; said only where that is asked for."""
        how = Say(np=say) if isinstance(say, str) else say
        node = Node(self, None, (), [], how, said, "data", type, noun, role)
        node.node = node
        self.nodes.append(node)
        return node

    def variable(
        self, name: str, type: str, default: Value, description: str = "", *, said: bool = False, purpose: str = ""
    ) -> VariableNode:
        found = VariableNode(name, type, default, description, said, purpose)
        self.variables.append(found)
        return found

    def output(self, name: str, value: Value, say: str = "", description: str = "", *, sensitive: bool = False) -> None:
        """Add an output. ``say`` is what it shows, in words ("the bucket's ARN"); without it, it is not said."""
        self.outputs.append(OutputNode(name, value, description, bool(say), say, sensitive))

    def in_region(self, region: str, said: bool = True) -> None:
        self.region, self.region_said = region, said

    def also_in(self, provider: str, alias: str, region: str, role: str = "") -> str:
        """A further provider configuration (in another account with the ARN of a role in it); returns what a node's
        ``provider`` takes."""
        self.providers.append((provider, alias, region))
        if role:
            self.roles[f"{provider}.{alias}"] = role
        return f"{provider}.{alias}"

    def decide(
        self, say: Say | str | bool | None, type: str, path: tuple[str, ...], value: Value
    ) -> tuple[bool, Say | None]:
        """Whether a setting is said, and how."""
        if say is False:
            return False, None
        if isinstance(say, str):
            return True, Say(np=say)
        if isinstance(say, Say):
            return True, say
        how = self._sayer(type, path, value)
        if how is None:
            return False, None
        return say is True or self.rng.random() < self.talk, how

    def finish(self) -> Scenario:
        # What belongs to something unsaid cannot be said.
        for node in self.nodes:
            for item in node.items:
                if not isinstance(item, Setting):
                    _settle(item[1], node.say is not None and node.said)
            if not node.said:
                for setting in node.settings():
                    setting.said = False
                for block in node.blocks():
                    block.said = False
        return Scenario(
            self.blueprint,
            self.seed,
            self.nodes,
            self.variables,
            self.outputs,
            self.region,
            self.region_said,
            self.providers,
            self.purpose,
            self.roles,
        )


def _settle(block: Body, told: bool) -> None:
    """Whether what a block implies is told: by its own words, or by those of a block or feature around it."""
    told = told or (block.say is not None and block.said)
    for item in block.items:
        if not isinstance(item, Setting):
            _settle(item[1], told)
        elif item.say is not None and item.say.implied:
            item.said = told


def condition_of(setting: Setting) -> Condition | None:
    """What a plain value demands: equality, of lists the same members, of maps the keys named."""
    value = setting.value
    if isinstance(value, Expression) or value is None:
        return None
    if isinstance(value, dict):
        if any(isinstance(v, (Expression, dict, list)) for v in value.values()):
            return None
        return Attribute(setting.path, Operator.EQUALS, value)
    if isinstance(value, list):
        if any(isinstance(v, (Expression, dict, list)) for v in value):
            return None
        return Attribute(setting.path, Operator.CONTAINS, value) if value else None
    return Attribute(setting.path, Operator.EQUALS, value)

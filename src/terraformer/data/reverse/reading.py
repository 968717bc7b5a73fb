"""From a plan back to a scenario: what a person would have asked for to get this configuration.

Source: the JSON of the plan (``configuration`` for what is written and what refers to what, ``resource_changes`` for
values). A value is told only where the configuration fixes it: a constant, or an expression over variables with
defaults and locals of such. What comes from a data source, another resource, or a variable without a default is not
known to the one who asks. What is said is chance, by how much people care for an argument.
NOT covered: arguments in ``dynamic`` blocks (the plan's configuration leaves them out), JSON documents other than trust
policies, and data sources (never said).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from terraformer.data.intents import PlanView, PolicyStatement, evaluate
from terraformer.data.intents.plan_view import Item, Source, bare
from terraformer.data.reverse.phrasebook import Feature, phrasebook
from terraformer.data.reverse.words import LINKS, LOW, NAMES, PRIMARY_SETTINGS, SUPPORTING, SWITCHES, WIRING
from terraformer.data.synthesis.demands import intent_of
from terraformer.data.synthesis.lexicon import say_for, words_of
from terraformer.data.synthesis.parts import SERVICES
from terraformer.data.synthesis.scenario import Body, Node, Say, Scenario, Scene, Setting
from terraformer.hcl import scan
from terraformer.provider import bundle
from terraformer.types import TerraformConfig

__all__ = ["Reading"]

_PRINCIPALS: Final = dict(SERVICES.values())
_GENERIC_LABELS: Final = frozenset(
    [
        "this",
        "main",
        "default",
        "example",
        "test",
        "pass",
        "fail",
        "passed",
        "failed",
        "unknown",
        "foo",
        "bar",
        "baz",
        "resource",
        "sample",
        "demo",
        "my",
        "it",
        "a",
        "b",
        "c",
        "x",
        "y",
        "good",
        "bad",
        "pass1",
        "pass2",
        "fail1",
        "fail2",
        "enabled",
        "disabled",
        "ok",
        "ko",
    ]
)
_REFERENCE: Final = re.compile(r"\b(?:(?:data|module|var|local|each|count|path|self)\.)?[A-Za-z_][\w-]*(?:\.[\w-]+)+")
_META: Final = frozenset(["provider", "depends_on", "lifecycle", "count", "for_each", "timeouts"])
_MOST_SETTINGS: Final = 7
_MOST_NODES: Final = 8


@dataclass
class _Block:
    """One resource block with its instances."""

    address: str
    type: str
    label: str
    source: Source
    instances: list[Item]
    order: int
    known: dict[tuple[str, ...], Any] = field(default_factory=dict)
    links: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    """Paths to the addresses of the blocks that the argument there refers to."""

    @property
    def tier(self) -> int:
        """2 for what people ask for, 1 for what comes with it, 0 for wiring."""
        if self.type in WIRING or self.type.endswith(("_association", "_attachment")):
            return 0
        return 1 if self.type in SUPPORTING else 2


class Reading:
    """What a plan tells, read once; ``scenario`` says of it now this, now that. Raises UsageError for what is no
    plan."""

    def __init__(self, plan: Mapping[str, Any], config: TerraformConfig, source: str) -> None:
        self.view = PlanView(plan)
        self.source = source
        self._locals = _Locals(config)
        self._safe: dict[str, bool] = {}
        order = _source_order(config)
        instances: dict[str, list[Item]] = {}
        for item in self.view.resources:
            instances.setdefault(bare(item.address), []).append(item)
        self.blocks: dict[str, _Block] = {}
        for address, items in instances.items():
            written = self.view.blocks.get(address)
            if written is None or items[0].type.startswith("terraform_"):
                continue
            place = order.get(address, 10_000)
            self.blocks[address] = _Block(address, items[0].type, items[0].label, written, items, place)
        for block in self.blocks.values():
            self._read(block)

    # --- facts -------------------------------------------------------------------------------------------------------

    def _read(self, block: _Block) -> None:
        for name, expression in block.source.expressions.items():
            if name in _META:
                continue
            self._read_expression(block, (name,), expression)
        for paths in (block.known, block.links):
            for path in [p for p in paths if not _settable(block.type, p)]:
                del paths[path]

    def _read_expression(self, block: _Block, path: tuple[str, ...], expression: Any) -> None:
        if isinstance(expression, list):  # blocks
            block.known[path] = [self._block_values(block, path, e, len(expression) == 1) for e in expression]
            if len(expression) == 1 and isinstance(expression[0], Mapping):
                for name, inner in expression[0].items():
                    self._read_expression(block, (*path, name), inner)
            return
        if not isinstance(expression, Mapping):
            return
        if "constant_value" in expression:
            block.known[path] = expression["constant_value"]
            return
        if any(isinstance(v, (Mapping, list)) for k, v in expression.items() if k != "references"):
            for name, inner in expression.items():  # a block that there is at most one of
                self._read_expression(block, (*path, name), inner)
            return
        reached = self._reached(block.source, path)
        targets = tuple(sorted(a for a in self.blocks if a in reached and a != block.address))
        if targets:
            block.links[path] = targets
        elif all(self._is_safe(r, block.source.module) for r in reached):
            values = [v for item in block.instances for v in [_at(item.values, path)] if v is not _NOTHING]
            if len(values) == len(block.instances) and all(v == values[0] for v in values):
                block.known[path] = values[0]

    def _block_values(self, block: _Block, path: tuple[str, ...], written: Any, only: bool) -> dict[str, Any]:
        """What is known of one block that may stand beside others of its name: constants, and where it is alone the
        values that the plan has for it."""
        found: dict[str, Any] = {}
        if isinstance(written, Mapping):
            for name, expression in written.items():
                if isinstance(expression, Mapping) and "constant_value" in expression:
                    found[name] = expression["constant_value"]
                elif only and isinstance(expression, Mapping) and set(expression) == {"references"}:
                    value = _at(block.instances[0].values, (*path, name))
                    reached = self._reached(block.source, (*path, name))
                    if value is not _NOTHING and all(self._is_safe(r, block.source.module) for r in reached):
                        found[name] = value
                else:
                    found[name] = _NOTHING
        return found

    def _reached(self, source: Source, path: tuple[str, ...]) -> frozenset[str]:
        """What the argument refers to, through variables and outputs of modules (and nothing guessed of locals)."""
        found = set(self.view.direct(source, path))
        stack = list(found)
        while stack:
            for node in self.view.edges.get(stack.pop(), ()):
                if node not in found:
                    found.add(node)
                    stack.append(node)
        return frozenset(found)

    def _is_safe(self, symbol: str, module: str) -> bool:
        """Whether what a symbol stands for is fixed by the configuration itself."""
        key = f"{module}|{symbol}"
        if key in self._safe:
            return self._safe[key]
        self._safe[key] = True  # of a cycle, which Terraform refuses anyway
        self._safe[key] = self._judge(symbol)
        return self._safe[key]

    def _judge(self, symbol: str) -> bool:
        prefix, rest = _module_of(symbol)
        head = rest.split(".", 1)[0]
        if head in ("each", "count"):
            return True  # the value was found equal in all instances
        if head == "var":
            name = rest.split(".")[1]
            if not prefix:
                return any(i.label == name and i.values.get("has_default") for i in self.view.variables)
            bound = self.view.edges.get(f"{prefix}.var.{name}")
            return bound is None or all(self._is_safe(b, prefix) for b in bound)
        if head == "local":
            names = self._locals.references(prefix, rest.split(".")[1])
            return names is not None and all(self._is_safe(f"{prefix}.{n}" if prefix else n, prefix) for n in names)
        # Outputs of modules lead on by their edges, which were followed; anything else is made elsewhere.
        return symbol in self.view.edges and not symbol.startswith("data.") and ".data." not in symbol

    # --- scenarios ---------------------------------------------------------------------------------------------------

    def scenario(self, seed: int) -> Scenario | None:
        """One way of asking for it; None where there is nothing that people would ask for by name.

        What is said holds in the plan: words whose demand it does not meet are left out.
        """
        scene = Scene(self.source, seed, self._sayer)
        chosen = self._choose(scene)
        if not chosen:
            return None
        nodes = self._nodes(scene, chosen)
        for address, node in nodes.items():
            self._tell(scene, node, self.blocks[address], nodes)
        self._surroundings(scene, nodes)
        scenario = scene.finish()
        _trim(scenario, self.view)
        return scenario if scenario.said_nodes else None

    def _choose(self, scene: Scene) -> list[_Block]:
        """The blocks that get said by a noun of their own."""
        book, ordered = phrasebook(), sorted(self.blocks.values(), key=lambda b: (-b.tier, b.order, b.address))
        main = [b for b in ordered if b.tier == 2]
        beside = [b for b in ordered if b.tier == 1]
        if not main:
            main, beside = beside, []
        if not main:
            main = [b for b in ordered if book.noun(b.type) or len(ordered) == 1]
        if len(main) > _MOST_NODES:
            kept = set(scene.rng.sample(range(len(main)), _MOST_NODES))
            main = [b for n, b in enumerate(main) if n in kept]
        for block in beside:
            if len(main) < _MOST_NODES and scene.rng.random() < 0.5 * scene.talk:
                main.append(block)
        return main

    def _nodes(self, scene: Scene, chosen: list[_Block]) -> dict[str, Node]:
        """Nodes for what is said, and for satellites that can be said as properties of it."""
        book = phrasebook()
        nodes: dict[str, Node] = {}
        for block in chosen:
            node = scene.resource(block.type, book.noun(block.type), _role(block))
            nodes[block.address] = node
            if len(block.instances) > 1:
                node.times(len(block.instances))
            if block.instances[0].module == "" and block.tier and scene.rng.random() < 0.06:
                node.label, node.label_said = block.label, True
        for block in sorted(self.blocks.values(), key=lambda b: (b.order, b.address)):
            if block.address in nodes or block.tier == 2:
                continue
            owners = [t for targets in block.links.values() for t in targets if t in nodes]
            if not owners or len(block.instances) > 1:
                continue
            say, implied = self._feature(scene, block, nodes[owners[0]])
            if say is None or scene.rng.random() > max(0.35, scene.talk):
                continue
            node = nodes[block.address] = scene.resource(block.type, "", _role(block), of=nodes[owners[0]], say=say)
            for path, value in implied.items():
                _place(node, path[:-1]).implied(path[-1], value)
            link = next((p for p, targets in block.links.items() if owners[0] in targets and len(p) == 1), None)
            if link is not None:
                node.link(link[0], nodes[owners[0]])
        return nodes

    def _feature(self, scene: Scene, block: _Block, owner: Node) -> tuple[Say | None, dict[tuple[str, ...], Any]]:
        known = _flat(block.known)
        found: list[Feature] = phrasebook().feature(block.type, owner.type, known)
        if found:
            # The one that says most.
            most = max(len(f.implied) for f in found)
            one = scene.rng.choice([f for f in found if len(f.implied) == most])
            return one.say, dict(one.implied)
        own = _own_feature(block.type, known)
        return own if own is not None else (None, {})

    def _tell(self, scene: Scene, node: Node, block: _Block, nodes: Mapping[str, Node]) -> None:
        if node.feature_of is not None:
            return
        single = len(block.instances) == 1
        name = next(
            ((n,) for n in NAMES if isinstance(block.known.get((n,)), str) and _sayable(block.known[(n,)])), None
        )
        if name is not None and single:
            node.named(name[0], block.known[name])
        trust = _trust(block)
        if trust is not None:
            node.says(trust)
        for path, targets in sorted(block.links.items()):
            self._tell_link(scene, node, path, targets, nodes)
        candidates = [
            p for p in block.known if (p != name and not isinstance(block.known[p], Mapping)) or p[-1:] == ("tags",)
        ]
        told = 0
        for path in sorted(candidates, key=lambda p: (_weight(p), p, scene.rng.random())):
            value = block.known[path]
            if told >= _MOST_SETTINGS or path == name:
                break
            if _is_blocks(value):
                if len(value) > 1 or not self._says_inside(block, path):
                    told += self._tell_blocks(scene, node, path, value)
                continue
            weight = _weight(path)
            if weight and scene.rng.random() > (0.6 if weight == 1 else 0.2):
                continue
            if not _sayable(value) or (len(path) > 1 and self._repeated(block, path)):
                continue
            how = self._sayer(node.type, path, value)
            if how is None or scene.rng.random() > max(0.3, scene.talk):
                continue
            _place(node, path[:-1]).set(path[-1], value, how) if len(path) > 1 else node.set(path[-1], value, how)
            told += 1

    def _says_inside(self, block: _Block, path: tuple[str, ...]) -> bool:
        """Whether a lone block has few enough settings to be told one by one."""
        inner = [p for p in block.known if p[: len(path)] == path and len(p) == len(path) + 1]
        return len([p for p in inner if _sayable(block.known[p])]) < 3 and path[-1] not in ("ingress", "egress")

    def _repeated(self, block: _Block, path: tuple[str, ...]) -> bool:
        """Whether a block around the argument is one of several, or told as a whole."""
        for depth in range(1, len(path)):
            around = block.known.get(path[:depth])
            if isinstance(around, list) and (len(around) > 1 or not self._says_inside(block, path[:depth])):
                return True
        return False

    def _tell_blocks(self, scene: Scene, node: Node, path: tuple[str, ...], values: list[dict[str, Any]]) -> int:
        """Blocks that are told as a whole, each with what is known of it."""
        if len(values) > 4 or len(path) > 2 or scene.rng.random() > max(0.35, scene.talk):
            return 0
        told = 0
        for value in values:
            found = _composite(path, value)
            if found is None:
                continue
            say, implied = found
            body = _place(node, path[:-1]).block(path[-1], say)
            for name, one in implied.items():
                body.implied(name, one)
            told += 1
        return told

    def _tell_link(
        self, scene: Scene, node: Node, path: tuple[str, ...], targets: tuple[str, ...], nodes: Mapping[str, Node]
    ) -> None:
        said = [nodes[t] for t in targets if t in nodes and nodes[t].said and nodes[t].feature_of is None]
        kinds = {self.blocks[t].type for t in targets}
        if len(kinds) != 1 or not said or len(path) > 1 or said[0] is node:
            return
        target = said[0]
        forms = phrasebook().links.get((node.type, path, target.type), [])
        generic = LINKS.get(path[-1])
        say = scene.rng.choice(forms) if forms else Say(post=generic) if generic else None
        if say is not None and scene.rng.random() < max(0.5, scene.talk):
            node.link(path[0], target, "id", say)

    def _sayer(self, type: str, path: tuple[str, ...], value: Any) -> Say | None:
        """The blueprints' words, else words of our own."""
        found = phrasebook().says(type, path, value)
        if path == ("enabled",) or (path == ("engine",) and str(value).split("-")[0] in type):
            return None  # "with enabled switched on", "a Neptune cluster running neptune"
        plain = say_for(type, path, value)
        if not found and isinstance(value, bool) and path[-1] in SWITCHES:
            what, on = SWITCHES[path[-1]], ("on", "enable") if value else ("off", "disable")
            return Say(np=f"{what} {{turned|switched}} {on[0]}", do=f"{on[1]} {what}")
        if found:
            return found[sum(map(ord, f"{self.source}{path}")) % len(found)]
        return plain if plain is None or len(path) == 1 else _nested(path, value)

    def _surroundings(self, scene: Scene, nodes: Mapping[str, Node]) -> None:
        """The region, outputs and variables that may be asked for too."""
        own = [p for p in self.view.providers if p.label == "aws"]
        region = own[0].values.get("region") if len(own) == 1 and "alias" not in own[0].values else None
        if isinstance(region, str) and re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region) and self._region_is_fixed(own[0]):
            scene.in_region(region, scene.rng.random() < 0.35)
        outputs = [(i, p) for i in self.view.outputs if (p := self._output(i, nodes)) is not None]
        if outputs and scene.rng.random() < 0.4:
            for item, (node, attribute) in scene.rng.sample(outputs, min(len(outputs), scene.rng.randint(1, 2))):
                noun = node.noun or f"{{{words_of(node.type.split('_', 1)[1])}}}"
                what = words_of(attribute)
                scene.output(item.label, None, f"the {what} of the {noun}")
        variables = [v for v in self.view.variables if re.fullmatch(r"[a-z][a-z0-9_]{2,30}", v.label)]
        if variables and scene.rng.random() < 0.12:
            one = scene.rng.choice(variables)
            scene.variable(one.label, "", None, said=True)

    def _region_is_fixed(self, provider: Item) -> bool:
        expression = provider.source.expressions.get("region") if provider.source is not None else None
        if not isinstance(expression, Mapping):
            return False
        return "constant_value" in expression or all(self._is_safe(r, "") for r in expression.get("references", ()))

    def _output(self, item: Item, nodes: Mapping[str, Node]) -> tuple[Node, str] | None:
        """The said node and attribute that an output shows, when it shows just one."""
        if item.source is None:
            return None
        names = [r for r in item.source.expressions.get("value", {}).get("references", ()) if isinstance(r, str)]
        longest = max(names, key=len, default="")
        address, _, attribute = bare(longest).rpartition(".")
        node = nodes.get(address)
        if node is None or not node.said or node.feature_of is not None or node.instances > 1 or "." in attribute:
            return None
        if any(not longest.startswith(n) for n in names) or not re.fullmatch(r"[a-z_0-9]+", attribute):
            return None
        return node, attribute


# --- values -----------------------------------------------------------------------------------------------------------

_NOTHING: Final[Any] = object()


def _at(values: Any, path: tuple[str, ...]) -> Any:
    """The value at a path, through blocks that there is one of; _NOTHING where it is not known or not there."""
    here = values
    for step in path:
        if isinstance(here, list):
            here = here[0] if len(here) == 1 else None
        if not isinstance(here, Mapping) or step not in here:
            return _NOTHING
        here = here[step]
    return _NOTHING if here is None else here


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _flat(known: Mapping[tuple[str, ...], Any]) -> dict[tuple[str, ...], Any]:
    return {p: v for p, v in known.items() if not _is_blocks(v)}


def _sayable(value: Any) -> bool:
    """A value that can stand in a sentence."""
    if isinstance(value, (bool, int, float)):
        return True
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= 80 and not re.search(r"[\n\t{}|<>`\x00-\x1f]|%\[|\$\{", value)
    if isinstance(value, (list, tuple)):
        return 0 < len(value) <= 5 and all(isinstance(v, (str, int)) and _sayable(v) for v in value)
    if isinstance(value, Mapping):
        return 0 < len(value) <= 4 and all(_sayable(k) and isinstance(v, str) and _sayable(v) for k, v in value.items())
    return False


def _weight(path: tuple[str, ...]) -> int:
    """0 for what people mention often, 1 sometimes, 2 seldom."""
    if path[-1] in LOW:
        return 2
    return 0 if path[-1] in PRIMARY_SETTINGS and len(path) == 1 else 1


def _settable(type: str, path: tuple[str, ...]) -> bool:
    """Whether the schema has this argument, to be set, in clear and not deprecated."""
    source = bundle.provider_for_type(type)
    if source is None:
        return False
    try:
        block = bundle.load(source).resource(type).block
    except KeyError:
        return False
    for n, step in enumerate(path):
        attribute = block.attributes.get(step)
        if attribute is not None:
            return (attribute.required or attribute.optional) and not attribute.sensitive and not attribute.deprecated
        nested = block.blocks.get(step)
        if nested is None:
            return False
        if n == len(path) - 1:
            return True
        block = nested.block
    return False


def _place(node: Node, path: tuple[str, ...]) -> Body:
    """The body of the block at a path, made where it is not there yet."""
    body: Body = node
    for step in path:
        found = next(
            (b for i in body.items if not isinstance(i, Setting) for n, b in [i] if n == step and b.say is None), None
        )
        body = found if found is not None else body.block(step)
    return body


def _module_of(symbol: str) -> tuple[str, str]:
    match = re.match(r"((?:module\.[^.]+\.)*)(.+)\Z", symbol)
    assert match is not None
    if re.fullmatch(r"(module\.[^.]+\.)*module\.[^.]+(\.[^.]+)?", symbol):  # a call or its output
        return "", symbol
    return match[1].rstrip("."), match[2]


class _Locals:
    """What locals are defined by, which the plan does not tell."""

    def __init__(self, config: TerraformConfig) -> None:
        self._found: dict[tuple[str, str], frozenset[str]] = {}
        for key, module in scan(config.files, config.root).modules.items():
            address = ".".join(f"module.{part}" for part in key.split(".")) if key else ""
            for name, place in module.locals.items():
                text = config.files[place.file][place.start.byte : place.end.byte].decode("utf-8", "replace")
                text = text.partition("=")[2] or text
                names = {m[0] for m in _REFERENCE.finditer(re.sub(r'(?<!\$\{)"[^"$\n]*"', '""', text))}
                self._found[address, name] = frozenset(".".join(n.split(".")[:2]) for n in names)

    def references(self, module: str, name: str) -> frozenset[str] | None:
        return self._found.get((module, name))


def _source_order(config: TerraformConfig) -> dict[str, int]:
    """The addresses of all resource blocks by where they stand."""
    found: list[str] = []
    for key, module in scan(config.files, config.root).modules.items():
        prefix = "".join(f"module.{part}." for part in key.split(".")) if key else ""
        ordered = sorted(
            module.resources, key=lambda b: (b.file.rpartition("/")[2] != "main.tf", b.file, b.range.start.byte)
        )
        found.extend(f"{prefix}{b.type}.{b.name}" for b in ordered)
    return {address: n for n, address in enumerate(found)}


# --- words ------------------------------------------------------------------------------------------------------------


def _role(block: _Block) -> str:
    """A short word that tells it from others of its type, from its label."""
    words = [w for w in re.split(r"[_\-]+", block.label.lower()) if w]
    own = set(block.type.split("_"))
    words = [w for w in words if w not in own and w not in _GENERIC_LABELS and w.isalpha()]
    return " ".join(words) if 0 < len(words) <= 2 and all(len(w) > 2 for w in words) else ""


def _article(words: str) -> str:
    return "an" if words[:1].lower() in "aeio" else "a"


def _nested(path: tuple[str, ...], value: Any) -> Say | None:
    """Words for an argument of a block, which its own name seldom tells."""
    around, own = words_of(path[-2]).split(), words_of(path[-1]).split()
    words = " ".join([*(w for w in around if w not in own), *own])
    if isinstance(value, bool):
        stem = " ".join(w for w in words.split() if w not in ("enabled", "enable", "is")).replace(
            "encrypted", "encryption"
        )
        return Say(
            np=f"{stem} {{enabled|turned on}}" if value else f"{stem} {{disabled|turned off}}",
            do=f"{{enable|turn on}} {stem}" if value else f"{{disable|turn off}} {stem}",
        )
    if isinstance(value, (list, dict)):
        return Say(np=f"{{the |}}{words} <v>")
    return Say(np=f"{{{_article(words)} {words} of <v>|{words} <v>|{words} set to <v>}}", do=f"set the {words} to <v>")


_PORTS: Final = {22: "SSH", 80: "HTTP", 443: "HTTPS", 3306: "MySQL", 5432: "PostgreSQL", 3389: "RDP", 6379: "Redis"}


def _rule(name: str, value: Mapping[str, Any]) -> tuple[Say, dict[str, Any]] | None:
    """A rule of a security group."""
    low, high, protocol = value.get("from_port"), value.get("to_port"), str(value.get("protocol", ""))
    cidrs = value.get("cidr_blocks")
    if not isinstance(low, (int, float, str)) or not isinstance(cidrs, list) or not cidrs or not _sayable(cidrs):
        return None
    way = ("inbound", "from") if name == "ingress" else ("outbound", "to")
    where = " and ".join(map(str, cidrs))
    known = {"from_port": low, "to_port": high, "protocol": protocol, "cidr_blocks": list(cidrs)}
    if protocol in ("-1", "all"):
        say = Say(
            np=f"all {way[0]} traffic {{allowed|open}} {way[1]} {where}",
            do=f"allow all {way[0]} traffic {way[1]} {where}",
        )
        return say, {"protocol": protocol, "cidr_blocks": list(cidrs)}
    if str(low) == str(high):
        service = f" ({_PORTS[int(low)]})" if str(low).isdigit() and int(low) in _PORTS else ""
        what = f"{protocol.upper()} port {low}{service}"
    else:
        what = f"{protocol.upper()} ports {low} to {high}"
    return Say(
        np=f"{way[0]} {what} {{allowed|open}} {way[1]} {where}", do=f"allow {way[0]} {what} {way[1]} {where}"
    ), known


def _composite(path: tuple[str, ...], value: Mapping[str, Any]) -> tuple[Say, dict[str, Any]] | None:
    """Words for a block as a whole, and the settings in them; None where too much or too little is known of it."""
    given = {k: v for k, v in value.items() if v is not None and v != [] and v != ""}
    if path[-1] in ("ingress", "egress"):
        return _rule(path[-1], given)
    if any(v is _NOTHING for v in given.values()):
        return None
    plain = {k: v for k, v in given.items() if isinstance(v, (str, int, float, bool)) and _sayable(v) and k not in LOW}
    if not plain or len(plain) > 4 or any(isinstance(v, Mapping) or _is_blocks(v) for v in given.values()):
        return None
    words = words_of(path[-1])
    parts = []
    for name, one in plain.items():
        own = words_of(name)
        if isinstance(one, bool):
            stem = own.removesuffix(" enabled").removeprefix("enable ")
            if stem.endswith("ed"):  # "encrypted", "managed"
                parts.append(stem if one else f"not {stem}")
            else:
                parts.append(f"{stem} {'enabled' if one else 'disabled'}")
        else:
            parts.append(
                f'{own} "{one}"' if isinstance(one, str) and not re.fullmatch(r"[\w.:/-]+", one) else f"{own} {one}"
            )
    told = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}"
    return Say(np=f"{_article(words)} {words} with {told}"), plain


def _own_feature(type: str, known: Mapping[tuple[str, ...], Any]) -> tuple[Say, dict[tuple[str, ...], Any]] | None:
    """Satellites whose words depend on a value."""

    def text(name: str) -> str:
        value = known.get((name,))
        return value if isinstance(value, str) and _sayable(value) else ""

    if type == "aws_iam_role_policy_attachment":
        match = re.fullmatch(r"arn:aws:iam::aws:policy/(?:[\w-]+/)*([\w+=,.@-]+)", text("policy_arn"))
        if match is not None:
            name = match[1]
            say = Say(
                np=f"the {{AWS managed |managed |}}policy {name} {{attached|}}",
                do=f"attach the {{AWS managed |managed |}}policy {name} to it",
            )
            return say, {("policy_arn",): text("policy_arn")}
    if type == "aws_s3_bucket_acl" and text("acl"):
        return Say(np=f"the {text('acl')} ACL", do=f"set {{the|its}} ACL to {text('acl')}"), {("acl",): text("acl")}
    if type == "aws_s3_bucket_ownership_controls":
        value = known.get(("rule", "object_ownership"))
        if isinstance(value, str):
            return Say(np=f"object ownership {value}", do=f"set object ownership to {value}"), {
                ("rule", "object_ownership"): value
            }
    if type == "aws_kms_alias" and text("name"):
        return Say(np=f"the alias {text('name')}", do=f"give it the alias {text('name')}"), {("name",): text("name")}
    if type in ("aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"):
        inbound = "ingress" in type or text("type") == "ingress"
        given = {p[0]: v for p, v in known.items() if len(p) == 1}
        if "cidr_ipv4" in given:
            given = {**given, "cidr_blocks": [given["cidr_ipv4"]], "protocol": given.get("ip_protocol", "")}
        found = _rule("ingress" if inbound else "egress", {"from_port": 0, "to_port": 0, **given})
        if found is not None:
            say, settings = found
            names = {(p[0],) for p in known}
            implied: dict[tuple[str, ...], Any] = {(n,): v for n, v in settings.items() if (n,) in names}
            if "cidr_ipv4" in given:
                implied = {(n,): given[n] for n in ("from_port", "to_port", "ip_protocol", "cidr_ipv4") if n in given}
            if text("type"):
                implied["type",] = text("type")
            return say, implied
    return None


def _trust(block: _Block) -> Say | None:
    """Who may assume a role, where it is one service."""
    if block.type != "aws_iam_role":
        return None
    try:
        document = json.loads(block.instances[0].values.get("assume_role_policy") or "")
        (statement,) = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
        service = statement["Principal"]["Service"]
        (service,) = service if isinstance(service, list) else [service]
        fits = statement["Effect"] == "Allow" and statement["Action"] in ("sts:AssumeRole", ["sts:AssumeRole"])
    except (ValueError, KeyError, TypeError):
        return None
    if not fits or service not in _PRINCIPALS:
        return None
    words = _PRINCIPALS[service]
    return Say(
        np=f"a trust policy {{for {words}|that lets {words} assume it}}",
        that=f"can be assumed by {words}",
        demand=PolicyStatement(
            ("assume_role_policy",), "Allow", ("sts:AssumeRole",), principals={"Service": (service,)}
        ),
    )


# --- holding ----------------------------------------------------------------------------------------------------------


def _trim(scenario: Scenario, view: PlanView) -> None:
    """Leave unsaid what the plan does not meet: a setting, a block, a feature; at last the node."""
    for node in list(scenario.said_nodes):
        if _holds(scenario, node, view):
            continue
        settings = [s for s in node.settings() if s.said]
        blocks = [b for b in node.blocks() if b.said]
        for setting in settings:
            setting.said = False
        for block in blocks:
            block.said = False
        if not _holds(scenario, node, view):
            _silence(scenario, node)
            continue
        for block in blocks:
            inner = [s for s in settings if s in set(block.settings())]
            block.said = True
            for setting in inner:
                setting.said = True
            if not _holds(scenario, node, view):
                block.said = False
                for setting in inner:
                    setting.said = False
        for setting in settings:
            if setting.said:
                continue
            if setting.say is not None and setting.say.implied:
                continue
            setting.said = True
            if not _holds(scenario, node, view):
                setting.said = False
        if node.feature_of is not None and not any(s.said for s in node.settings()):
            _silence(scenario, node)


def _silence(scenario: Scenario, node: Node) -> None:
    node.said = False
    for setting in node.settings():
        setting.said = False
    for block in node.blocks():
        block.said = False
    for other in scenario.nodes:
        if other.feature_of is node and other.said:
            _silence(scenario, other)


def _holds(scenario: Scenario, node: Node, view: PlanView) -> bool:
    """Whether the demand of this node alone is met."""
    alone = Scenario(scenario.blueprint, scenario.seed, [node], [], [], scenario.region, False, [], "")
    if not node.said:
        return True
    return all(v.passed for v in evaluate(intent_of(alone), view))

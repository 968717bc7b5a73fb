"""The blocks of one rendering: resources, repeated and optional blocks, switches."""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.data.synthesis.expressions import Ref, Value, hcl
from terraformer.data.synthesis.rendering.groups import (
    Group,
    plain,
    repeated_blocks,
)
from terraformer.data.synthesis.rendering.modules import optional_block
from terraformer.data.synthesis.rendering.naming import Variable
from terraformer.data.synthesis.rendering.values import RESERVED, Values
from terraformer.data.synthesis.rendering.words import (
    described,
    distinct,
    free,
    identifier,
    inline,
    keyed,
    kind_of,
    plural_name,
    singular,
    word_of,
)
from terraformer.data.synthesis.scenario import Body, Node, Setting
from terraformer.data.synthesis.wording import type_noun

__all__ = ["Writer"]

_WITHOUT_NAME = frozenset(
    f"aws_{t}"
    for t in (
        "vpc", "subnet", "internet_gateway", "nat_gateway", "eip", "route_table", "security_group", "instance",
        "vpc_endpoint", "network_acl", "ebs_volume", "ec2_transit_gateway", "vpc_peering_connection", "efs_file_system",
    )
)  # fmt: skip
"""What shows its Name tag in the console."""


class Writer(Values):
    """One rendering: names and what it gathers on its way."""

    def write_all(self) -> None:
        for node in self.scenario.nodes:
            group = self.groups.get(node)
            if group is not None and node is not group.nodes[0]:
                continue
            self.here = self.modules[self.homes.get(node, "")]
            self.here.nodes.append((node, self.node(node)))
        self.here = self.root

    def node(self, node: Node) -> str:
        self._writing = node
        word = "data" if node.mode == "data" else "resource"
        lines = [f'{word} "{node.type}" "{self.labels[node]}" {{']
        if node.repeat:
            if node.by == "count":
                lines += [f"count = {node.repeat[0]}", ""]
            else:
                lines += [f"for_each = toset({hcl(list(node.repeat), self)})", ""]
        elif node in self.groups:
            lines += [*self._repeated(self.groups[node]), ""]
        elif node in self.toggles:
            lines += [f"count = {self._switch(node)} ? 1 : 0", ""]
        if node.provider:
            lines += [f"provider = {node.provider}", ""]
        lines += self.body(node)
        tags = self._style_tags(node)
        if tags:
            lines += ["", f"tags = {tags}"]
        if node.lifecycle:
            lines += ["", "lifecycle {", *(f"{k} = {hcl(v, self)}" for k, v in node.lifecycle), "}"]
        if node.depends_on:
            names = ", ".join(dict.fromkeys(self.address(n, "") for n in node.depends_on))
            lines += ["", f"depends_on = [{names}]"]
        return "\n".join([*lines, "}"])

    def _style_tags(self, node: Node) -> str:
        """The tags of someone who tags everything, for what has none of its own; "" for none."""
        style = self.style
        own = any(isinstance(i, Setting) and i.name == "tags" for i in node.items)
        if node.mode != "resource" or own or not style.tags or style.tags_default or not self.taggable(node.type):
            return ""
        if not style.tags_local:
            return hcl(dict(style.tags), self)
        common = self.common_tags()
        if not style.tags_name or node.type not in _WITHOUT_NAME:
            return common
        by = self.groups[node].by if node in self.groups else node.by if node.repeat else ""
        each = {"for_each": "-${each.key}", "count": "-${count.index + 1}"}.get(by, "")
        word = word_of(node.type).replace("_", "-")
        role = identifier(node.role).replace("_", "-") if not self.groups.get(node) else ""
        name = f"{role}-{word}" if role and role not in ("main", "this", word) else word
        project = self._prefix and self._common("project", self._prefix, "Name of the project.")
        before = f"${{{project}}}-" if project else f"{self._prefix}-" if self._prefix else ""
        return f'merge({common}, {{\nName = "{before}{name}{each}"\n}})'

    def body(self, body: Body) -> list[str]:
        lines: list[str] = []
        managed = self._writing.mode == "resource"
        dynamic = {
            name: blocks
            for name, blocks in (repeated_blocks(body).items() if self.style.dynamic and managed else ())
            if self.rng.random() < self.style.dynamic and not any(s in self._each for b in blocks for s in b.settings())
        }
        for item in body.items:
            if isinstance(item, Setting):
                if not item.name:  # words only
                    continue
                if lines and lines[-1] == "}":
                    lines.append("")
                lines.append(f"{item.name} = {self.value(item)}")
                continue
            name, block = item
            if name in dynamic and block is not dynamic[name][0]:
                continue
            if lines:
                lines.append("")
            if name in dynamic:
                lines += self._dynamic(name, dynamic[name])
            elif managed and self._optional(body, name, block):
                lines += self._switched(name, block)
            else:
                lines += [f"{name} {{", *self.body(block), "}"]
        return lines

    def _switch(self, node: Node) -> str:
        name = f"{'create' if self.style.generic in ('main', 'this') else 'enable'}_{word_of(node.type)}"
        name = free(name, lambda n: n in self.here.variables or n in self.root.variables)
        words = f"Whether to create the {type_noun(node.type)}."
        self.root.variables[name] = Variable("bool", "true", words, True)
        return self.symbol(f"var.{name}", name, "bool", words)

    def _repeated(self, group: Group) -> list[str]:
        """The head of a block that stands for several, and what its differing settings become."""
        by_key = group.by == "for_each"
        index = "each.key" if by_key else "count.index"
        for settings, other in group.follows:
            first = settings[0]
            assert isinstance(first.value, Ref)
            base = self.address(other.nodes[0], "") if self.homes.get(other.nodes[0], "") == self.here.name else ""
            self._each[first] = f"{base}[{index}].{first.value.attribute}"
        names = distinct([s[0] for s in group.differing])
        rows = {name: [s.value for s in settings] for name, settings in zip(names, group.differing, strict=True)}
        plural = plural_name(word_of(group.nodes[0].type))
        if not by_key:
            return self._counted(group, rows, plural)
        for name in list(rows):  # what the key says already
            settings = group.differing[names.index(name)]
            if (text := keyed(rows[name], group.keys)) is not None:
                self._each[settings[0]] = text
                del rows[name]
        left = [(n, group.differing[names.index(n)][0]) for n in rows]
        if not rows:
            if group.follows and not group.differing and self.rng.random() < 0.5:
                other = group.follows[0][1]
                return [f"for_each = {other.nodes[0].type}.{self.labels[other.nodes[0]]}"]
            return [f"for_each = toset({self._stored(plural, 'list(string)', list(group.keys))})"]
        if len(rows) == 1:
            name, setting = left[0]
            self._each[setting] = "each.value"
            kind = f"map({kind_of(rows[name][0])})"
            return [f"for_each = {self._stored(plural, kind, dict(zip(group.keys, rows[name], strict=True)))}"]
        for name, setting in left:
            self._each[setting] = f"each.value.{name}"
        values = {k: {n: column[at] for n, column in rows.items()} for at, k in enumerate(group.keys)}
        fields = "\n".join(f"{n} = {kind_of(column[0])}" for n, column in rows.items())
        return [f"for_each = {self._stored(plural, f'map(object({{{chr(10)}{fields}{chr(10)}}}))', values)}"]

    def _counted(self, group: Group, rows: dict[str, list[Value]], plural: str) -> list[str]:
        stored: list[str] = []
        for (name, column), settings in zip(rows.items(), group.differing, strict=True):
            kind = kind_of(column[0])
            text = self._stored(f"{singular(plural)}_{plural_name(name)}", f"list({kind})", column, always=True)
            self._each[settings[0]] = f"{text}[count.index]"
            stored.append(text)
        return [f"count = length({stored[0]})" if stored else f"count = {len(group.nodes)}"]

    def _stored(self, name: str, kind: str, value: Value, *, always: bool = False) -> str:
        """A collection where this style has such things: inline, in a local or in a variable."""
        text = inline(value, self)
        where = self.style.collections if self.style.collections != "inline" or not always else "locals"
        if where == "inline":
            return text
        if where == "locals":
            name = free(name, lambda n: self.here.locals.get(n, text) != text)
            self.here.locals[name] = text
            return f"local.{name}"
        name = free(
            name,
            lambda n: (
                n in RESERVED
                or (n in self.here.variables and self.here.variables[n].value != value)
                or (bool(self.here.name) and n in self.here.inputs and self.here.inputs[n] != text)
            ),
        )
        words = f"{described(name)}."
        if self.here.name:
            self.here.variables[name] = Variable(kind, "", words, value)
            self.here.inputs[name] = text
        else:
            self.here.variables[name] = Variable(kind, text, words, value)
        return f"var.{name}"

    def _optional(self, body: Body, name: str, block: Body) -> bool:
        """Whether a block is one that a switch may leave out: one of its name, of plain values."""
        if not self.style.dynamic or not isinstance(body, Node) or self.rng.random() >= self.style.dynamic * 0.2:
            return False
        single = sum(not isinstance(i, Setting) and i[0] == name for i in body.items) == 1
        plainly = bool(block.items) and all(
            isinstance(i, Setting) and plain(i.value) and i not in self._each and i.name for i in block.items
        )
        return single and plainly and optional_block(body.type, name)

    def _switched(self, name: str, block: Body) -> list[str]:
        words = f"Whether to set the {name.replace('_', ' ')} of the {type_noun(self._writing.type)}."
        variable = free(f"enable_{name}", lambda n: n in self.here.variables or n in self.root.variables)
        self.root.variables[variable] = Variable("bool", "true", words, True)
        text = self.symbol(f"var.{variable}", variable, "bool", words)
        return [f'dynamic "{name}" {{', f"for_each = {text} ? [1] : []", "", "content {", *self.body(block), "}", "}"]

    def _dynamic(self, name: str, blocks: Sequence[Body]) -> list[str]:
        columns = [
            [s for s in column if isinstance(s, Setting)]
            for column in zip(*([i for i in b.items if isinstance(i, Setting) and i.name] for b in blocks), strict=True)
        ]
        lines: dict[str, str] = {}
        differing: dict[str, list[Value]] = {}
        for settings in columns:
            values = [s.value for s in settings]
            if all(v == values[0] and type(v) is type(values[0]) for v in values):
                lines[settings[0].name] = hcl(values[0], self)
            else:
                differing[settings[0].name] = values
        plural = f"{name}_rules" if name in ("ingress", "egress") else plural_name(name)
        distinct = list({repr(v): v for v in differing.values()}.values())
        if not differing:
            stored = inline([1] * len(blocks), self)
        elif len(distinct) == 1 and not isinstance(distinct[0][0], list):
            word = "port" if "port" in next(iter(differing)) else next(iter(differing))
            owner = name if len(name) > 3 and word != name else "allowed"
            stored = self._stored(f"{owner}_{plural_name(word)}", f"list({kind_of(distinct[0][0])})", distinct[0])
            lines.update((n, f"{name}.value") for n in differing)
        else:
            fields = "\n".join(f"{n} = {kind_of(v[0])}" for n, v in differing.items())
            rows = [{n: v[at] for n, v in differing.items()} for at in range(len(blocks))]
            stored = self._stored(plural, f"list(object({{\n{fields}\n}}))", rows)
            lines.update((n, f"{name}.value.{n}") for n in differing)
        order = [c[0].name for c in columns]
        return [
            f'dynamic "{name}" {{',
            f"for_each = {stored}",
            "",
            "content {",
            *(f"{n} = {lines[n]}" for n in order),
            "}",
            "}",
        ]

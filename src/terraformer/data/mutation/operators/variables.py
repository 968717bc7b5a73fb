"""Variables and locals: values taken out of resources and put back, renamed, described, changed."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Final

from terraformer.data.intents import Count, Demand, RefersTo, Subject
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Change, Say, Target, equals
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import Draft, literal
from terraformer.data.mutation.naming import GENERIC, Code, Words
from terraformer.data.mutation.operators.tags import add_local
from terraformer.data.mutation.syntax import Argument, HclBlock
from terraformer.data.synthesis.lexicon import words_of

_SILENT: Final = frozenset(
    [
        "policy",
        "assume_role_policy",
        "user_data",
        "content",
        "body",
        "definition",
        "filename",
        "source",
        "password",
        "container_definitions",
        "template_body",
        "depends_on",
        "provider",
        "count",
        "for_each",
        "version",
        "effect",
    ]
)
_WHY: Final = (
    "We want to reuse this code for another environment.",
    "It differs between our environments.",
    "Hard-coded values have bitten us before.",
    "Others should be able to set it.",
    "This should be configurable.",
)


def extractable(t: Target) -> list[tuple[HclBlock, Argument]]:
    """The plain values of a resource that one would make a variable of, with the block that each stands in."""
    found: list[tuple[HclBlock, Argument]] = []
    for block in (t.block, *(b for b in t.block.blocks if b.kind not in ("lifecycle", "dynamic", "provisioner"))):
        kinds = Counter(b.kind for b in t.block.blocks)
        if block is not t.block and kinds[block.kind] > 1:
            continue
        for argument in block.arguments.values():
            value = argument.value
            if argument.name in _SILENT or not isinstance(value, (str, int, float)):
                continue
            if isinstance(value, str) and (
                not value or len(value) > 60 or "\n" in value or argument.text.startswith("<<")
            ):
                continue
            found.append((block, argument))
    return found


def path_of(block: HclBlock, argument: Argument, whole: HclBlock) -> tuple[str, ...]:
    return (argument.name,) if block is whole else (block.kind, argument.name)


def words_for(t: Target, argument: Argument) -> Words | Code:
    """What people call an argument ("instance type"); switches and at times others by their name in the code."""
    if argument.name in ("bucket", "function_name", "alarm_name", "user_name", "table_name", "repository_name"):
        return Words("name")
    if isinstance(argument.value, bool) or t.rng.random() < 0.2:
        return Code(f"{argument.name} setting" if isinstance(argument.value, bool) else argument.name)
    return Words(argument_words(argument.name))


def argument_words(name: str) -> str:
    return re.sub(r"(?i)\b(aws|alb|nlb|elb|asg|cdn|ip)\b", lambda m: m[1].upper(), words_of(name))


def type_of(value: Any) -> str:
    return "bool" if isinstance(value, bool) else "number" if isinstance(value, (int, float)) else "string"


def declare(draft: Draft, t: Target, name: str, value: Any, type: str, description: str) -> None:
    """Add a variable where variables stand."""
    described = (
        any(b.has("description") for b in t.syntax.of("variable")) if t.syntax.of("variable") else t.rng.random() < 0.6
    )
    lines = [f'variable "{name}" {{']
    if described:
        lines.append(f"  description = {literal(description)}")
    lines += [f"  type        = {type}" if described else f"  type    = {type}"]
    lines += [f"  default     = {literal(value)}" if described else f"  default = {literal(value)}", "}"]
    text = "\n".join(lines)
    known = t.syntax.of("variable")
    if known:
        draft.append(text, near=known[-1])
        return
    home = draft.home("variable")
    first = min(
        (b for b in t.syntax.root_blocks if b.file == home and b.kind in ("resource", "data", "locals", "module")),
        key=lambda b: b.start,
        default=None,
    )
    if first is None:
        draft.append(text, file=home)
    else:
        at = draft.comment_start(first)
        draft.splice(home, at, at, f"{text}\n\n")


def variable_name(t: Target, argument: str) -> str:
    role = t.label if t.label.lower() not in GENERIC else ""
    short = t.type.split("_", 1)[-1].split("_")[-1]
    if argument.startswith((f"{role}_", f"{short}_")) or (role and argument == role):
        return argument
    options = (
        [argument] if argument not in ("name", "type", "bucket", "description", "path", "id", "key", "value") else []
    )
    plain = "name" if argument in ("bucket", "function_name", "alarm_name", "user_name", "table_name") else argument
    options += [f"{role}_{plain}"] * 2 if role else [f"{short}_{plain}"]
    name = t.pick(*options)
    return "" if len(name) > 45 else name


_DEFAULT: Final = (
    "{with {the current value|today's value|the present value} as {the |its |}default|that defaults to <v>"
    "|with <v> as {the |its |}default|with the default <v>}"
)


@operator("variables", when=lambda t: t.instances > 0 and bool(extractable(t)), weight=1.6, structural=True)
def extract_variable(t: Target) -> Change | None:
    block, argument = t.pick(*extractable(t))
    name = variable_name(t, argument.name)
    if not name or t.syntax.find(f"var.{name}") is not None:
        return None
    value = argument.value
    words = argument_words(argument.name)
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, f"var.{name}")
    declare(
        draft,
        t,
        name,
        value,
        type_of(value),
        f"{words[:1].upper()}{words[1:]} of the {t.it.noun}.",
    )
    path = path_of(block, argument, t.block)
    return t.change(
        draft,
        Say(
            f"{{make the <words> of <it> a variable {{called |named |}}<name> {_DEFAULT}"
            f"|turn the <words> of <it> into {{a|an input}} variable {{called |named |}}<name> {_DEFAULT}"
            f"|{{extract|pull out}} the <words> of <it> into {{a|an input}} variable {{called |named "
            f"|}}<name> {_DEFAULT}"
            f"|{{introduce|add}} {{a|an input}} variable <name> for the <words> of <it>, {_DEFAULT}}}",
            f"the <words> of <it> should come from {{a|an input}} variable <name>, {_DEFAULT}",
            _WHY,
            {"words": words_for(t, argument), "name": Code(name), "v": value},
        ),
        demands=[
            Demand(Subject.VARIABLE, label=name, having=(equals("default", value),)),
            Demand(
                Subject.RESOURCE,
                t.type,
                t.label,
                having=(RefersTo(Refer(variable=name), path),),
                count=Count(t.instances),
            ),
        ],
        touches=[f"var.{name}"],
        silent=True,
    )


@operator("variables", on="configuration", weight=1.3, structural=True)
def extract_repeated(t: Target) -> Change | None:
    """One value that stands in several resources becomes one variable or local."""
    places: dict[tuple[str, str], list[tuple[HclBlock, HclBlock, Argument]]] = {}
    for block in t.base.resources:
        if not t.base.instances_by_address.get(block.address):
            continue
        for holder, argument in extractable(Target(t.base, t.rng, block)):
            if isinstance(argument.value, bool) or len(str(argument.value)) < 3:
                continue
            if holder is block or holder.kind:
                places.setdefault((argument.name, argument.text), []).append((block, holder, argument))
    groups = {k: v for k, v in places.items() if len({id(b) for b, _, _ in v}) > 1}
    if not groups:
        return None
    (name, _), found = t.pick(*groups.items())
    value = found[0][2].value
    variable = t.rng.random() < 0.6
    label = t.base.fresh(
        "variable" if variable else "local", name if name not in ("name", "type") else f"common_{name}"
    )
    address = f"var.{label}" if variable else f"local.{label}"
    draft = t.draft()
    for block, _, argument in found:
        draft.splice(block.file, argument.value_start, argument.value_end, address)
    words = argument_words(name)
    if variable:
        declare(draft, t, label, value, type_of(value), f"{words[:1].upper()}{words[1:]} of all resources.")
    else:
        add_local(draft, t, label, literal(value))
    demands = []
    if variable:
        demands.append(Demand(Subject.VARIABLE, label=label, having=(equals("default", value),)))
    target = Refer(variable=label) if variable else Refer(local=label)
    for block, holder, argument in found:
        path = path_of(holder, argument, block)
        demands.append(Demand(Subject.RESOURCE, block.type, block.label, having=(RefersTo(target, path),)))
    kind = "variable" if variable else "local value"
    return t.change(
        draft,
        Say(
            f"{{introduce a {kind} <name> for the <words> <v>{{ that is repeated|, which is repeated"
            f"|}} and use it {{everywhere|wherever it stands now}}"
            f"|define the <words> <v> {{only |just |}}once, as {{the"
            f"|a}} {kind} <name>, and use that wherever {{it is repeated|it stands now}}"
            f"|put the repeated <words> <v> into a {kind} {{called |named |}}<name>}}",
            "",
            (
                "The same value is written down several times.",
                "I had to change this in several places yesterday.",
                "We keep repeating ourselves here.",
            ),
            {"words": Words(words), "name": Code(label), "v": value},
        ),
        demands=demands,
        touches=[address, *(b.address for b, _, _ in found)],
        silent=True,
    )


@operator("variables", when=lambda t: t.instances > 0 and bool(extractable(t)), weight=0.8, structural=True)
def extract_local(t: Target) -> Change | None:
    block, argument = t.pick(*extractable(t))
    name = variable_name(t, argument.name)
    if not name or name in t.syntax.locals:
        return None
    draft = t.draft().splice(t.block.file, argument.value_start, argument.value_end, f"local.{name}")
    add_local(draft, t, name, argument.text)
    return t.change(
        draft,
        Say(
            "{{move|put|pull|extract} the <words> of <it> into a local {value |}{called |named |}<name>|{use"
            "|introduce} a local {value |}<name> for the <words> of <it>"
            "|define the <words> of <it> as {the|a} local {value |}<name>}",
            "the <words> of <it> should come from {a|the} local {value |}<name>",
            ("I'd like all values that one may want to change in one place.", "It will be used in more places soon."),
            {"words": words_for(t, argument), "name": Code(name)},
        ),
        demands=[
            Demand(
                Subject.RESOURCE,
                t.type,
                t.label,
                having=(RefersTo(Refer(local=name), path_of(block, argument, t.block)),),
                count=Count(t.instances),
            )
        ],
        silent=True,
    )


# --- of variables that are there -------------------------------------------------------------------------------------


def _put_in(draft: Draft, t: Target, address: str, text: str, *, string: str | None) -> bool:
    """Replace all references to an address; ``string`` is the text for one that is all of an interpolation."""
    for reference in t.syntax.references(address):
        content = t.syntax.config.files[reference.file]
        start, end = reference.start, reference.end
        if reference.end != reference.address_end:
            return False
        if reference.template and content[start - 2 : start] == b"${" and content[end : end + 1] == b"}":
            if string is None:
                return False
            draft.splice(reference.file, start - 2, end + 1, string)
        else:
            draft.splice(reference.file, start, end, text)
    return True


@operator(
    "variables",
    on="variable",
    when=lambda t: isinstance(t.block.value("default"), (str, int, float)),
    weight=1.2,
    structural=True,
)
def inline_variable(t: Target) -> Change | None:
    value = t.block.value("default")
    if not t.syntax.references(t.address) or (isinstance(value, str) and re.search(r'["\\\n$%]', value)):
        return None
    draft = t.draft()
    if not _put_in(draft, t, t.address, literal(value), string=str(value) if not isinstance(value, bool) else None):
        return None
    draft.delete(t.block)
    return t.change(
        draft,
        Say(
            "{{remove|drop} the variable <name> and {write|put} {its default|its value"
            "|its default value} {directly |}where it is used"
            "|{inline|get rid of} the variable <name>{, the value is always <v> anyway"
            "|: use its default value <v> directly|, hard-code its default}"
            "|replace the variable <name> {by|with} its default {<v> |}everywhere it is used}",
            "the variable <name> should go, its {default|value} can be hard-coded",
            ("Nobody ever sets it to anything else.", "There are too many variables in here."),
            {"name": Code(t.label), "v": value},
        ),
        demands=[Demand(Subject.VARIABLE, label=t.label, count=Count.none())],
        touches=[b.address for b in t.base.referring(t.address)],
        silent=True,
    )


@operator("variables", on="variable", when=lambda t: t.block.has("default"), weight=1.2, structural=True)
def rename_variable(t: Target) -> Change | None:
    options = [
        f"{t.label}_value",
        f"app_{t.label}",
        f"default_{t.label}",
        t.label.replace("instance", "server"),
        f"{t.label}_setting",
    ]
    used = t.base.referring(t.address)
    if len(used) == 1 and used[0].kind == "resource":
        label = used[0].label if used[0].label not in GENERIC else used[0].type.split("_")[-1]
        if not set(label.split("_")) & set(t.label.split("_")):
            options = [f"{label}_{t.label}"] * 3 + options
    options = [o for o in options if o != t.label and t.syntax.find(f"var.{o}") is None and len(o) < 40]
    if not options or not used:
        return None
    new = t.pick(*options)
    draft = t.draft()
    start, end = t.block.label_ranges[0]
    draft.splice(t.block.file, start, end, f'"{new}"')
    for reference in t.syntax.references(t.address):
        draft.splice(reference.file, reference.start, reference.address_end, f"var.{new}")
    having = (
        (equals("default", t.block.value("default")),)
        if isinstance(t.block.value("default"), (str, int, float, list))
        else ()
    )
    return t.change(
        draft,
        Say(
            "{rename the {input |}variable <old> to <new>{ everywhere| wherever it is used|}|call the {input "
            "|}variable <old> <new> {instead|from now on}}",
            "the variable <old> should be {called|named} <new>{, with the same default|}",
            ("The names of our variables are not consistent.", "The name is misleading."),
            {"old": Code(t.label), "new": Code(new)},
        ),
        demands=[
            Demand(Subject.VARIABLE, label=new, having=having),
            Demand(Subject.VARIABLE, label=t.label, count=Count.none()),
        ],
        touches=[f"var.{new}", *(b.address for b in used)],
        silent=True,
    )


_DESCRIPTIONS: Final = (
    "Set by the pipeline.",
    "Ask the platform team before changing this.",
    "Same in all environments.",
    "Differs between environments.",
)


@operator("variables", on="variable", weight=0.9, structural=True)
def describe_variable(t: Target) -> Change | None:
    words = argument_words(t.label)
    text = t.pick(
        f"{words[:1].upper()}{words[1:]}.",
        f"{words[:1].upper()}{words[1:]} of this stack.",
        f"{words[:1].upper()}{words[1:]} to use.",
        f"{words[:1].upper()}{words[1:]}, the same for all of our {t.pick('teams', 'services', 'accounts')}.",
        t.pick(*_DESCRIPTIONS),
    )
    had = t.block.value("description")
    if isinstance(had, str) and had == text:
        return None
    draft = t.draft()
    if had:
        draft.set(t.block, "description", literal(text))
        how = (
            "{change the description of the variable <name> to <text>"
            "|{use|set} <text> as the description of the variable <name>}"
        )
    else:
        at = t.block.inner_start
        draft.splice(t.block.file, at, at, f"\n  description = {literal(text)}") if t.block.arguments else draft.set(
            t.block, "description", literal(text)
        )
        how = (
            "{add the description <text> to the variable <name>|describe the variable <name> as <text>"
            "|give the variable <name> the description <text>}"
        )
    return t.change(
        draft,
        Say(
            how,
            "the description of the variable <name> should be <text>",
            ("Our linter wants descriptions.", "New people don't understand our variables."),
            {"name": Code(t.label), "text": text},
        ),
        demands=[Demand(Subject.VARIABLE, label=t.label, having=(equals("description", text),))],
        silent=True,
    )


@operator("variables", on="variable", when=lambda t: not t.block.has("sensitive"), weight=0.7, structural=True)
def sensitive_variable(t: Target) -> Change | None:
    users = t.base.referring(t.address)
    outputs = [b for b in users if b.kind == "output" and not b.has("sensitive")]
    if any(b.kind not in ("output", "resource") for b in users) or len(outputs) > 1:
        return None
    if any(r.argument in ("count", "for_each") for r in t.syntax.references(t.address)):
        return None
    draft = t.draft().set(t.block, "sensitive", "true")
    demands = [Demand(Subject.VARIABLE, label=t.label, having=(equals("sensitive", True),))]
    for output in outputs:
        draft.set(output, "sensitive", "true")
    tail = "{, and the output that shows it|, the output too}" if outputs else ""
    if outputs:
        demands.append(Demand(Subject.OUTPUT, label=outputs[0].label, having=(equals("sensitive", True),)))
    return t.change(
        draft,
        Say(
            "{mark|flag|declare} the variable <name> as sensitive" + tail,
            "the {value of the |}variable <name> should {be sensitive|not show up in plans and logs}"
            if not outputs
            else "",
            ("It showed up in the pipeline's log.", "The security team went through our variables."),
            {"name": Code(t.label)},
        ),
        demands=demands,
        touches=[b.address for b in users],
        silent=True,
    )


@operator("variables", on="variable", weight=1.0, structural=True)
def remove_unused_variable(t: Target) -> Change | None:
    if t.syntax.references(t.address):
        return None
    return t.change(
        t.draft().delete(t.block),
        Say(
            "{remove|delete|drop} the {unused |}variable <name>{, nothing uses it{ any more|}|}",
            "the variable <name> {is not used, it should go|should be removed}",
            ("The linter complains about unused declarations.",),
            {"name": Code(t.label)},
        ),
        demands=[Demand(Subject.VARIABLE, label=t.label, count=Count.none())],
        silent=True,
    )


@operator("variables", on="configuration", weight=0.8, structural=True)
def local_to_variable(t: Target) -> Change | None:
    plain = {
        n: (b, a)
        for n, (b, a) in t.syntax.locals.items()
        if (
            isinstance(a.value, (str, int, float))
            or (isinstance(a.value, dict) and a.value and all(isinstance(v, str) for v in a.value.values()))
        )
        and t.syntax.references(f"local.{n}")
        and t.syntax.find(f"var.{n}") is None
    }
    if not plain:
        return None
    name, (block, argument) = t.pick(*plain.items())
    draft = t.draft()
    users: set[str] = set()
    for reference in t.syntax.references(f"local.{name}"):
        draft.splice(reference.file, reference.start, reference.address_end, f"var.{name}")
        users.add(reference.block.address)
    if len(block.arguments) == 1:
        draft.delete(block)
    else:
        draft.unset(block, argument.name)
    value = argument.value
    words = argument_words(name)
    declare(
        draft,
        t,
        name,
        value,
        "map(string)" if isinstance(value, dict) else type_of(value),
        f"{words[:1].upper()}{words[1:]}.",
    )
    return t.change(
        draft,
        Say(
            "{turn the local {value |}<name> into {a|an input} variable{ of the same name|} with {the same value"
            "|its current value} as {the |its |}default"
            "|replace the local <name> {by|with} {a|an input} variable of {the same"
            "|that} name, with the same value as {its |the |}default}",
            "",
            _WHY,
            {"name": Code(name)},
        ),
        demands=[Demand(Subject.VARIABLE, label=name, having=(equals("default", value),))],
        touches=[f"local.{name}", f"var.{name}", *users],
        silent=True,
    )

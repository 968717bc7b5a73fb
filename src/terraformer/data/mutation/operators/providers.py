"""Providers: versions, regions, aliases; modules and files of the configuration's own."""

from __future__ import annotations

import re
from typing import Final

from terraformer.data.intents import (
    Attribute,
    ChangeAction,
    ChangeDemand,
    Count,
    Demand,
    Operator,
    RefersTo,
    Subject,
    UsesProvider,
)
from terraformer.data.intents import Target as Refer
from terraformer.data.mutation.base import Change, Say, Target, equals, moved
from terraformer.data.mutation.catalogue import operator
from terraformer.data.mutation.draft import literal
from terraformer.data.mutation.naming import GENERIC, Code
from terraformer.data.mutation.operators.structure import _belongs, clear
from terraformer.data.mutation.operators.tags import _aws_provider
from terraformer.data.mutation.syntax import HclBlock

_VERSIONS: Final = ("~> 6.0", ">= 6.0", ">= 6.0, < 7.0", "~> 6.40", ">= 6.40", ">= 5.0, < 7.0")
_REGIONS: Final = (
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "eu-north-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ca-central-1",
    "sa-east-1",
)


@operator("providers", on="configuration", weight=1.2, structural=True)
def pin_provider(t: Target) -> Change | None:
    """A version constraint of the AWS provider, new or another one."""
    if not any(b.type.startswith("aws_") for b in t.base.resources):
        return None
    blocks = t.syntax.of("terraform")
    required = [(b, r) for b in blocks for r in b.inner("required_providers")]
    new = t.pick(*_VERSIONS)
    draft = t.draft()
    old = ""
    if not blocks:
        text = (
            'terraform {\n  required_providers {\n    aws = {\n      source  = "hashicorp/aws"\n      version = '
            + literal(new)
            + "\n    }\n  }\n}"
        )
        first = min(
            (b for b in t.syntax.root_blocks if b.file == draft.home("terraform")), key=lambda b: b.start, default=None
        )
        if first is None:
            return None
        at = draft.comment_start(first)
        draft.splice(first.file, at, at, f"{text}\n\n")
    elif not required:
        draft.insert_block(
            blocks[0],
            'required_providers {\n  aws = {\n    source  = "hashicorp/aws"\n    version = '
            + literal(new)
            + "\n  }\n}",
        )
    else:
        holder = required[0][1]
        value = holder.value("aws")
        if not isinstance(value, dict) or value.get("version") == new or value.get("source") != "hashicorp/aws":
            return None
        old = str(value.get("version") or "")
        draft.set_key(holder, "aws", "version", literal(new))
    return t.change(
        draft,
        Say(
            "{change|set} the version constraint of the AWS provider {from <old> |}to <new>"
            if old
            else "{{pin|constrain} the AWS provider to {version |}<new>|require {version |}<new> of the AWS provider"
            "|{add|set} the version constraint <new> for the AWS provider}",
            "the {hashicorp/aws|AWS} provider should be {required in version|pinned to|constrained to} <new>",
            (
                "A new major version broke a colleague's plan.",
                "We pin all our providers.",
                "Everybody runs another version of the provider.",
            ),
            {"new": new, "old": old},
        ),
        # Terraform writes out short versions, but for those of "~>".
        demands=[
            Demand(
                Subject.PROVIDER,
                label="aws",
                having=(Attribute(("version",), Operator.ONE_OF, (new, _written_out(new))),),
            )
        ],
        touches=["provider.aws"],
        silent=True,
    )


def _written_out(constraint: str) -> str:
    return (
        re.sub(r"(?<![~\d.] )(?<![\d.])(\d+\.\d+)(?![\d.])", r"\1.0", constraint)
        if "~>" not in constraint
        else constraint
    )


@operator("providers", on="configuration", weight=0.8, structural=True)
def change_region(t: Target) -> Change | None:
    """Everything moves to another region, which creates it anew."""
    provider = _aws_provider(t.base)
    if provider is None or any(b.has("provider") or b.has("region") for b in t.base.resources) or t.syntax.of("module"):
        return None
    found = provider.arguments.get("region")
    if found is None or not isinstance(found.value, str) or t.syntax.of("data"):
        return None
    old = found.value
    new = t.another(_REGIONS, old)
    regional = [
        b
        for b in t.base.resources
        if isinstance(t.base.values(b.address).get("region"), str) and b.type.startswith("aws_")
    ]
    if (
        not regional
        or len(regional) > 12
        or any(not t.base.instances_by_address.get(b.address) for b in t.base.resources)
    ):
        return None
    draft = t.draft()
    for path, file in t.syntax.files.items():
        text = file.content.decode("utf-8", "replace")
        for match in re.finditer(rf"(?<![\w-]){re.escape(old)}(?=[a-f]?\b)(?!-)", text):
            start = len(text[: match.start()].encode())
            draft.splice(path, start, start + len(old), new)
    everything = tuple(
        ChangeDemand(ChangeAction.REPLACED, b.type, b.address, count=Count(t.base.instances_by_address[b.address]))
        for b in regional
    )
    others = tuple(
        ChangeDemand(ChangeAction.UPDATED, b.type, b.address, count=Count(0), text=f"{b.address} may be updated.")
        for b in t.base.resources
        if b not in regional
    )
    return t.change(
        draft,
        Say(
            "{{move|bring} {everything|all of this|the whole stack} {from <old> |}to {the region |}<new>|{deploy"
            "|set up} {everything|the whole stack} in <new> instead of <old>"
            "|change the region {from <old> |}to <new>{, I know that everything will be created anew|}}",
            "everything should {be|run} in <new>{, not {in |}<old>| instead of <old>}",
            (
                "Our customers are in another part of the world.",
                "The data must stay in that region.",
                "We start over in another region.",
            ),
            {"old": old, "new": new},
        ),
        *everything,
        *others,
        demands=[Demand(Subject.PROVIDER, label="aws", having=(equals("region", new),))],
        touches=["provider.aws", *(b.address for b in t.base.resources)],
    )


@operator("providers", when=clear, weight=0.9, structural=True)
def other_region(t: Target) -> Change | None:
    """One resource is managed by another provider configuration, in a region of its own."""
    provider = _aws_provider(t.base)
    if provider is None or t.block.has("provider") or t.block.has("region") or t.base.referring(t.address):
        return None
    if any(a.startswith(("aws_", "data.")) for a in t.base.referred(t.block)):
        return None
    here = t.values.get("region")
    if (
        not isinstance(here, str)
        or here in t.syntax.source(t.block)
        or t.type.startswith(("aws_lb", "aws_subnet", "aws_instance"))
    ):
        return None
    new = t.another(_REGIONS, here)
    alias = t.pick(new.replace("-", "_"), new.split("-")[0] + "_" + new.split("-")[1], "secondary", "other")
    if any(b.value("alias") == alias for b in t.syntax.of("provider", "aws")):
        return None
    draft = t.draft()
    draft.append(f'provider "aws" {{\n  alias  = "{alias}"\n  region = "{new}"\n}}', near=provider)
    start = t.block.inner_start
    line = f"\n  provider = aws.{alias}\n" if t.block.arguments or t.block.blocks else None
    if line is None:
        return None
    draft.splice(t.block.file, start, start, line)
    return t.change(
        draft,
        Say(
            "{{move|bring} <it> to {the region |}<new>{, using|, with} a {second |}provider {configuration "
            "|}with the alias <alias>"
            "|create <it> in <new> {instead|rather than in <old>}, with {a provider alias"
            "|an AWS provider alias} <alias>"
            "|add {a provider alias|an AWS provider alias} <alias> for <new> and use it for <it>}",
            "<it> should be in <new>, managed by a provider {configuration |}with the alias <alias>",
            ("It has to be close to our second site.", "This one belongs to the other region."),
            {"new": new, "old": here, "alias": Code(alias)},
        ),
        ChangeDemand(ChangeAction.REPLACED, t.type, t.address, count=Count(t.instances)),
        demands=[
            Demand(Subject.PROVIDER, label="aws", having=(equals("alias", alias), equals("region", new))),
            Demand(Subject.RESOURCE, t.type, t.label, having=(UsesProvider(f"aws.{alias}"),)),
        ],
        touches=[f"provider.aws.{alias}"],
    )


# --- modules ---------------------------------------------------------------------------------------------------------


@operator("modules", when=lambda t: clear(t) and not t.block.has("provider"), weight=2.2, structural=True)
def move_into_module(t: Target) -> Change | None:
    """A resource, with what belongs to it, becomes a module of the configuration's own."""
    if t.syntax.config.root not in ("", "."):
        return None
    group = [t.block]
    group.extend(
        other
        for other in t.base.referring(t.address)
        if _belongs(other, t.block) and clear(Target(t.base, t.rng, other)) and not other.has("provider")
    )
    if len(group) > 6:
        return None
    addresses = {b.address for b in group}
    name = t.label if t.label not in GENERIC else re.sub(r"\W+", "_", t.it.noun.lower())
    name = t.pick(name, name, t.type.split("_", 1)[-1])
    if t.syntax.find(f"module.{name}") is not None or any(
        p.startswith(f"modules/{name}/") for p in t.syntax.config.files
    ):
        return None
    inputs: dict[str, str] = {}  # expression outside -> variable inside
    bodies: list[str] = []
    for block in group:
        made = _inside(t, block, addresses, inputs)
        if made is None:
            return None
        bodies.append(made)
    draft = t.draft()
    outputs: dict[str, str] = {}
    touched = set(addresses)
    for address in addresses:
        for reference in t.syntax.references(address):
            if reference.block.address in addresses:
                continue
            if reference.keyed or len(reference.parts) != 3 or reference.argument == "depends_on":
                return None
            attribute = reference.parts[2]
            several = len(group) > 1 and address != t.address
            output = f"{address.split('.')[0].split('_', 1)[-1]}_{attribute}" if several else attribute
            outputs[output] = f"{address}.{attribute}"
            draft.splice(reference.file, reference.start, reference.end, f"module.{name}.{output}")
            touched.add(reference.block.address)
    for block in group[1:]:
        draft.delete(block)
    call = [f'module "{name}" {{', f'  source = "./modules/{name}"']
    if inputs:
        call += ["", *(f"  {variable} = {expression}" for expression, variable in inputs.items())]
    call.append("}")
    moves = [f"moved {{\n  from = {b.address}\n  to   = module.{name}.{b.address}\n}}" for b in group]
    draft.splice(t.block.file, t.block.start, t.block.end, "\n".join(call) + "\n\n" + "\n\n".join(moves))
    folder = f"modules/{name}"
    variables = [f'variable "{v}" {{\n  type = {_type_of(t, e)}\n}}' for e, v in inputs.items()]
    exports = [f'output "{o}" {{\n  value = {e}\n}}' for o, e in outputs.items()]
    if t.rng.random() < 0.5:
        draft.append("\n\n".join([*variables, *bodies, *exports]), file=f"{folder}/main.tf")
    else:
        draft.append("\n\n".join(bodies), file=f"{folder}/main.tf")
        if variables:
            draft.append("\n\n".join(variables), file=f"{folder}/variables.tf")
        if exports:
            draft.append("\n\n".join(exports), file=f"{folder}/outputs.tf")
    more = "{ and what belongs to <them>| and everything that belongs to <them>}" if len(group) > 1 else ""
    return t.change(
        draft,
        Say(
            f"{{{{move|put}} <it>{more} into {{a|a separate}} {{local |}}module {{called |named "
            f"|}}<name>, {{with moved blocks|without recreating anything|keeping what is there}}"
            f"|{{extract|pull out}} <it>{more} into a {{local |}}module <name>{{, nothing may be recreated"
            f"|, with moved blocks}}}}",
            "" if more else "<it> should {live in|come from} a {local |}module {called |named |}<name>",
            (
                "Other teams want to use this, too.",
                "The root module has grown too large.",
                "We want to reuse this part.",
            ),
            {"name": Code(name)},
        ),
        *(moved(b.address, f"module.{name}.{b.address}", t.base.instances_by_address.get(b.address, 1)) for b in group),
        demands=[Demand(Subject.MODULE, label=name)],
        touches=[f"module.{name}", *touched],
        silent=True,
    )


def _inside(t: Target, block: HclBlock, group: set[str], inputs: dict[str, str]) -> str | None:
    """A block's text for inside a module: what it refers to outside of it comes in by variables."""
    raw = t.syntax.source(block).encode()
    if b"path." in raw or b"<<" in raw:
        return None
    edits: list[tuple[int, int, str]] = []
    for reference in t.syntax.references(within=block):
        first = reference.parts[0]
        if first in ("count", "each", "self", "terraform") or reference.address in group:
            continue
        if first in ("path",) or reference.argument in (
            "depends_on",
            "provider",
            "replace_triggered_by",
            "ignore_changes",
            "count",
            "for_each",
        ):
            return None
        local = first in ("var", "local")
        if not local and (
            reference.keyed
            or "." not in reference.address
            or ("_" not in first + reference.parts[-1] and first not in ("data", "module"))
        ):
            if reference.keyed:
                return None
            if not re.match(r"[a-z]+_", first):
                continue  # a name bound by a for expression, or a key
        expression = t.syntax.text(reference.file, reference.start, reference.end)
        end = reference.end
        if local and len(reference.parts) != 2:
            expression, end = reference.address, reference.address_end
        variable = reference.parts[1] if local else f"{_telling(reference.parts[-2], first)}_{reference.parts[-1]}"
        if not re.fullmatch(r"[a-z]\w*", variable) or variable in (
            "source",
            "version",
            "providers",
            "count",
            "for_each",
            "lifecycle",
            "depends_on",
            "locals",
        ):
            return None
        known = inputs.get(expression)
        if known is None:
            while variable in inputs.values():
                variable += "_in"
            inputs[expression] = variable
        edits.append((reference.start, end, f"var.{inputs[expression]}"))
    for start, end, text in sorted(edits, reverse=True):
        raw = raw[: start - block.start] + text.encode() + raw[end - block.start :]
    return raw.decode()


def _telling(label: str, type: str) -> str:
    return label if label not in GENERIC else type.split("_")[-1]


def _type_of(t: Target, expression: str) -> str:
    """The type of a module's variable for an expression of the root module."""
    if expression.startswith("var."):
        block = t.syntax.find(expression)
        return block.text("type") or "any" if block is not None else "any"
    if expression.startswith("local."):
        found = t.syntax.locals.get(expression.removeprefix("local."))
        value = found[1].value if found is not None else None
        if isinstance(value, str):
            return "string"
        return "map(string)" if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()) else "any"
    return "string"


# --- data sources ----------------------------------------------------------------------------------------------------


@operator("references", on="configuration", weight=1.0, structural=True)
def region_from_data(t: Target) -> Change | None:
    """The region that is written out in resources comes from data.aws_region."""
    provider = _aws_provider(t.base)
    region = provider.value("region") if provider is not None else None
    if (
        not isinstance(region, str)
        or t.syntax.of("data", "aws_region")
        or any(b.has("provider") for b in t.base.resources)
    ):
        return None
    draft = t.draft()
    label = t.pick("current", "current", "this", "here")
    reference = f"data.aws_region.{label}.region"
    found: list[tuple[HclBlock, tuple[str, ...]]] = []
    for block in t.base.resources:
        for inner in (block, *block.blocks):
            for argument in inner.arguments.values():
                text = argument.text
                if (
                    not isinstance(argument.value, str)
                    or region not in text
                    or "<<" in text
                    or argument.name in ("name", "bucket", "peer_region", "region")
                ):
                    continue
                if argument.value == region:
                    new = reference
                elif (
                    re.fullmatch(rf'"{re.escape(region)}[a-f]"', text) or f":{region}:" in text or f".{region}." in text
                ):
                    new = text.replace(region, "${" + reference + "}")
                else:
                    continue
                draft.splice(block.file, argument.value_start, argument.value_end, new)
                found.append((block, (*([] if inner is block else [inner.kind]), argument.name)))
    if not found or len(found) > 8:
        return None
    text = f'data "aws_region" "{label}" {{}}'
    known = t.syntax.of("data")
    if known:
        draft.append(text, near=known[-1])
    else:
        first = min((b for b in t.base.resources), key=lambda b: (b.file, b.start))
        at = draft.comment_start(first)
        draft.splice(first.file, at, at, f"{text}\n\n")
    return t.change(
        draft,
        Say(
            "{{use|read} the region from the aws_region data source {instead of hard-coding <region>"
            "|wherever <region> is hard-coded} {in the resources|in resources}"
            "|replace the hard-coded {region |}<region> in the resources {by|with} {the aws_region data source"
            "|what data.aws_region says}}",
            "no resource should have {the region |}<region> hard-coded, it should come from the aws_region data source",
            ("We deploy the same code to other regions.", "The region must only be set in the provider."),
            {"region": region},
        ),
        demands=[
            Demand(Subject.DATA, "aws_region"),
            *(
                Demand(Subject.RESOURCE, b.type, b.label, having=(RefersTo(Refer(data="aws_region"), path),))
                for b, path in found
            ),
        ],
        touches=[b.address for b, _ in found],
        silent=True,
    )

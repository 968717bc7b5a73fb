"""Declarations: variables, outputs, providers, versions; what is declared twice, or not at all, or in wrong words."""

from __future__ import annotations

import random
import re

from terraformer.data.faults.hand import hcl, misspelt, shuffled
from terraformer.data.faults.registry import Broken, fault
from terraformer.data.faults.written import Argument, Block, Edit, Written
from terraformer.types import Stage


def _variables(written: Written) -> list[Block]:
    return list(written.variables.values())


def _settings(written: Written) -> list[Block]:
    return [b for b in written.blocks if b.type == "terraform"]


def _required(written: Written) -> list[Argument]:
    return [a for b in _settings(written) for i in b.blocks if i.type == "required_providers" for a in i.arguments]


def _providers(written: Written) -> list[Block]:
    return [b for b in written.blocks if b.type == "provider"]


@fault(
    "variable-no-value",
    "A variable without a default, where nobody gives it a value",
    "variable-value-missing",
    weight=4,
    stages=(Stage.DEPLOY,),
    phase="plan",
    settings={"strict_vars": True},
)
def no_value(written: Written, rng: random.Random) -> Broken | None:
    for variable in shuffled(rng, _variables(written)):
        default = variable.argument("default")
        if default is not None:
            return Broken((written.gone(default),), f"var.{variable.labels[0]} without default")
    return None


@fault(
    "variable-default-type",
    "A default that does not fit the variable's type",
    "invalid-default",
    weight=3,
    phase="load",
)
def default_type(written: Written, rng: random.Random) -> Broken | None:
    others = {
        "string": ('["main"]', "{}"),
        "number": ('"small"', '["1"]', '"20GB"'),
        "bool": ('"enabled"', '"yes"', "1"),
    }
    for variable in shuffled(rng, _variables(written)):
        default, type_ = variable.argument("default"), variable.argument("type")
        kind = type_.text if type_ is not None else ""
        if default is None:
            continue
        options = others.get(kind) or (('"main"', "1") if kind.startswith(("list", "map", "set", "object")) else ())
        if options:
            other = rng.choice(options)
            return Broken((written.value(default, other),), f"default = {other} of type {kind}")
    return None


@fault(
    "variable-default-expression",
    "A default that is computed or refers to something",
    "variables-not-allowed",
    weight=3,
    phase="load",
)
def default_expression(written: Written, rng: random.Random) -> Broken | None:
    for variable in shuffled(rng, _variables(written)):
        default = variable.argument("default")
        if default is None or "\n" in default.text:
            continue
        texts = [
            f'"${{var.environment}}-{variable.labels[0]}"',
            f"local.{variable.labels[0]}",
            f"lower({default.text})",
        ]
        texts += [f"{b.address}.id" for b in written.resources[:3]]
        other = rng.choice(texts)
        return Broken((written.value(default, other),), f"default = {other}")
    return None


@fault(
    "variable-type-unknown",
    "A type that Terraform does not have",
    "wrong-type",
    "syntax-error",
    "invalid-reference",
    "terraform-error",
    weight=3,
    phase="load",
)
def type_unknown(written: Written, rng: random.Random) -> Broken | None:
    others = {
        "string": ("str", "text", "String", '"text"'),
        "number": ("int", "integer", "float", '"integer"'),
        "bool": ("boolean", "Boolean", '"boolean"'),
    }
    for variable in shuffled(rng, _variables(written)):
        type_ = variable.argument("type")
        if type_ is None:
            continue
        options = others.get(type_.text, ("array(string)", "dict", "list[string]", "[string]"))
        other = rng.choice(options)
        return Broken((written.value(type_, other),), f"type = {other}")
    return None


@fault(
    "variable-wrong-argument",
    "An argument that variables or outputs do not have",
    "unsupported-argument",
    weight=2,
    phase="load",
)
def variable_argument(written: Written, rng: random.Random) -> Broken | None:
    names = ("required = true", 'value = "main"', "optional = true", 'example = "main"', 'allowed_values = ["a", "b"]')
    if written.outputs and (rng.random() < 0.4 or not written.variables):
        output = rng.choice(written.outputs)
        text = rng.choice(('default = ""', "export = true", 'name = "main"', "required = true"))
        return Broken((written.add(output, text),), f"+ {text}")
    for variable in shuffled(rng, _variables(written)):
        text = rng.choice(names)
        return Broken((written.add(variable, text),), f"+ {text}")
    return None


@fault(
    "declaration-keyword",
    "Another word for a kind of block: var, locals without s, datasource",
    "unsupported-block",
    weight=3,
    phase="load",
)
def keyword(written: Written, rng: random.Random) -> Broken | None:
    others = {
        "resource": ("resources", "aws_resource", "create", "Resource"),
        "data": ("datasource", "data_source", "lookup"),
        "variable": ("var", "variables", "input", "param"),
        "output": ("outputs", "export"),
        "locals": ("local", "vars"),
        "provider": ("providers",),
        "module": ("modules",),
    }
    for block in shuffled(rng, [b for b in written.blocks if b.type in others]):
        other = rng.choice(others[block.type])
        return Broken((written.retype(block, other),), f"{block.type} -> {other}")
    return None


@fault(
    "declaration-label",
    "A label too few or too many, or one with characters that labels cannot have",
    "invalid-name",
    "syntax-error",
    weight=3,
    phase="load",
)
def label(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.blocks if b.type in ("resource", "data", "variable", "output")]):
        name = block.labels[-1]
        head = written.text(block.file, block.start, block.header_end)
        if f'"{name}"' not in head:
            continue
        bad = [
            name.replace("_", " ") if "_" in name else f"{name} 1",
            f"1{name}",
            f"{name}.main",
            f"{name}/1",
            f"{name}!",
        ]
        if block.type in ("resource", "data") and rng.random() < 0.35:
            kept = head.removesuffix(f' "{name}"')
            text = rng.choice((kept, f'{head} "extra"', f'{block.type} "{block.labels[0]}.{name}"'))
            return Broken((Edit(block.file, block.start, block.header_end, text),), f"{head} -> {text}")
        other = rng.choice(bad)
        return Broken((written.label(block, -1, hcl(other)),), f"{name} -> {other}")
    return None


@fault("resource-duplicate", "Two blocks of the same type and label", "duplicate-declaration", weight=4, phase="load")
def duplicate(written: Written, rng: random.Random) -> Broken | None:
    found = [b for b in written.blocks if b.type in ("resource", "data", "variable", "output")]
    weighted = [b for b in found if b.type == "resource"] * 3 + found
    for block in shuffled(rng, weighted):
        text = written.text(block.file, block.start, block.end)
        if rng.random() < 0.5:
            return Broken((written.append(text, block.file),), f"{block.address} twice")
        # Two of one type that were given the same label.
        twins = [b for b in found if b is not block and b.type == block.type and b.labels[:-1] == block.labels[:-1]]
        if twins:
            return Broken((written.label(rng.choice(twins), -1, hcl(block.labels[-1])),), f"{block.address} twice")
        return Broken((written.append(text, block.file),), f"{block.address} twice")
    return None


@fault(
    "provider-alias-undeclared",
    "A provider configuration by an alias that nobody declared",
    "provider-not-configured",
    weight=3,
    phase="graph",
)
def alias(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, _providers(written)):
        name = block.argument("alias")
        if name is not None and isinstance(name.literal, str) and rng.random() < 0.6:
            return Broken((written.gone(block),), f"- provider {block.labels[0]}.{name.literal}")
    for block in shuffled(rng, written.known):
        if block.argument("provider") is None:
            local = block.labels[0].split("_")[0]
            aliases = (
                "west",
                "us_east_1",
                "secondary",
                "replica",
                "primary",
                "main",
                "dr",
                "virginia",
                block.labels[1],
            )
            declared = {a.literal for p in _providers(written) if (a := p.argument("alias"))}
            name_ = rng.choice([a for a in aliases if a not in declared])
            first = block.arguments[0] if block.arguments else None
            if first is None:
                continue
            edit = Edit(block.file, first.start, first.start, f"provider = {local}.{name_}\n\n  ")
            return Broken((edit,), f"provider = {local}.{name_}")
    return None


@fault(
    "provider-duplicate",
    "Two default configurations of one provider",
    "duplicate-declaration",
    weight=2,
    phase="load",
)
def provider_duplicate(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in _providers(written) if b.argument("alias") is None]):
        region = rng.choice(("us-west-2", "eu-west-1", "eu-central-1"))
        text = f'provider "{block.labels[0]}" {{\n  region = "{region}"\n}}'
        return Broken((written.append(text, block.file),), f"provider {block.labels[0]} twice")
    aliased = [a for b in _providers(written) if (a := b.argument("alias")) is not None]
    for argument in shuffled(rng, aliased):
        return Broken((written.gone(argument),), "- alias")
    return None


@fault(
    "provider-argument",
    "An argument or block that the provider does not take",
    "unsupported-argument",
    "unsupported-block",
    weight=3,
)
def provider_argument(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in _providers(written) if b.labels[0] == "aws"]):
        region = block.argument("region")
        if region is not None and rng.random() < 0.4:
            name = rng.choice(("aws_region", "location", "default_region", misspelt("region", rng)))
            if name != "region":
                return Broken((written.rename(region, name),), f"region -> {name}")
        texts = (
            'tags = {\n  Environment = "prod"\n}',
            'account_id = "123456789012"',
            'zone = "us-east-1a"',
            'environment = "production"',
            'credentials = "~/.aws/credentials"',
            "features {}",
            'role_arn = "arn:aws:iam::123456789012:role/deploy"',
        )
        text = rng.choice(texts)
        return Broken((written.add(block, text),), f"+ {text.split()[0]}")
    return None


@fault(
    "provider-source",
    "A provider source that is none, or of a provider that does not exist",
    "provider-invalid",
    "provider-unknown",
    weight=2,
    phase="load",
)
def source(written: Written, rng: random.Random) -> Broken | None:
    for argument in shuffled(rng, _required(written)):
        found = re.search(r'source\s*=\s*"([^"]*)"', argument.text)
        if found is None:
            continue
        local = argument.name
        other = rng.choice(
            (
                f"terraform-providers/{local}/latest/1",
                f"hashicorp/{local}/provider/x",
                f"https://registry.terraform.io/providers/hashicorp/{local}",
                f"hashicorp {local}",
                f"hashicorp//{local}",
                f"hashicorp/{local}_provider",
            )
        )
        base = argument.value.start_byte
        start, end = (base + len(argument.text[:i].encode()) for i in found.span(1))
        return Broken((Edit(argument.file, start, end, other),), f"source = {other}")
    return None


@fault(
    "version-constraint",
    "A version constraint that cannot be read",
    "invalid-version-constraint",
    weight=3,
    phase="load",
)
def constraint(written: Written, rng: random.Random) -> Broken | None:
    bad = ("latest", "^6.0", "6.x", ">= 6", "~>6.x", "v6.0.*", "newest", ">=6.0 <7.0", "*", "6.*")
    texts = [b for b in bad if b != ">= 6"]
    for argument in shuffled(rng, _required(written)):
        found = re.search(r'version\s*=\s*"([^"]*)"', argument.text)
        base = argument.value.start_byte
        if found is None:
            continue
        other = rng.choice(texts)
        start, end = (base + len(argument.text[:i].encode()) for i in found.span(1))
        return Broken((Edit(argument.file, start, end, other),), f"version = {other}")
    for block in shuffled(rng, _settings(written)):
        if block.argument("required_version") is None:
            other = rng.choice(("latest", "^1.5", "1.x", "v1.5+", ">=1.5 <2"))
            return Broken((written.add(block, f"required_version = {hcl(other)}"),), f"required_version = {other}")
    return None


@fault(
    "version-core",
    "A Terraform release demanded that this one is not",
    "version-mismatch",
    weight=2,
    phase="load",
    settings={"strict_versions": True},
)
def core(written: Written, rng: random.Random) -> Broken | None:
    other = rng.choice(("~> 0.12", "~> 0.13.0", "< 1.0", "= 0.14.7", "~> 1.0.0", ">= 2.0"))
    for block in shuffled(rng, _settings(written)):
        held = block.argument("required_version")
        edit = written.value(held, hcl(other)) if held else written.add(block, f"required_version = {hcl(other)}")
        return Broken((edit,), f"required_version = {other}")
    text = f"terraform {{\n  required_version = {hcl(other)}\n}}\n\n"
    return Broken((Edit(written.name(), 0, 0, text),), f"required_version = {other}") if written.files else None


@fault(
    "output-sensitive",
    "An output of a sensitive value that does not say so",
    "sensitive-output",
    weight=2,
    stages=(Stage.COMPILE, Stage.DEPLOY),
    phase="plan",
)
def sensitive(written: Written, rng: random.Random) -> Broken | None:
    for output in shuffled(rng, written.outputs):
        marked = output.argument("sensitive")
        if marked is not None and marked.literal is True:
            return Broken((written.gone(marked),), f"- sensitive of {output.labels[0]}")
    for block in shuffled(rng, written.resources):
        assert block.schema is None or block.schema.attributes is not None
        if block.schema is None or block.argument("count") or block.argument("for_each"):
            continue
        for argument in shuffled(rng, block.arguments):
            if argument.attribute is not None and argument.attribute.sensitive and not argument.attribute.write_only:
                text = f'output "{block.labels[1]}_{argument.name}" {{\n  value = {block.address}.{argument.name}\n}}'
                if f"{block.labels[1]}_{argument.name}" not in {o.labels[0] for o in written.outputs}:
                    return Broken((written.append(text),), f"+ output of {argument.name}")
        result = block.schema.attributes.get("result")
        if result is not None and result.sensitive:
            text = f'output "{block.labels[1]}_result" {{\n  value = {block.address}.result\n}}'
            return Broken((written.append(text),), "+ output of result")
    return None


@fault(
    "output-no-value", "An output without a value", "missing-argument", "unsupported-argument", weight=1, phase="load"
)
def no_output_value(written: Written, rng: random.Random) -> Broken | None:
    for output in shuffled(rng, written.outputs):
        value = output.argument("value")
        if value is not None:
            if rng.random() < 0.5:
                return Broken((written.gone(value),), f"- value of output {output.labels[0]}")
            other = rng.choice(("values", "val", "result"))
            return Broken((written.rename(value, other),), f"value -> {other}")
    return None


@fault(
    "local-nested",
    "A local value that refers to itself, or to another that refers back",
    "cycle",
    weight=1,
    phase="graph",
)
def local_cycle(written: Written, rng: random.Random) -> Broken | None:
    for block in shuffled(rng, [b for b in written.blocks if b.type == "locals"]):
        for argument in shuffled(rng, block.arguments):
            if isinstance(argument.literal, dict):
                text = f"merge(local.{argument.name}, {argument.text})"
            elif isinstance(argument.literal, str) and "\n" not in argument.text:
                text = f'"${{local.{argument.name}}}-main"'
            else:
                continue
            return Broken((written.value(argument, text),), f"local.{argument.name} of itself")
    return None

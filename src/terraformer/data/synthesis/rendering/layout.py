"""Files and what stands around the blocks: terraform and provider blocks, variables, outputs, comments."""

from __future__ import annotations

from collections.abc import Sequence

from terraformer.data.services import service_of
from terraformer.data.synthesis.expressions import hcl, quoted
from terraformer.data.synthesis.rendering.modules import area_of
from terraformer.data.synthesis.rendering.naming import Module, Variable
from terraformer.data.synthesis.rendering.style import Style
from terraformer.data.synthesis.rendering.writer import Writer
from terraformer.data.synthesis.scenario import Node
from terraformer.data.synthesis.wording import capital, type_noun

__all__ = ["files_of"]

_AREA_WORDS = {
    "iam": "IAM", "api": "API", "cdn": "CDN", "dns": "DNS", "cicd": "CI/CD", "ml": "Machine learning", "main": "Resources",
}  # fmt: skip


def files_of(writer: Writer) -> dict[str, str]:
    """The configuration's files by path. ``writer`` has written all nodes."""
    style, scenario = writer.style, writer.scenario
    root = writer.root
    calls = [_call(m) for m in writer.modules.values() if m.name]
    outputs = [_output(o.name, hcl(o.value, writer), o.description, o.sensitive) for o in scenario.outputs]
    if style.outputs:
        outputs += _more_outputs(writer)
    versions, providers = _head(writer)
    files = _module_files(writer, root, versions, providers, outputs, calls, style.files)
    for module in writer.modules.values():
        if not module.name:
            continue
        described = [
            _output(n, v, f"{d}." if style.descriptions else "", False) for n, (v, d) in module.outputs.items()
        ]
        needed = [_required(module, "")] if style.terraform_block and style.core else []
        inner = _module_files(writer, module, needed, [], described, [], "split")
        files.update((f"modules/{module.name}/{name}", text) for name, text in inner.items())
    return files


def _module_files(
    writer: Writer,
    module: Module,
    versions: list[str],
    providers: list[str],
    outputs: list[str],
    calls: list[str],
    layout: str,
) -> dict[str, str]:
    style = writer.style
    values = [f"{n} = {text}" for n, text in module.locals.items()]
    constants = ["locals {\n" + "\n".join(values) + "\n}"] if values else []
    variables = [_variable(name, v, style) for name, v in module.variables.items()]
    comments = style.comments if not (module.name and style.comments == "sections") else ""
    if layout == "single":
        body = _resources(module, comments)
        blocks = [*versions, *providers, *variables, *constants, *_data(module, comments), *calls, *body, *outputs]
        if style.variables_last and not module.name:
            blocks = [*versions, *providers, *constants, *_data(module, comments), *calls, *body, *variables, *outputs]
        return {"main.tf": _text(blocks)}
    files: dict[str, list[str]] = {"main.tf": []}
    if layout == "split":
        files["main.tf"] = [*constants, *_data(module, comments), *calls, *_resources(module, comments)]
    else:
        files["main.tf"] = [*calls]
        files["locals.tf"] = constants
        files["data.tf"] = _data(module, "")
        for node, text in module.nodes:
            if node.mode == "resource":
                place = area_of(node.type) if layout == "areas" else service_of(node.type).replace("-", "_")
                described = f"{_comment(node)}\n{text}" if comments == "blocks" and _worth(node) else text
                files.setdefault(f"{place}.tf", []).append(described)
    files["variables.tf"], files["outputs.tf"] = variables, outputs
    apart = "versions.tf" if providers or module.name else "providers.tf"
    files.setdefault(apart, []).extend(versions)
    files.setdefault("providers.tf", []).extend(providers)
    return {name: _text(blocks) for name, blocks in files.items() if blocks}


def _text(blocks: Sequence[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _data(module: Module, comments: str) -> list[str]:
    del comments
    return [text for node, text in module.nodes if node.mode == "data"] + [text for _, text in module.documents]


def _resources(module: Module, comments: str) -> list[str]:
    found: list[str] = []
    last = ""
    resources = [(node, text) for node, text in module.nodes if node.mode == "resource"]
    for node, text in resources:
        if comments == "sections" and len(resources) > 3 and (area := area_of(node.type)) != last:
            last = area
            words = _AREA_WORDS.get(area, area.replace("_", " ").capitalize())
            found.append(f"# {'-' * 70}\n# {words}\n# {'-' * 70}")
        if comments == "blocks" and _worth(node):
            text = f"{_comment(node)}\n{text}"
        found.append(text)
    return found


def _worth(node: Node) -> bool:
    """People comment what the prompt would mention, and not all of that."""
    return node.said and node.feature_of is None and len(node.type) % 3 != 0


def _comment(node: Node) -> str:
    words = capital(type_noun(node.type))
    role = node.role.replace("_", " ").replace("-", " ")
    generic = role.lower() in words.lower() or len(role) < 3 or role in ("main", "this", "default", "example")
    return f"# {words}" if generic else f"# {words} for {role}"


def _required(module: Module, version: str) -> str:
    names = sorted({n.type.partition("_")[0] for n, _ in module.nodes} - {"terraform"})
    rows = [
        f'{n} = {{\nsource = "hashicorp/{n}"'
        + (f"\nversion = {quoted(version)}" if version and n == "aws" else "")
        + "\n}"
        for n in names
    ]
    return "terraform {\nrequired_providers {\n" + "\n".join(rows) + "\n}\n}"


_OTHER_PROVIDERS = {
    "azurerm": "features {}",
    "google": 'project = "my-project-123456"\nregion = "us-central1"',
    "kubernetes": 'config_path = "~/.kube/config"',
}
"""What people write into the provider blocks of other clouds."""


def _head(writer: Writer) -> tuple[list[str], list[str]]:
    """The terraform block, and the provider blocks."""
    style, scenario = writer.style, writer.scenario
    used = {n.type.partition("_")[0] for n in scenario.nodes} - {"terraform"}
    versions: list[str] = []
    if style.terraform_block:
        rows: list[str] = []
        for name in sorted(used):
            version = f"\nversion = {quoted(style.version)}" if style.version and name == "aws" else ""
            rows.append(f'{name} = {{\nsource = "hashicorp/{name}"{version}\n}}')
        core = f"required_version = {quoted(style.core)}\n\n" if style.core else ""
        versions.append("terraform {\n" + core + "required_providers {\n" + "\n".join(rows) + "\n}\n}")
    providers: list[str] = []
    region = (writer.region() if style.region_variable else "") or quoted(scenario.region)
    wanted = style.provider_block or scenario.region_said or bool(scenario.providers) or style.tags_default
    if "aws" in used and (wanted or (style.region_variable and style.region_variable in writer.root.variables)):
        lines = ['provider "aws" {', f"region = {region}"]
        if style.tags_default:
            lines += ["", "default_tags {", f"tags = {hcl(dict(style.tags), writer)}", "}"]
        providers.append("\n".join([*lines, "}"]))
    for name in sorted(used & _OTHER_PROVIDERS.keys()):
        if style.provider_block or name == "azurerm":  # azurerm's has a required block
            providers.append(f'provider "{name}" {{\n{_OTHER_PROVIDERS[name]}\n}}')
    for name, alias, place in scenario.providers:
        lines = [f'provider "{name}" {{', f"alias = {quoted(alias)}", f"region = {quoted(place)}"]
        if role := scenario.roles.get(f"{name}.{alias}"):
            lines += ["", "assume_role {", f"role_arn = {quoted(role)}", "}"]
        providers.append("\n".join([*lines, "}"]))
    return versions, providers


def _call(module: Module) -> str:
    lines = [f'module "{module.name}" {{', f'source = "./modules/{module.name}"']
    if module.inputs:
        lines += ["", *(f"{name} = {text}" for name, text in module.inputs.items())]
    return "\n".join([*lines, "}"])


def _more_outputs(writer: Writer) -> list[str]:
    """What people give out of a configuration that was not asked for: ids and ARNs of its main things."""
    from terraformer.data.synthesis.rendering.modules import attribute_type

    taken = {o.name for o in writer.scenario.outputs}
    found: list[str] = []
    for node in writer.scenario.said_nodes:
        if node.mode != "resource" or node.feature_of is not None or node.repeat or node in writer.toggles:
            continue
        if len(found) == 3:
            break
        group = writer.groups.get(node)
        if group is not None and node is not group.nodes[0]:
            continue
        attribute = next(
            (a for a in ("arn", "endpoint", "dns_name", "id") if attribute_type("resource", node.type, a)), ""
        )
        word = node.type.rpartition("_")[2]
        name = f"{word}_{attribute}" if group is None else f"{word}_{attribute}s"
        if not attribute or name in taken:
            continue
        taken.add(name)
        if group is not None and group.by == "for_each" and not writer.homes.get(node):
            value = f"{{ for key, item in {node.type}.{writer.labels[node]} : key => item.{attribute} }}"
        else:
            value = writer.address(node, attribute, every=group is not None)
        described = f"{attribute.upper() if attribute in ('id', 'arn') else attribute.replace('_', ' ').capitalize()} of the {type_noun(node.type)}."
        found.append(_output(name, value, described if writer.style.descriptions else "", False))
    return found


def _variable(name: str, variable: Variable, style: Style) -> str:
    lines = [f'variable "{name}" {{']
    if style.descriptions and variable.description:
        lines.append(f"description = {quoted(variable.description)}")
    lines.append(f"type = {variable.kind}")
    if variable.default:
        lines.append(f"default = {variable.default}")
    if variable.sensitive:
        lines.append("sensitive = true")
    if variable.validation is not None:
        condition, message = variable.validation
        lines += ["", "validation {", f"condition = {condition}", f"error_message = {quoted(message)}", "}"]
    return "\n".join([*lines, "}"])


def _output(name: str, value: str, description: str, sensitive: bool) -> str:
    lines = [f'output "{name}" {{']
    if description:
        lines.append(f"description = {quoted(description)}")
    lines.append(f"value = {value}")
    if sensitive:
        lines.append("sensitive = true")
    return "\n".join([*lines, "}"])

"""Reads the TypeScript that the provider generator emits for one module into plain records.

Only the generator's own output is understood (npm package @cdktn/provider-generator: struct-emitter.ts,
resource-emitter.ts, attributes-emitter.ts, provider-functions-emitter.ts); this is no TypeScript parser. Its layout is
regular: declarations begin in the first column, members with two spaces, entries of the HCL mappers with four or more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

__all__ = ["ClassDeclaration", "Entry", "Function", "Mapping", "Module", "parse_functions", "parse_module"]


@dataclass(slots=True)
class Entry:
    """One attribute of a class: ``// name - computed: .., optional: .., required: ..`` and the getter below it."""

    name: str
    computed: bool
    optional: bool
    required: bool
    getter: str
    write_only: bool


@dataclass(slots=True)
class Mapping:
    """One entry of an HCL mapper."""

    value: str
    kind: str  # simple | list | set | map | struct
    storage: str
    member: str  # camelCase name in the interface


@dataclass(slots=True)
class ClassDeclaration:
    name: str
    base: str  # ComplexObject, ComplexList, ComplexMap, MapList, TerraformResource, ...
    entries: list[Entry] = field(default_factory=list)
    mappings: dict[str, Mapping] = field(default_factory=dict)  # resources and data sources only
    element: str = ""  # collections: the class of get()
    element_is_set: bool = False
    terraform_type: str = ""
    interface: str = ""  # the constructor's parameter


@dataclass(slots=True)
class Interface:
    """Members by camelCase name: (optional, doc text)."""

    name: str
    members: dict[str, tuple[bool, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Function:
    """A provider-defined function."""

    name: str
    summary: str
    parameters: list[tuple[str, str, str]]  # name, TypeScript doc type, description
    variadic: bool
    returns: str


@dataclass(slots=True)
class Module:
    interfaces: dict[str, Interface] = field(default_factory=dict)
    mappers: dict[str, tuple[str, dict[str, Mapping]]] = field(default_factory=dict)  # function -> (struct, entries)
    classes: dict[str, ClassDeclaration] = field(default_factory=dict)

    def mapper_of(self, struct: str) -> dict[str, Mapping]:
        for name, entries in self.mappers.values():
            if name == struct:
                return entries
        return {}


_DECLARATION = re.compile(r"^export (?=interface |class |function )", re.M)
_MEMBER = re.compile(r"  /\*\*\n(?P<doc>.*?)  \*/\n  readonly (?P<name>\w+)(?P<optional>\??): ", re.S)
_FUNCTION = re.compile(r"function (\w+ToHclTerraform)\(struct\?: ([^)]*)\): any")
_MAPPING = re.compile(
    r"^ {4,6}(?P<name>\w+): \{\n"
    r" +value: (?P<value>.*),\n"
    r" +isBlock: (?:true|false),\n"
    r' +type: "(?P<kind>\w+)",\n'
    r' +storageClassType: "(?P<storage>[^"]*)",\n',
    re.M,
)
_REFERENCE = re.compile(r"\((?:struct!|this)\._?(\w+)(?:\.internalValue)?\)+$")
_CLASS = re.compile(r"class (\w+) extends cdktn\.(\w+)|class (\w+) extends cdktf\.(\w+)")
_ENTRY = re.compile(r"^  // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n", re.M)
_GET = re.compile(r"public get\((?:index: number|key: string)\): (\w+) \{\n\s*return new \w+\((.*)\);")
_TYPE = re.compile(r"terraformResourceType: '([^']+)'")
_CONFIG = re.compile(r"public constructor\(scope: Construct, id: string, config: (\w+)")


def parse_module(texts: Iterable[str]) -> Module:
    """All declarations of one module (its index file and the shards of its structs)."""
    module = Module()
    for text in texts:
        text = text.replace("cdktf.", "cdktn.")
        starts = [m.start() + len("export ") for m in _DECLARATION.finditer(text)]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            chunk = text[start:end]
            if chunk.startswith("interface "):
                _interface(module, chunk)
            elif chunk.startswith("function "):
                _function(module, chunk)
            else:
                _class(module, chunk)
    return module


def _interface(module: Module, chunk: str) -> None:
    interface = Interface(chunk.split()[1])
    for m in _MEMBER.finditer(chunk):
        lines = [line.strip().removeprefix("*").removeprefix(" ") for line in m["doc"].splitlines()]
        interface.members[m["name"]] = (bool(m["optional"]), _clean_doc(lines))
    module.interfaces[interface.name] = interface


def _clean_doc(lines: list[str]) -> str:
    kept: list[str] = []
    for line in lines:
        if line.startswith("Docs at Terraform Registry:"):
            break
        kept.append(line)
    return "\n".join(kept).strip()


def _mappings(chunk: str) -> dict[str, Mapping]:
    found = {}
    for m in _MAPPING.finditer(chunk):
        value = m["value"]
        if " === undefined ? " in value:  # a custom default: "x === undefined ? null : mapper(x)"
            value = value.split(" : ", 1)[1]
        reference = _REFERENCE.search(value)
        found[m["name"]] = Mapping(value, m["kind"], m["storage"], reference[1] if reference else "")
    return found


def _function(module: Module, chunk: str) -> None:
    m = _FUNCTION.match(chunk)
    if m is None:
        return
    structs = [x.strip() for x in m[2].split("|") if x.strip() != "cdktn.IResolvable"]
    # "struct?: XOutputReference | X | IResolvable": the struct itself stands last
    module.mappers[m[1]] = (structs[-1], _mappings(chunk))


def _class(module: Module, chunk: str) -> None:
    m = _CLASS.match(chunk)
    if m is None:
        return
    declaration = ClassDeclaration(m[1], m[2])
    marks = list(_ENTRY.finditer(chunk))
    for i, mark in enumerate(marks):
        body = chunk[mark.end() : marks[i + 1].start() if i + 1 < len(marks) else mark.end() + 1500]
        write_only = "@deprecated Write-only" in body.split("public get", 1)[0]
        declaration.entries.append(
            Entry(mark[1], mark[2] == "true", mark[3] == "true", mark[4] == "true", body, write_only)
        )
    get = _GET.search(chunk)
    if get:
        declaration.element = get[1]
        declaration.element_is_set = get[2].endswith(", true")
    if declaration.base.startswith("Terraform"):
        type_name = _TYPE.search(chunk)
        config = _CONFIG.search(chunk)
        declaration.terraform_type = type_name[1] if type_name else ""
        declaration.interface = config[1] if config else ""
        hcl = chunk.find("synthesizeHclAttributes()")
        if hcl >= 0:
            declaration.mappings = _mappings(chunk[hcl:])
    module.classes[declaration.name] = declaration


_FN = re.compile(
    r"  /\*\*\n(?P<doc>(?:  \*.*\n)*?)  \*/\n  public \w+\((?P<params>.*)\): [^\n]+ \{\n"
    r'.*?\.invoke\(this\.providerLocalName, "(?P<name>\w+)", \[(?P<args>.*?)\]\)',
)


def parse_functions(text: str) -> list[Function]:
    """Provider-defined functions of the provider-functions module."""
    found = []
    for m in _FN.finditer(text):
        summary, parameters, returns = [], [], ""
        for line in m["doc"].splitlines():
            line = line.strip().removeprefix("*").strip()
            param = re.fullmatch(r"@param \{(.*?)\} (\w+)(?: - (.*))?", line)
            if param:
                parameters.append((param[2], param[1], param[3] or ""))
            elif line.startswith("@returns"):
                result = re.match(r"@returns \{(.*?)\}", line)
                returns = result[1] if result else ""
            elif not line.startswith("@"):
                summary.append(line)
        found.append(Function(m["name"], " ".join(summary).strip(), parameters, "..." in m["args"], returns))
    return found

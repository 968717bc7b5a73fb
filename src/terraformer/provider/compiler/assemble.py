"""Puts the records of one module together to a schema.

Rules (the inverse of resource-parser.ts in @cdktn/provider-generator):

* An entry is a nested block if its mapper says ``listMapperHcl(.., true)``, or its doc comment is "<name> block", or it
  is neither computed, optional nor required (nesting mode "map", or a "single" block without settable members).
* Type "list" or "set" with a bare mapper means ``max_items = 1``; required means ``min_items = 1``.
* Members of an object type inherit the flags of their attribute; where they differ, or where a member has a doc
  comment of its own, the attribute is a nested attribute of protocol 6.
* ``map of any`` stands for "dynamic", a bare ``any`` for a subtree that the generator skipped.

Lost in the generator, for the overrides to mend: sensitive, schema versions, min_items > 1, max_items > 1, skipped
subtrees, object types deeper than lists of lists, attributes that differ from a neighbour only in camel case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, field
from typing import Any

from terraformer.errors import BundleError
from terraformer.provider.bundle_format import DATA, EPHEMERAL, PROVIDER, RESOURCE
from terraformer.provider.compiler.typescript import ClassDeclaration, Entry, Function, Mapping, Module
from terraformer.provider.schema import Attribute, Block, CtyType, NestedBlock, NestedType, ResourceSchema

__all__ = ["SKIPPED", "Assembled", "assemble", "function_json"]

SKIPPED = "dynamic"
"""The type that stands for a subtree which the generator left out; overrides must splice it."""

_KINDS = {
    "TerraformResource": RESOURCE,
    "TerraformDataSource": DATA,
    "TerraformEphemeralResource": EPHEMERAL,
    "TerraformProvider": PROVIDER,
}
_SIMPLE = {"string": "string", "number": "number", "boolean": "bool"}
MAX_DEPTH = 24


@dataclass(slots=True)
class Assembled:
    schema: ResourceSchema
    docs: dict[str, str]
    skipped: list[str] = field(default_factory=list)
    recursive: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Member:
    """One entry of a struct with everything that is known of it."""

    name: str
    computed: bool
    optional: bool
    required: bool
    write_only: bool
    doc: str
    mapping: Mapping | None
    getter: str


class _Assembler:
    def __init__(self, module: Module) -> None:
        self.module = module
        self.docs: dict[str, str] = {}
        self.skipped: list[str] = []
        self.recursive: list[str] = []

    # -- members --------------------------------------------------------------------------------------------------

    def members(
        self,
        entries: list[Entry] | None,
        mappings: MappingABC[str, Mapping],
        interface: str,
    ) -> list[_Member]:
        declared = self.module.interfaces.get(interface)
        known = declared.members if declared else {}
        if entries is None:  # structs of a provider have no class: the interface tells what is optional
            return [
                _Member(
                    name, False, known.get(m.member, (True, ""))[0], not known.get(m.member, (True, ""))[0],
                    False, known.get(m.member, (True, ""))[1], m, "",
                )
                for name, m in mappings.items()
            ]  # fmt: skip
        found = []
        for e in entries:
            mapping = mappings.get(e.name)
            doc = known[mapping.member][1] if mapping and mapping.member in known else ""
            write_only = e.write_only or bool(mapping and "markWriteOnlyAttribute(" in mapping.value)
            if e.name.endswith("_wo") and e.optional and any(x.name.endswith("_wo_version") for x in entries):
                write_only = True  # older generators did not mark them; the name is the providers' convention
            found.append(_Member(e.name, e.computed, e.optional, e.required, write_only, doc, mapping, e.getter))
        return found

    def struct_members(self, struct: str) -> list[_Member]:
        reference = self.module.classes.get(f"{struct}OutputReference")
        mappings = self.module.mapper_of(struct)
        return self.members(reference.entries if reference else None, mappings, struct)

    # -- blocks ---------------------------------------------------------------------------------------------------

    def block(self, members: list[_Member], path: str, trail: tuple[str, ...]) -> Block:
        attributes: dict[str, Attribute] = {}
        blocks: dict[str, NestedBlock] = {}
        for m in members:
            here = f"{path}.{m.name}" if path else m.name
            if self.is_block(m):
                nested = self.nested_block(m, here, trail)
                if nested is not None:
                    blocks[m.name] = nested
            else:
                attributes[m.name] = self.attribute(m, here)
        return Block(attributes, blocks)

    def is_block(self, m: _Member) -> bool:
        if m.mapping is not None:
            value = m.mapping.value
            if "listMapperHcl(" in value and re.search(r"listMapperHcl\(\w+, true\)", value):
                return True
            if m.mapping.storage == "any":
                return False
            return m.doc == f"{m.name} block"
        return not (m.computed or m.optional or m.required)

    def nested_block(self, m: _Member, path: str, trail: tuple[str, ...]) -> NestedBlock | None:
        low = high = 0
        if m.mapping is not None:
            kind = m.mapping.kind
            function = re.search(r"(\w+ToHclTerraform)", m.mapping.value)
            if function is None or function[1] not in self.module.mappers:
                raise BundleError(f"{path}: no mapper for {m.mapping.value}")
            struct = self.module.mappers[function[1]][0]
            nesting = {"struct": "single"}.get(kind, kind)
            if kind in ("list", "set"):
                low = int(m.required)
                high = 0 if "listMapperHcl(" in m.mapping.value else 1
        else:
            nesting, struct = self.stored_class(m)
        if struct in trail or len(trail) > MAX_DEPTH:
            self.recursive.append(path)
            return None
        block = self.block(self.struct_members(struct), path, (*trail, struct))
        return NestedBlock(m.name, nesting, block, low, high)

    def stored_class(self, m: _Member) -> tuple[str, str]:
        """Nesting and struct of an entry without mapper, from ``private _x = new XList(this, "x", false)``."""
        match = re.search(r"= new (\w+)\(this, \"[^\"]*\"(?:, (true|false))?\)", m.getter)
        if match is None:
            raise BundleError(f"{m.name}: no stored class in {m.getter[:80]!r}")
        declared = self.module.classes[match[1]]
        if declared.base == "ComplexObject":
            return "single", declared.name.removesuffix("OutputReference")
        nesting = "map" if declared.base == "ComplexMap" else "set" if match[2] == "true" else "list"
        return nesting, declared.element.removesuffix("OutputReference")

    # -- attributes -----------------------------------------------------------------------------------------------

    def attribute(self, m: _Member, path: str) -> Attribute:
        if m.doc and m.doc != f"{m.name} block":
            self.docs[path] = m.doc
        nested = self.nested_type(m, path)
        cty = None if nested else self.type_of(m, path)
        return Attribute(
            name=m.name,
            type=cty,
            required=m.required,
            optional=m.optional,
            computed=m.computed,
            write_only=m.write_only,
            nested=nested,
        )

    def object_of(self, m: _Member) -> tuple[str, str] | None:
        """(nesting, struct) when the attribute's type is an object or one collection of objects."""
        if m.mapping is not None:
            match = re.match(
                r"(?:this\.markWriteOnlyAttribute\()?(?:cdktn\.(listMapperHcl|hashMapperHcl)\()?(\w+ToHclTerraform)\b",
                m.mapping.value,
            )
            if match is None or match[2] not in self.module.mappers:
                return None
            nesting = "single" if match[1] is None else m.mapping.kind
            return nesting, self.module.mappers[match[2]][0]
        if re.search(r"= new (?!cdktn\.)\w+\(this, ", m.getter):
            nesting, struct = self.stored_class(m)
            return (nesting, struct) if f"{struct}OutputReference" in self.module.classes else None
        return None

    def nested_type(self, m: _Member, path: str) -> NestedType | None:
        found = self.object_of(m)
        if found is None:
            return None
        nesting, struct = found
        members = self.struct_members(struct)
        uniform = all(
            (x.computed, x.optional, x.required) == (m.computed, m.optional, m.required)
            and not x.doc
            and not x.write_only
            for x in members
        )
        if uniform and not any(self._differs(x) for x in members):
            return None
        return NestedType(nesting, {x.name: self.attribute(x, f"{path}.{x.name}") for x in members})

    def _differs(self, m: _Member) -> bool:
        """Whether a member's own members are those of a nested attribute (flags or docs of their own)."""
        found = self.object_of(m)
        if found is None:
            return False
        return any(
            (x.computed, x.optional, x.required) != (m.computed, m.optional, m.required)
            or bool(x.doc)
            or self._differs(x)
            for x in self.struct_members(found[1])
        )

    def type_of(self, m: _Member, path: str) -> CtyType:
        if m.mapping is not None:
            value = m.mapping.value.removeprefix("this.markWriteOnlyAttribute(")
            cty = self.expression_type(value, m.mapping.kind, path)
            return self._documented(m, cty)
        return self.getter_type(m, path)

    def _documented(self, m: _Member, cty: CtyType) -> CtyType:
        """Where the generator documents the Terraform type (newer versions), inner sets are told from lists."""
        match = re.search(r"Terraform type: `([^`]+)`", m.getter)
        return _parse_type(match[1]) if match and "object" not in match[1] else cty

    def expression_type(self, value: str, kind: str, path: str) -> CtyType:
        if value.startswith("cdktn.listMapperHcl("):
            inner = self.expression_type(value.removeprefix("cdktn.listMapperHcl("), "list", path)
            return ["set" if kind == "set" else "list", inner]
        if value.startswith("cdktn.hashMapperHcl("):
            rest = value.removeprefix("cdktn.hashMapperHcl(")
            if rest.startswith("cdktn.anyToHclTerraform"):
                return "dynamic"
            return ["map", self.expression_type(rest, "list", path)]
        simple = re.match(r"cdktn\.(\w+)ToHclTerraform\b", value)
        if simple:
            if simple[1] == "any":
                self.skipped.append(path)
                return SKIPPED
            return _SIMPLE[simple[1]]
        function = re.match(r"(\w+ToHclTerraform)\b", value)
        if function is None or function[1] not in self.module.mappers:
            raise BundleError(f"{path}: cannot read the mapper {value!r}")
        return self.object_type(self.module.mappers[function[1]][0], path)

    def object_type(self, struct: str, path: str) -> CtyType:
        return ["object", {m.name: self.type_of(m, f"{path}.{m.name}") for m in self.struct_members(struct)}]

    def getter_type(self, m: _Member, path: str) -> CtyType:
        documented = self._documented(m, None)
        if documented is not None:
            return documented
        own = re.search(r"= new (?!cdktn\.)(\w+)\(this, \"[^\"]*\"(?:, (true|false))?\)", m.getter)
        if own:
            return self.class_type(self.module.classes[own[1]], own[2] == "true", path)
        core = re.search(r"= new cdktn\.(\w+)\(this, \"[^\"]*\"(?:, (true|false))?\)", m.getter)
        if core:
            return _core_class_type(core[1], core[2] == "true")
        got = re.search(r"return (.*);", m.getter)
        if got is None:
            raise BundleError(f"{path}: no getter")
        access = got[1]
        as_set = "cdktn.Fn.tolist(" in access
        call = re.search(r"this\.get(\w+?)Attribute\('", access)
        if call is None:
            if "interpolationForAttribute" in access:
                self.skipped.append(path)
                return SKIPPED
            raise BundleError(f"{path}: cannot read the getter {access!r}")
        return _getter_name_type(call[1], as_set)

    def class_type(self, declared: ClassDeclaration, is_set: bool, path: str) -> CtyType:
        if declared.base == "ComplexObject":
            return self.object_type(declared.name.removesuffix("OutputReference"), path)
        inner_class = self.module.classes[declared.element]
        inner = self.class_type(inner_class, declared.element_is_set, path)
        if declared.base == "ComplexMap":
            return ["map", inner]
        return ["set" if is_set else "list", inner]


def _getter_name_type(name: str, as_set: bool) -> CtyType:
    """ "String", "NumberList", "StringMap", "AnyMap" ... to a type."""
    if name == "List":
        return ["set" if as_set else "list", "string"]
    if name == "AnyMap":
        return "dynamic"
    for suffix, kind in (("List", "set" if as_set else "list"), ("Map", "map")):
        if name.endswith(suffix):
            return [kind, _getter_name_type(name.removesuffix(suffix), False)]
    return _SIMPLE[name.lower()]


def _core_class_type(name: str, is_set: bool) -> CtyType:
    """ "StringListMap" = map(list(string)): the words read from the inside out."""
    if name == "AnyMap":
        return "dynamic"
    words = re.findall(r"String|Number|Boolean|Any|List|Map", name)
    cty: CtyType = {"String": "string", "Number": "number", "Boolean": "bool", "Any": "dynamic"}[words[0]]
    for i, word in enumerate(words[1:], 1):
        outermost = i == len(words) - 1
        cty = ["map" if word == "Map" else "set" if outermost and is_set else "list", cty]
    return cty


def _parse_type(text: str) -> CtyType:
    """ "map(list(string))" to its JSON form."""
    match = re.fullmatch(r"(list|set|map)\((.*)\)", text)
    if match:
        inner = _parse_type(match[2])
        return "dynamic" if match[1] == "map" and match[2] == "any" else [match[1], inner]
    return {"any": "dynamic"}.get(text, text)


def assemble(module: Module) -> Assembled | None:
    """The schema of a module's resource, data source, ephemeral resource or provider; None when it declares none."""
    for declared in module.classes.values():
        kind = _KINDS.get(declared.base)
        if kind is None:
            continue
        assembler = _Assembler(module)
        entries = declared.entries
        if kind == PROVIDER:
            entries = [e for e in entries if e.name != "alias"]  # added by the generator
        members = assembler.members(entries, declared.mappings, declared.interface)
        block = assembler.block(members, "", ())
        schema = ResourceSchema(kind, declared.terraform_type, block)
        return Assembled(schema, assembler.docs, assembler.skipped, assembler.recursive)
    return None


_FUNCTION_TYPES = {"string": "string", "number": "number", "boolean": "bool"}


def function_json(function: Function) -> dict[str, Any]:
    """A provider-defined function as ``terraform providers schema -json`` shows it.

    What an object that a function takes or returns holds is not told: "dynamic".
    """

    def cty(text: str) -> CtyType:
        match = re.fullmatch(r"Array<(.*)>", text)
        if match:
            return ["list", cty(match[1])]
        return _FUNCTION_TYPES.get(text, "dynamic")

    parameters = [
        {"name": name, "type": cty(text), **({"description": doc} if doc else {})}
        for name, text, doc in function.parameters
    ]
    data: dict[str, Any] = {"return_type": cty(function.returns), "summary": function.summary}
    if function.variadic:
        last = parameters.pop()
        element = last["type"][1] if isinstance(last["type"], list) else last["type"]
        data["variadic_parameter"] = {**last, "type": element}
    if parameters:
        data["parameters"] = parameters
    return data

# ruff: noqa: ARG002 - every handler has the same signature
"""The provider side of the plugin protocol: one call in, one answer out.

Source: docs/plugin-protocol/tfplugin6.10.proto of hashicorp/terraform (field numbers are in the comments), and the
conduct of terraform-plugin-sdk / -framework servers. ApplyResourceChange makes a state up (apply.py) where the run
allows it and is refused elsewhere. Not served: resource identity, list resources, actions and state stores
("unimplemented", which Terraform tolerates).

Every handler catches its own exceptions: they are noted in the run's record, and Terraform gets an error diagnostic
whose summary starts with INTERNAL_MARKER, so that nobody takes a failure of ours for a finding.
"""

from __future__ import annotations

import importlib
import traceback
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from terraformer.provider import functions, placeholders, protocol, wire
from terraformer.provider.apply import apply_change
from terraformer.provider.context import ProviderContext
from terraformer.provider.deprecation import Deprecations, deprecations_of
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.hollow import block_names, hollow
from terraformer.provider.http2 import UNIMPLEMENTED, RpcError
from terraformer.provider.plan import is_legacy, plan_change
from terraformer.provider.read_only import read_only_values
from terraformer.provider.run import INTERNAL_MARKER, ReadAssumption, RunRecord, RunSpec, SchemaSource, value_digest
from terraformer.provider.schema import Attribute, Block, CtyType, ResourceSchema, implied_type
from terraformer.provider.state import conform, from_state_json
from terraformer.provider.values import decode, encode

__all__ = ["ProviderService", "ProviderSession"]

_PREFIX = "/tfplugin6.Provider/"
_IMPORTED = b"imported"
_CACHE_LIMIT = 4 * 2**20
_META = {
    "hashicorp/aws": ResourceSchema(
        "provider", "aws", Block({"user_agent": Attribute("user_agent", ["list", "string"], optional=True)})
    )
}
"""The ``provider_meta`` blocks that providers take. Source: terraform-provider-aws, design decision "provider_meta"."""


@dataclass(slots=True)
class ProviderSession:
    """One connection = one provider configuration. ``settings`` is None until ConfigureProvider."""

    source: str
    settings: Mapping[str, Any] | None = None
    ctx: ProviderContext | None = None


@dataclass(slots=True)
class _Kind:
    """One resource type of a bundle with what every call needs."""

    schema: ResourceSchema
    cty: CtyType
    message: bytes
    deprecations: Deprecations


@dataclass(slots=True)
class _Cache:
    """The types of one bundle in the form that calls need."""

    bundle: SchemaSource
    kinds: dict[tuple[str, str], _Kind] = field(default_factory=dict)
    hollow: dict[tuple[str, frozenset[str]], _Kind] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)


class ProviderService:
    """Answers the calls of all providers of one process."""

    def __init__(self) -> None:
        self._spec = RunSpec({})
        self._record = RunRecord()
        self._caches: dict[int, _Cache] = {}
        self._cached_bytes = 0
        self._handlers: dict[str, tuple[Callable[[ProviderSession, wire.Fields], bytes], int]] = {
            _PREFIX + name: (handler, field)
            for name, handler, field in (
                ("GetMetadata", self._get_metadata, 2),
                ("GetProviderSchema", self._get_provider_schema, 4),
                ("ValidateProviderConfig", self._validate_provider, 2),
                ("ConfigureProvider", self._configure, 1),
                ("ValidateResourceConfig", self._validate_resource, 1),
                ("ValidateDataResourceConfig", self._validate_data, 1),
                ("ValidateEphemeralResourceConfig", self._validate_ephemeral, 1),
                ("UpgradeResourceState", self._upgrade_state, 2),
                ("ReadResource", self._read_resource, 2),
                ("PlanResourceChange", self._plan, 4),
                ("ApplyResourceChange", self._apply, 3),
                ("ImportResourceState", self._import, 2),
                ("MoveResourceState", self._move, 2),
                ("ReadDataSource", self._read_data, 2),
                ("OpenEphemeralResource", self._open_ephemeral, 1),
                ("RenewEphemeralResource", self._nothing, 1),
                ("CloseEphemeralResource", self._nothing, 1),
                ("GetFunctions", self._get_functions, 2),
                ("StopProvider", self._nothing, 0),
            )
        }
        self._handlers[_PREFIX + "CallFunction"] = (self._call_function, -2)
        self._handlers["/plugin.GRPCController/Shutdown"] = (self._nothing, 0)

    # --- runs ---

    def begin(self, spec: RunSpec) -> None:
        self._spec = spec
        self._record = RunRecord()

    def end(self) -> RunRecord:
        record, self._record = self._record, RunRecord()
        self._spec = RunSpec({})
        times = Counter(record.diagnostics)
        return RunRecord(
            list(times),
            _distinct(record.assumptions),
            list(dict.fromkeys(record.errors)),
            record.calls,
            frozenset(d for d, n in times.items() if n > 1),
        )

    def open_session(self, source: str) -> ProviderSession:
        return ProviderSession(source)

    # --- calls ---

    def call(self, session: ProviderSession, method: str, message: bytes) -> bytes:
        """Answer one call. Raises RpcError for methods that are not served; never anything else."""
        found = self._handlers.get(method)
        if found is None:
            raise RpcError(UNIMPLEMENTED, f"{method} is not served")
        handler, diagnostics_field = found
        name = method.rpartition("/")[2]
        self._record.calls[name] = self._record.calls.get(name, 0) + 1
        try:
            return handler(session, wire.parse(message))
        except Exception as error:
            return self._internal(session, name, error, diagnostics_field)

    def _internal(self, session: ProviderSession, name: str, error: Exception, diagnostics_field: int) -> bytes:
        where = traceback.extract_tb(error.__traceback__)[-1]
        line = f"{session.source} {name}: {type(error).__name__}: {error} ({where.filename}:{where.lineno})"
        self._record.errors.append(line)
        if diagnostics_field == 0:
            return b""
        if diagnostics_field < 0:  # FunctionError: text = 1
            return wire.data(-diagnostics_field, wire.text(1, f"{INTERNAL_MARKER}: {line}"))
        found = Diagnostic("error", f"{INTERNAL_MARKER} in {name}", line, code="internal")
        return wire.data(diagnostics_field, protocol.diagnostic(found, "dynamic"))

    # --- schemas ---

    def _bundle(self, source: str) -> SchemaSource:
        bundle = self._spec.bundles.get(source)
        if bundle is None:
            raise LookupError(f"no schema bundle for {source} in this run")
        return bundle

    def _cache(self, source: str) -> _Cache:
        bundle = self._bundle(source)
        cache = self._caches.get(id(bundle))
        if cache is None or cache.bundle is not bundle:
            cache = self._caches[id(bundle)] = _Cache(bundle)
        return cache

    def _provider_kind(self, source: str) -> _Kind:
        return self._kind(source, "provider", ",".join(sorted(self._spec.omit_provider_blocks)))

    def _kind(self, source: str, kind: str, type_name: str) -> _Kind:
        cache = self._cache(source)
        if kind == "resource" and self._spec.words is not None:
            names = cache.names.get(type_name)
            if names is None:
                names = cache.names[type_name] = block_names(cache.bundle.resource(type_name).block)
            used = names & self._spec.words
            if len(used) < len(names):
                return self._hollow_kind(cache, type_name, used)
        found = cache.kinds.get((kind, type_name))
        if found is None:
            bundle = cache.bundle
            if kind == "provider":
                schema = _without_blocks(bundle.provider_schema(), self._spec.omit_provider_blocks)
            else:
                read = {"resource": bundle.resource, "data": bundle.data_source, "ephemeral": bundle.ephemeral}[kind]
                schema = read(type_name)
            found = cache.kinds[kind, type_name] = self._make_kind(schema)
        return found

    def _hollow_kind(self, cache: _Cache, type_name: str, used: frozenset[str]) -> _Kind:
        found = cache.hollow.get((type_name, used))
        if found is None:
            schema = cache.bundle.resource(type_name)
            found = self._make_kind(replace(schema, block=hollow(schema.block, used)))
            cache.hollow[type_name, used] = found
        return found

    def _make_kind(self, schema: ResourceSchema) -> _Kind:
        found = _Kind(
            schema,
            implied_type(schema.block),
            protocol.schema(schema),
            deprecations_of(schema.type, schema.block),
        )
        # A type in memory takes some ten times its message.
        self._cached_bytes += len(found.message)
        if self._cached_bytes > _CACHE_LIMIT:
            for cache in self._caches.values():
                cache.kinds.clear()
                cache.hollow.clear()
                cache.names.clear()
            self._cached_bytes = len(found.message)
        return found

    def _get_metadata(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        _unimplemented("GetMetadata")

    def _get_provider_schema(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # provider = 1, resource_schemas = 2, data_source_schemas = 3, provider_meta = 5, server_capabilities = 6,
        # functions = 7, ephemeral_resource_schemas = 8; ServerCapabilities: move_resource_state = 3
        source, spec = session.source, self._spec
        parts = [wire.data(1, self._provider_kind(source).message)]
        for field_number, kind, types in (
            (2, "resource", spec.resources),
            (3, "data", spec.data),
            (8, "ephemeral", spec.ephemeral),
        ):
            for type_name in types:
                try:
                    found = self._kind(source, kind, type_name)
                except KeyError:
                    continue  # a type of another provider, or one that does not exist: Terraform says so itself
                parts.append(protocol.map_entry(field_number, type_name, found.message))
        if source in _META:
            parts.append(wire.data(5, protocol.schema(_META[source])))
        parts.append(wire.data(6, wire.integer(3, 1)))
        parts.append(self._functions(source, 7))
        return b"".join(parts)

    def _functions(self, source: str, field_number: int) -> bytes:
        functions = self._bundle(source).functions
        return b"".join(protocol.map_entry(field_number, name, protocol.function(f)) for name, f in functions.items())

    def _get_functions(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        return self._functions(session.source, 1)

    # --- configuration ---

    def _context(self, session: ProviderSession) -> ProviderContext:
        if session.ctx is None:
            bundle = self._bundle(session.source)
            session.ctx = ProviderContext(
                session.source, bundle.version, session.settings or {}, self._spec.workdir, self._spec.sandbox
            )
        return session.ctx

    def _config(self, fields: wire.Fields, number: int, cty: CtyType) -> Any:
        """A DynamicValue field as a value: msgpack = 1."""
        raw = wire.first_bytes(fields, number)
        return decode(wire.first_bytes(wire.parse(raw), 1), cty) if raw else None

    def _validate_provider(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: config = 1; Response: diagnostics = 2
        kind = self._provider_kind(session.source)
        value = self._config(fields, 1, kind.cty) or {}
        check = _optional("validators", "validate_provider") if self._spec.checks else None
        found: list[Diagnostic] = list(check(session.source, value, kind.schema)) if check else []
        found += kind.deprecations.used(value, sdk=True)
        return self._report("provider", session.source, found, 2, kind.cty)

    def _configure(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: terraform_version = 1, config = 2; Response: diagnostics = 1
        kind = self._provider_kind(session.source)
        session.settings = self._config(fields, 2, kind.cty) or {}
        session.ctx = None
        check = _optional("validators", "check_configure") if self._spec.checks else None
        found = check(session.source, session.settings) if check else []
        return self._report("provider", session.source, found, 1, kind.cty)

    def _validate(self, session: ProviderSession, fields: wire.Fields, kind_name: str) -> bytes:
        # Request: type_name = 1, config = 2; Response: diagnostics = 1
        kind = self._kind(session.source, kind_name, _type_name(fields, 1))
        value = self._config(fields, 2, kind.cty)
        found: list[Diagnostic] = []
        if isinstance(value, dict) and self._spec.checks:
            ctx = self._context(session)
            found += read_only_values(kind.schema.block, value)
            check = _optional("validators", "validate_resource")
            if check:
                found += check(session.source, kind_name, kind.schema.type, value, kind.schema, ctx)
            check = _optional("data_sources", "validate") if kind_name == "data" else None
            if check:
                found += check(session.source, kind.schema.type, value, kind.schema, ctx)
            found += kind.deprecations.used(value, sdk=is_legacy(kind.schema))
        return self._report(kind_name, kind.schema.type, found, 1, kind.cty)

    def _validate_resource(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        return self._validate(session, fields, "resource")

    def _validate_data(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        return self._validate(session, fields, "data")

    def _validate_ephemeral(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        return self._validate(session, fields, "ephemeral")

    def _report(self, kind: str, type_name: str, found: list[Diagnostic], number: int, cty: CtyType) -> bytes:
        self._record.diagnostics.extend((kind, type_name, d) for d in found)
        return protocol.diagnostics(number, found, cty)

    # --- managed resources ---

    def _upgrade_state(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, version = 2, raw_state = 3 (json = 1); Response: upgraded_state = 1, diagnostics = 2
        kind = self._kind(session.source, "resource", _type_name(fields, 1))
        raw = wire.first_bytes(wire.parse(wire.first_bytes(fields, 3)), 1)
        try:
            state = from_state_json(raw, kind.schema.block)
        except ValueError as problem:
            found = Diagnostic("error", "Unreadable prior state", str(problem), code="state-unreadable")
            return self._report("resource", kind.schema.type, [found], 2, kind.cty)
        return wire.data(1, protocol.dynamic(encode(state, kind.cty)))

    def _read_resource(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, current_state = 2, private = 3; Response: new_state = 1, private = 3
        # The world is taken to be as the state says. Both values pass through as they are.
        return wire.data(1, wire.first_bytes(fields, 2)) + wire.data(3, wire.first_bytes(fields, 3))

    def _plan(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, prior_state = 2, proposed_new_state = 3, config = 4, prior_private = 5
        # Response: planned_state = 1, requires_replace = 2, planned_private = 3, diagnostics = 4,
        # legacy_type_system = 5
        kind = self._kind(session.source, "resource", _type_name(fields, 1))
        prior = self._config(fields, 2, kind.cty)
        proposed = self._config(fields, 3, kind.cty)
        config = self._config(fields, 4, kind.cty)
        ctx = self._context(session)
        private = wire.first_bytes(fields, 5)
        plan = plan_change(kind.schema, prior, proposed, config, ctx, imported=private == _IMPORTED)
        found: list[Diagnostic] = []
        check = _optional("validators", "check_plan") if self._spec.checks else None
        if check and plan.planned is not None:
            found = check(session.source, kind.schema.type, prior, config, plan.planned, ctx)
        return (
            wire.data(1, protocol.dynamic(encode(plan.planned, kind.cty)))
            + b"".join(wire.data(2, protocol.attribute_path(p, kind.cty)) for p in plan.requires_replace)
            + (wire.data(3, private) if private else b"")
            + self._report("resource", kind.schema.type, found, 4, kind.cty)
            + wire.integer(5, plan.legacy)
        )

    def _apply(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, prior_state = 2, planned_state = 3, config = 4, planned_private = 5
        # Response: new_state = 1, private = 2, diagnostics = 3, legacy_type_system = 4
        if self._spec.applying is None:
            found = Diagnostic("error", "Nothing can be applied", "This run only plans.", code="apply-refused")
            return wire.data(1, wire.first_bytes(fields, 2)) + wire.data(3, protocol.diagnostic(found, "dynamic"))
        kind = self._kind(session.source, "resource", _type_name(fields, 1))
        planned = self._config(fields, 3, kind.cty)
        seed = self._spec.applying()
        if not seed:
            number = self._record.calls["ApplyResourceChange"]
            seed = f"{kind.schema.type}|{value_digest(planned, kind.cty)}|{number}"
        state = apply_change(kind.schema, planned, self._context(session), seed=seed)
        private = wire.first_bytes(fields, 5)
        return (
            wire.data(1, protocol.dynamic(encode(state, kind.cty)))
            + (wire.data(2, private) if private else b"")
            + wire.integer(4, is_legacy(kind.schema))
        )

    def _import(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, id = 2; Response: imported_resources = 1, diagnostics = 2
        # ImportedResource: type_name = 1, state = 2, private = 3
        kind = self._kind(session.source, "resource", _type_name(fields, 1))
        identifier = wire.first_bytes(fields, 2).decode("utf-8", "replace")
        ctx = self._context(session)
        state = conform({}, kind.schema.block)
        seed = f"import|{kind.schema.type}|{identifier}"
        made_up: dict[str, str] = {}
        for name, attribute in kind.schema.block.attributes.items():
            if name == "id":
                state[name] = identifier
            elif attribute.computed and not attribute.optional and isinstance(attribute.type, str):
                state[name] = placeholders.value_for(
                    session.source, kind.schema.type, name, attribute.type, seed=seed, ctx=ctx
                )
                made_up[name] = "the imported object cannot be read offline"
            elif name == "region" and attribute.computed and session.source == "hashicorp/aws":
                state[name] = ctx.region
        self._assume("import", kind, {"id": identifier}, state, made_up)
        imported = (
            wire.text(1, kind.schema.type)
            + wire.data(2, protocol.dynamic(encode(state, kind.cty)))
            + wire.data(3, _IMPORTED)
        )
        return wire.data(1, imported)

    def _move(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: source_provider_address = 1, source_type_name = 2, source_state = 4, target_type_name = 5,
        # source_private = 6; Response: target_state = 1, diagnostics = 2, target_private = 3
        source_type, target_type = _type_name(fields, 2), _type_name(fields, 5)
        kind = self._kind(session.source, "resource", target_type)
        if source_type != target_type:
            found = Diagnostic(
                "error",
                "Unable to Move Resource State",
                f"The provider does not support moving {source_type} to {target_type}.",
                code="move-unsupported",
            )
            return self._report("resource", target_type, [found], 2, kind.cty)
        raw = wire.first_bytes(wire.parse(wire.first_bytes(fields, 4)), 1)
        state = from_state_json(raw, kind.schema.block)
        return wire.data(1, protocol.dynamic(encode(state, kind.cty))) + wire.data(3, wire.first_bytes(fields, 6))

    # --- data sources, ephemeral resources, functions ---

    def _read_data(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, config = 2; Response: state = 1, diagnostics = 2
        kind = self._kind(session.source, "data", _type_name(fields, 1))
        value = self._config(fields, 2, kind.cty) or {}
        read = _optional("data_sources", "read")
        if read is None:
            raise LookupError("terraformer.provider.data_sources has no read function")
        result = read(session.source, kind.schema.type, value, kind.schema, self._context(session))
        answer = self._report("data", kind.schema.type, result.diagnostics, 2, kind.cty)
        if any(d.severity == "error" for d in result.diagnostics):
            return answer
        self._assume("data", kind, value, result.state, result.assumed)
        return answer + wire.data(1, protocol.dynamic(encode(result.state, kind.cty)))

    def _open_ephemeral(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: type_name = 1, config = 2; Response: diagnostics = 1, result = 3
        kind = self._kind(session.source, "ephemeral", _type_name(fields, 1))
        value = self._config(fields, 2, kind.cty) or {}
        seed = f"ephemeral|{kind.schema.type}|{value_digest(value, kind.cty)}"
        ctx = self._context(session)
        result, made_up = placeholders.fill(session.source, kind.schema, value, seed=seed, ctx=ctx)
        self._assume("ephemeral", kind, value, result, made_up)
        return wire.data(3, protocol.dynamic(encode(result, kind.cty)))

    def _assume(
        self, kind_name: str, kind: _Kind, config: Mapping[str, Any], state: Mapping[str, Any], why: Mapping[str, str]
    ) -> None:
        if not why:
            return
        config_digest = value_digest(config, kind.cty)
        state_digest = value_digest(state, kind.cty)
        self._record.assumptions.extend(
            ReadAssumption(kind_name, kind.schema.type, config_digest, name, state.get(name), reason, state_digest)
            for name, reason in why.items()
        )

    def _call_function(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        # Request: name = 1, arguments = 2; Response: result = 1, error = 2 (text = 1, function_argument = 2)
        name = _type_name(fields, 1)
        declared = self._bundle(session.source).functions[name]
        types = [p["type"] for p in declared.get("parameters") or ()]
        rest = (declared.get("variadic_parameter") or {}).get("type", "dynamic")
        arguments = [
            decode(wire.first_bytes(wire.parse(bytes(raw)), 1), types[i] if i < len(types) else rest)
            for i, raw in enumerate(fields.get(2, []))
            if isinstance(raw, bytes)
        ]
        returns = declared["return_type"]
        try:
            result = functions.call(session.source, name, arguments)
        except functions.ArgumentError as problem:
            # function_argument is optional: index 0 must be written all the same.
            return wire.data(2, wire.text(1, str(problem)) + b"\x10" + wire.varint(problem.argument))
        except LookupError:
            seed = f"function|{name}|{value_digest(arguments, ['list', 'dynamic'])}"
            result = placeholders.value_for(
                session.source, name, "result", returns, seed=seed, ctx=self._context(session)
            )
            digest = value_digest(arguments, ["list", "dynamic"])
            why = f"provider function {session.source} {name} is not implemented offline"
            self._record.assumptions.append(ReadAssumption("function", name, digest, "", result, why))
        return wire.data(1, protocol.dynamic(encode(result, returns)))

    def _nothing(self, session: ProviderSession, fields: wire.Fields) -> bytes:
        return b""


def _without_blocks(schema: ResourceSchema, names: frozenset[str]) -> ResourceSchema:
    if not names & schema.block.blocks.keys():
        return schema
    kept = {name: block for name, block in schema.block.blocks.items() if name not in names}
    return replace(schema, block=replace(schema.block, blocks=kept))


def _unimplemented(name: str) -> NoReturn:
    raise RpcError(UNIMPLEMENTED, f"{name} is not served")


def _type_name(fields: wire.Fields, number: int) -> str:
    return wire.first_bytes(fields, number).decode("utf-8", "replace")


def _optional(room: str, name: str) -> Any:
    """A function of a neighbouring room, imported on first use: a plan without data sources never loads them."""
    module = importlib.import_module(f"terraformer.provider.{room}")
    return getattr(module, name, None)


def _distinct(assumptions: list[ReadAssumption]) -> list[ReadAssumption]:
    """Terraform reads a data source once in the plan, but validation and refresh may ask for it again."""
    seen: dict[tuple[str, ...], ReadAssumption] = {}
    for a in assumptions:
        seen.setdefault((a.kind, a.type, a.config_digest, a.attribute), a)
    return list(seen.values())

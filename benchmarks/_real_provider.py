"""A real provider binary of plugin protocol 5 as a gRPC server, for benchmarks that compare with it. No network.

``RealProvider`` starts the binary and calls it. ``OracleHost`` is a provider host like the verifier's own whose
provider of ``SOURCE`` is the real one: validation and planning are the binary's, while what would ask an API (data
sources) is answered by ours. Its process gets made-up keys and a proxy that refuses everything. One process serves
all aliases, so the settings of the last one to be configured hold for all of them.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from terraformer.provider import bundle as bundles
from terraformer.provider import data_sources, protocol
from terraformer.provider.context import ProviderContext
from terraformer.provider.http2 import UNIMPLEMENTED, GrpcServer, RpcError
from terraformer.provider.run import RunRecord, RunSpec
from terraformer.provider.schema import Attribute, Block, NestedBlock, implied_type
from terraformer.provider.server import ProviderHost
from terraformer.provider.state import conform
from terraformer.provider.values import decode, encode
from terraformer.provider.wire import Fields, data, first_bytes, parse, text

__all__ = ["LOCAL_DATA", "SOURCE", "OracleHost", "RealProvider", "injected"]

SOURCE = "hashicorp/aws"
COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
LOCAL_DATA = frozenset(
    [
        "aws_arn",
        "aws_billing_service_account",
        "aws_cloudfront_log_delivery_canonical_user_id",
        "aws_cloudtrail_service_account",
        "aws_default_tags",
        "aws_eks_cluster_auth",
        "aws_elastic_beanstalk_hosted_zone",
        "aws_elb_hosted_zone_id",
        "aws_elb_service_account",
        "aws_iam_policy_document",
        "aws_lb_hosted_zone_id",
        "aws_partition",
        "aws_redshift_service_account",
        "aws_region",
        "aws_sagemaker_prebuilt_ecr_image",
        "aws_service",
        "aws_service_principal",
    ]
)
_NESTING = {1: "single", 2: "list", 3: "set", 4: "map", 5: "group"}
_NO_STS = ("assume_role", "assume_role_with_web_identity", "endpoints")
_DEAD = "http://127.0.0.1:9"


def injected(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Provider settings with which the real provider plans without asking anybody."""
    found = dict(settings)
    for name in _NO_STS:
        if name in found:
            found[name] = []
    flags = ("skip_credentials_validation", "skip_requesting_account_id", "skip_region_validation")
    found.update(dict.fromkeys(flags, True))
    found.update(skip_metadata_api_check="true", access_key="mock", secret_key="mock", token=None, profile=None)
    found.update(max_retries=1, shared_config_files=None, shared_credentials_files=None)
    if not isinstance(found.get("region"), str):
        found["region"] = "us-east-1"
    return found


class RealProvider:
    """Close it: the process is ended then. Raises SystemExit when the binary is no provider."""

    def __init__(self, binary: Path) -> None:
        self.binary = binary
        self._methods: dict[str, Any] = {}
        self._blocks: dict[tuple[int, str], Block] = {}
        found = re.search(r"(\d+\.\d+\.\d+)", binary.name)
        self.version = found[1] if found else "?"
        self._start()

    def _start(self) -> None:
        import grpc

        environment = {
            "PATH": "/usr/bin:/bin",
            "TF_PLUGIN_MAGIC_COOKIE": COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": "5",
            "TMPDIR": tempfile.gettempdir(),
            "HTTP_PROXY": _DEAD,
            "HTTPS_PROXY": _DEAD,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.process = subprocess.Popen(
            [str(self.binary)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        parts = line.split("|")
        if len(parts) < 5 or parts[4] != "grpc":
            self.process.kill()
            raise SystemExit(f"{self.binary}: no Terraform provider of protocol 5 (it said {line!r})")
        size = 1 << 29
        self.channel = grpc.insecure_channel(
            f"unix:{parts[3]}",
            options=[("grpc.max_receive_message_length", size), ("grpc.max_send_message_length", size)],
        )
        self._methods.clear()

    def restart(self) -> None:
        """After a panic of the provider; its configuration is lost."""
        self.close()
        self._start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def call(self, method: str, message: bytes, timeout: float = 60) -> bytes:
        """One call. Raises RpcError as the provider does."""
        import grpc

        stub = self._methods.get(method)
        if stub is None:
            stub = self._methods[method] = self.channel.unary_unary(
                f"/tfplugin5.Provider/{method}", request_serializer=None, response_deserializer=None
            )
        try:
            answer: bytes = stub(message, timeout=timeout)
        except grpc.RpcError as error:
            code = error.code()
            raise RpcError(int(code.value[0]), str(error.details())) from None
        return answer

    @cached_property
    def schema(self) -> Fields:
        return parse(self.call("GetSchema", b"", 300))

    @cached_property
    def entries(self) -> dict[int, dict[str, bytes]]:
        """Raw map entries by field (2 resources, 3 data sources, 8 ephemeral resources) and type name."""
        out: dict[int, dict[str, bytes]] = {}
        for field in (2, 3, 8):
            rows = [bytes(r) for r in self.schema.get(field, []) if isinstance(r, bytes)]
            out[field] = {first_bytes(parse(r), 1).decode(): r for r in rows}
        return out

    def block(self, field: int, type_name: str) -> Block:
        """The schema of a type (``field`` as in ``entries``; 1 is the provider block)."""
        key = (field, type_name)
        if key not in self._blocks:
            raw = first_bytes(self.schema, 1) if field == 1 else first_bytes(parse(self.entries[field][type_name]), 2)
            self._blocks[key] = _block(first_bytes(parse(raw), 2))
        return self._blocks[key]

    def configure(self, settings: Mapping[str, Any]) -> list[tuple[str, str]]:
        block = self.block(1, "")
        value = injected(conform(settings, block))
        cty = implied_type(block)
        answer = self.call("Configure", text(1, "1.11.4") + data(2, data(1, encode(value, cty))))
        return errors(answer, 1)

    def plan(self, type_name: str, config: Mapping[str, Any]) -> tuple[Any, list[tuple[str, str]]]:
        """(planned object or None, errors) of creating a resource."""
        cty = implied_type(self.block(2, type_name))
        value = data(1, encode(config, cty))
        null = data(1, b"\xc0")
        answer = self.call(
            "PlanResourceChange", text(1, type_name) + data(2, null) + data(3, value) + data(4, value), 4
        )
        fields = parse(answer)
        planned = decode(first_bytes(parse(first_bytes(fields, 1)), 1), cty) if 1 in fields else None
        return planned, errors(answer, 4)

    def validate(self, type_name: str, config: Mapping[str, Any]) -> list[tuple[str, str]]:
        cty = implied_type(self.block(2, type_name))
        message = text(1, type_name) + data(2, data(1, encode(config, cty)))
        return errors(self.call("ValidateResourceTypeConfig", message), 1)

    def close(self) -> None:
        self.channel.close()
        self.process.terminate()
        self.process.wait(10)


def errors(answer: bytes, field: int) -> list[tuple[str, str]]:
    """(summary, detail) of each error diagnostic in an answer."""
    found = []
    for raw in parse(answer).get(field, []):
        fields = parse(raw) if isinstance(raw, bytes) else {}
        if fields.get(1, [1])[0] == 1:
            found.append((first_bytes(fields, 2).decode(), first_bytes(fields, 3).decode()))
    return found


def _block(raw: bytes) -> Block:
    fields = parse(raw)
    attributes: dict[str, Attribute] = {}
    for entry in fields.get(2, []):
        a = parse(entry)  # type: ignore[arg-type]
        name = first_bytes(a, 1).decode()
        required, optional, computed, write_only = (bool(a.get(i, [0])[0]) for i in (4, 5, 6, 10))
        attributes[name] = Attribute(
            name,
            json.loads(first_bytes(a, 2)),
            required=required,
            optional=optional,
            computed=computed,
            write_only=write_only,
        )
    blocks: dict[str, NestedBlock] = {}
    for entry in fields.get(3, []):
        b = parse(entry)  # type: ignore[arg-type]
        name = first_bytes(b, 1).decode()
        nesting = _NESTING[int(b.get(3, [2])[0])]
        low, high = int(b.get(4, [0])[0]), int(b.get(5, [0])[0])
        blocks[name] = NestedBlock(name, nesting, _block(first_bytes(b, 2)), low, high)
    return Block(attributes, blocks)


def _session(tag: Any) -> dict[str, Any]:  # noqa: ARG001 - the server's signature
    return {}


class OracleHost(ProviderHost):
    """A provider host whose provider of SOURCE is the real one. ``substituted``: data sources that ours answered."""

    def __init__(self, directory: Path, sources: tuple[str, ...], real: RealProvider) -> None:
        super().__init__(directory, sources)
        self.real = real
        self.substituted: set[str] = set()
        self._run_spec = RunSpec({})
        self._oracle = GrpcServer(_session, self._answer)
        self._oracle.listen(directory / "oracle.sock", SOURCE)
        self._oracle.start()

    @property
    def reattach(self) -> str:
        entries = json.loads(super().reattach)
        entry = entries[f"registry.terraform.io/{SOURCE}"]
        entry["ProtocolVersion"] = 5
        entry["Addr"]["String"] = str(self.directory / "oracle.sock")
        return json.dumps(entries)

    def begin(self, spec: RunSpec) -> None:
        self._oracle.drop_connections()
        self._run_spec = spec
        super().begin(spec)

    def end(self) -> RunRecord:
        self._oracle.drop_connections()
        return super().end()

    def close(self) -> None:
        self._oracle.close()
        super().close()

    def _answer(self, session: dict[str, Any], path: str, message: bytes) -> bytes:
        method = path.rpartition("/")[2]
        if method == "Shutdown" or method == "Stop":
            return b""  # the real one goes on
        if not path.startswith("/tfplugin5.Provider/"):
            raise RpcError(UNIMPLEMENTED, path)
        if method == "GetSchema":
            return self._schema()
        if method in ("PrepareProviderConfig", "Configure"):
            return self._provider(session, method, message)
        if method == "ReadDataSource":
            return self._read(session, message)
        if method == "GetResourceIdentitySchemas":
            raise RpcError(UNIMPLEMENTED, path)
        return self.real.call(method, message)

    def _schema(self) -> bytes:
        entries, spec = self.real.entries, self._run_spec
        parts = [data(1, first_bytes(self.real.schema, 1))]
        for field, types in ((2, spec.resources), (3, spec.data), (8, spec.ephemeral)):
            for name in types:
                if name in entries[field]:
                    parts.append(data(field, entries[field][name]))  # noqa: PERF401
        parts += [data(7, raw) for raw in self.real.schema.get(7, []) if isinstance(raw, bytes)]
        return b"".join(parts)

    def _provider(self, session: dict[str, Any], method: str, message: bytes) -> bytes:
        number = 1 if method == "PrepareProviderConfig" else 2
        fields = parse(message)
        block = self.real.block(1, "")
        cty = implied_type(block)
        given = decode(first_bytes(parse(first_bytes(fields, number)), 1), cty) or {}
        value = data(number, data(1, encode(injected(given), cty)))
        if method == "Configure":
            session["settings"] = given
            return self.real.call(method, text(1, "1.11.4") + value)
        answer = self.real.call(method, value)
        # prepared_config must be what Terraform asked about.
        return data(1, first_bytes(fields, 1)) + b"".join(
            data(2, raw) for raw in parse(answer).get(2, []) if isinstance(raw, bytes)
        )

    def _read(self, session: dict[str, Any], message: bytes) -> bytes:
        fields = parse(message)
        name = first_bytes(fields, 1).decode()
        if name in LOCAL_DATA:
            return self.real.call("ReadDataSource", message)
        self.substituted.add(name)
        block = self.real.block(3, name)
        cty = implied_type(block)
        value = decode(first_bytes(parse(first_bytes(fields, 2)), 1), cty) or {}
        bundle = bundles.load(SOURCE)
        schema = bundle.data_source(name)
        ctx = ProviderContext(
            SOURCE, bundle.version, session.get("settings") or {}, self._run_spec.workdir, self._run_spec.sandbox
        )
        read = data_sources.read(SOURCE, name, conform(value, schema.block), schema, ctx)
        answer = protocol.diagnostics(2, read.diagnostics, cty)
        if any(d.severity == "error" for d in read.diagnostics):
            return answer
        state = conform(read.state, block)
        state.update({k: v for k, v in value.items() if v is not None and v != [] and k in block.attributes})
        return answer + data(1, protocol.dynamic(encode(state, cty)))

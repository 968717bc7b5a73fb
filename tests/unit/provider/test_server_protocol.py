"""The host's messages and transport, seen by independent implementations: generated stubs and the gRPC package."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
from plan_runner import RESOURCES, Schemas

from terraformer.errors import ToolFailure
from terraformer.provider import wire
from terraformer.provider.diagnostics import Diagnostic
from terraformer.provider.hpack import HeaderDecoder, HeaderError
from terraformer.provider.http2 import UNIMPLEMENTED, GrpcServer, RpcError
from terraformer.provider.protocol import attribute_path, diagnostic
from terraformer.provider.server import INTERNAL_MARKER, ProviderHost, RunSpec, reattach_json, value_digest

grpc = pytest.importorskip("grpc")
pb = pytest.importorskip("tf.gen.tfplugin_pb2")


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tf") as path:
        yield Path(path)


def spec(**changes: Any) -> RunSpec:
    return RunSpec({"hashicorp/aws": Schemas()}, frozenset(RESOURCES), frozenset({"aws_lookup"}), **changes)


def channel(directory: Path, name: str = "hashicorp-aws") -> Any:
    return grpc.insecure_channel(
        f"unix:{directory}/{name}.sock",
        # Channels to one address share a connection otherwise.
        options=[("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1)],
    )


def method(open_channel: Any, name: str, service: str = "tfplugin6.Provider") -> Any:
    return open_channel.unary_unary(f"/{service}/{name}")


# --- messages ---


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 2**31, 2**63 - 1, -1, -(2**63)])
def test_numbers_are_read_as_they_were_written(number: int) -> None:
    assert wire.first_int(wire.parse(wire.integer(3, number)), 3) == number


@pytest.mark.parametrize("message", [b"\x0a", b"\x0a\x05ab", b"\x80", b"\x0b", b"\xff" * 11])
def test_malformed_messages_are_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match="protobuf"):
        wire.parse(message)


def test_a_diagnostic_points_into_the_value() -> None:
    cty = [
        "object",
        {"tags": ["map", "string"], "disk": ["list", ["object", {"size": "number"}]], "s": ["set", "string"]},
    ]
    found = Diagnostic("warning", "Bad size", "Too large.", ("disk", 0, "size"))
    message = pb.Diagnostic.FromString(diagnostic(found, cty))
    assert (message.severity, message.summary, message.detail) == (2, "Bad size", "Too large.")
    steps = message.attribute.steps
    assert [s.WhichOneof("selector") for s in steps] == ["attribute_name", "element_key_int", "attribute_name"]
    tags = pb.AttributePath.FromString(attribute_path(("tags", "Name"), cty))
    assert tags.steps[1].element_key_string == "Name"
    assert len(pb.AttributePath.FromString(attribute_path(("s", 0), cty)).steps) == 1
    assert attribute_path(("nothing", 1), cty) == b""


def test_digests_ignore_the_order_of_sets_only() -> None:
    cty = ["object", {"a": ["set", "string"], "b": ["list", "string"], "n": "number"}]
    one = value_digest({"a": ["x", "y"], "b": ["1", "2"], "n": 1}, cty)
    assert one == value_digest({"a": ["y", "x"], "b": ["1", "2"], "n": 1.0, "more": 1}, cty)
    assert one != value_digest({"a": ["x", "y"], "b": ["2", "1"], "n": 1}, cty)


# --- the host ---


def test_the_schema_is_what_generated_stubs_understand(directory: Path) -> None:
    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as client:
        host.begin(spec())
        answer = pb.GetProviderSchema.Response.FromString(method(client, "GetProviderSchema")(b"", timeout=5))
        assert set(answer.resource_schemas) == {"aws_thing", "aws_modern"}
        assert set(answer.data_source_schemas) == {"aws_lookup"}
        thing = answer.resource_schemas["aws_thing"]
        assert thing.version == 1
        attributes = {a.name: a for a in thing.block.attributes}
        assert attributes["name"].required and attributes["secret"].sensitive
        assert attributes["id"].optional and attributes["id"].computed
        assert attributes["tags"].type == b'["map","string"]'
        assert b"\x58\x01" in attributes["token_wo"].SerializeToString()  # field 11, newer than the stubs
        blocks = {b.type_name: b for b in thing.block.block_types}
        assert (blocks["disk"].nesting, blocks["rule"].nesting) == (2, 3)
        nested = {a.name: a for a in answer.resource_schemas["aws_modern"].block.attributes}["settings"].nested_type
        assert nested.nesting == 2 and [a.name for a in nested.attributes] == ["size", "class"]
        assert answer.functions["arn_parse"].parameters[0].name == "arn"
        assert host.end().calls == {"GetProviderSchema": 1}


def test_apply_is_refused(directory: Path) -> None:
    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as client:
        host.begin(spec())
        answer = pb.ApplyResourceChange.Response.FromString(method(client, "ApplyResourceChange")(b"", timeout=5))
        assert answer.diagnostics[0].summary == "Nothing can be applied"


def test_a_failure_of_ours_is_an_error_of_the_record_and_marked(directory: Path) -> None:
    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as client:
        host.begin(spec())
        request = pb.PlanResourceChange.Request(
            type_name="aws_thing", prior_state=pb.DynamicValue(msgpack=b"\xc1"), config=pb.DynamicValue(msgpack=b"\xc0")
        ).SerializeToString()
        answer = pb.PlanResourceChange.Response.FromString(method(client, "PlanResourceChange")(request, timeout=5))
        assert answer.diagnostics[0].severity == 1
        assert answer.diagnostics[0].summary.startswith(INTERNAL_MARKER)
        # and the next call is served
        method(client, "GetProviderSchema")(b"", timeout=5)
        record = host.end()
        assert len(record.errors) == 1 and "PlanResourceChange" in record.errors[0]
        assert record.diagnostics == []


def test_a_source_without_a_bundle_is_an_error_of_ours(directory: Path) -> None:
    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as client:
        host.begin(RunSpec({}))
        answer = pb.GetProviderSchema.Response.FromString(method(client, "GetProviderSchema")(b"", timeout=5))
        assert INTERNAL_MARKER in answer.diagnostics[0].summary
        assert "no schema bundle" in host.end().errors[0]


def test_unknown_methods_and_the_plugin_controller(directory: Path) -> None:
    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as client:
        host.begin(spec())
        with pytest.raises(grpc.RpcError) as refused:
            method(client, "GetResourceIdentitySchemas")(b"", timeout=5)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
        assert method(client, "Shutdown", "plugin.GRPCController")(b"", timeout=5) == b""
        with pytest.raises(grpc.RpcError) as stream:
            list(client.unary_stream("/plugin.GRPCStdio/StreamStdio")(b"", timeout=5))
        assert stream.value.code() is grpc.StatusCode.UNIMPLEMENTED
        with pytest.raises(grpc.RpcError) as broker:
            list(client.stream_stream("/plugin.GRPCBroker/StartStream")(iter(()), timeout=5))
        assert broker.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_settings_belong_to_the_connection(directory: Path) -> None:
    def configure(client: Any, region: str) -> None:
        config = msgpack.packb({"region": region, "default_tags": [], "endpoints": []})
        message = pb.ConfigureProvider.Request(config=pb.DynamicValue(msgpack=config))
        method(client, "ConfigureProvider")(message.SerializeToString(), timeout=5)

    def planned_region(client: Any) -> str:
        value = msgpack.packb({"name": "x", "disk": [], "rule": []})
        message = pb.PlanResourceChange.Request(
            type_name="aws_thing",
            prior_state=pb.DynamicValue(msgpack=b"\xc0"),
            proposed_new_state=pb.DynamicValue(msgpack=value),
            config=pb.DynamicValue(msgpack=value),
        )
        answer = method(client, "PlanResourceChange")(message.SerializeToString(), timeout=5)
        state = pb.PlanResourceChange.Response.FromString(answer).planned_state.msgpack
        return str(msgpack.unpackb(state)["region"])

    with ProviderHost(directory, ["hashicorp/aws"]) as host, channel(directory) as one, channel(directory) as two:
        host.begin(spec())
        configure(one, "eu-west-1")
        configure(two, "us-west-2")
        assert host.connections == 2
        assert (planned_region(one), planned_region(two), planned_region(one)) == (
            "eu-west-1",
            "us-west-2",
            "eu-west-1",
        )
        host.end()
        assert host.connections == 0


def test_sockets_are_private_and_removed(directory: Path) -> None:
    host = ProviderHost(directory, ["hashicorp/aws", "hashicorp/random"])
    sockets = sorted(directory.glob("*.sock"))
    assert [s.name for s in sockets] == ["hashicorp-aws.sock", "hashicorp-random.sock"]
    assert all(s.stat().st_mode & 0o077 == 0 for s in sockets)
    threads = threading.active_count()
    host.close()
    host.close()
    assert list(directory.glob("*.sock")) == []
    assert threading.active_count() == threads - 1


def test_a_socket_path_that_is_too_long_is_said_so(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    with pytest.raises(ToolFailure, match="too long"):
        ProviderHost(deep, ["hashicorp/aws"])


def test_reattach_names_every_source_at_its_registry(directory: Path) -> None:
    import json

    data = json.loads(reattach_json(directory, ["hashicorp/aws"], registry="registry.opentofu.org", pid=7))
    entry = data["registry.opentofu.org/hashicorp/aws"]
    assert (entry["Pid"], entry["ProtocolVersion"], entry["Test"]) == (7, 6, True)
    assert entry["Addr"]["String"] == str(directory / "hashicorp-aws.sock")


# --- HTTP/2 ---


@pytest.fixture
def echo(directory: Path) -> Iterator[Any]:
    def call(session: dict[str, int], name: str, message: bytes) -> bytes:
        session["calls"] += 1
        if name == "/test.Echo/Fail":
            raise RpcError(UNIMPLEMENTED, "no, ü%")
        if name == "/test.Echo/Break":
            raise RuntimeError("broken handler")
        return message * 2

    server = GrpcServer(lambda tag: {"calls": 0, "tag": tag}, call)
    server.listen(directory / "echo.sock", "echo")
    server.start()
    with channel(directory, "echo") as client:
        yield client
    server.close()


@pytest.mark.parametrize("size", [0, 1, 16_379, 16_384, 65_535, 3_000_000])
def test_messages_of_any_size(echo: Any, size: int) -> None:
    assert method(echo, "Say", "test.Echo")(b"x" * size, timeout=20) == b"x" * size * 2


def test_many_calls_at_once_on_one_connection(echo: Any) -> None:
    calls = [method(echo, "Say", "test.Echo").future(bytes([n]) * 40_000, timeout=20) for n in range(60)]
    assert [c.result() == bytes([n]) * 80_000 for n, c in enumerate(calls)] == [True] * 60


def test_statuses_carry_their_message_and_the_server_goes_on(echo: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        method(echo, "Fail", "test.Echo")(b"", timeout=5)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert refused.value.details().startswith("no, ")
    with pytest.raises(grpc.RpcError) as broken:
        method(echo, "Break", "test.Echo")(b"", timeout=5)
    assert broken.value.code() is grpc.StatusCode.INTERNAL
    assert method(echo, "Say", "test.Echo")(b"a", timeout=5) == b"aa"


def test_long_metadata_is_continued_over_frames(echo: Any) -> None:
    metadata = [(f"key-{n}", "v" * 900) for n in range(8)]
    for _ in range(3):
        assert method(echo, "Say", "test.Echo")(b"a", metadata=metadata, timeout=5) == b"aa"


def test_what_is_not_http2_is_cut_off(directory: Path, echo: Any) -> None:
    import socket

    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(5)
            raw.connect(str(directory / "echo.sock"))
            raw.sendall(garbage)
            try:
                while raw.recv(4096):
                    pass
            except ConnectionResetError:
                pass
    assert method(echo, "Say", "test.Echo")(b"a", timeout=5) == b"aa"


def test_header_blocks_of_the_rfc() -> None:
    # RFC 7541, C.4: three requests on one connection, Huffman coded
    decoder = HeaderDecoder()
    first = decoder.decode(bytes.fromhex("828684418cf1e3c2e5f23a6ba0ab90f4ff"))
    assert first == [
        (b":method", b"GET"),
        (b":scheme", b"http"),
        (b":path", b"/"),
        (b":authority", b"www.example.com"),
    ]
    second = decoder.decode(bytes.fromhex("828684be5886a8eb10649cbf"))
    assert second[3:] == [(b":authority", b"www.example.com"), (b"cache-control", b"no-cache")]
    third = decoder.decode(bytes.fromhex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
    assert third[-1] == (b"custom-key", b"custom-value")


@pytest.mark.parametrize("block", ["ff", "be", "80", "4005", "00ff", "3fffffffffff", "0085ffffffffff00"])
def test_malformed_header_blocks_are_refused(block: str) -> None:
    with pytest.raises(HeaderError):
        HeaderDecoder().decode(bytes.fromhex(block))


def test_the_header_table_forgets_the_oldest() -> None:
    decoder = HeaderDecoder()
    for number in range(200):
        name = b"x%03d" % number
        decoder.decode(b"\x40" + bytes([4]) + name + bytes([20]) + b"v" * 20)
    assert decoder.decode(b"\xbe") == [(b"x199", b"v" * 20)]
    with pytest.raises(HeaderError):
        decoder.decode(bytes([0x80 | 127, 62 + 4096 // 56 - 127 + 1]))


def test_types_are_served_with_the_contents_that_the_words_ask_for(directory: Path) -> None:
    def served(words: frozenset[str] | None) -> dict[str, list[str]]:
        host.begin(spec(words=words))
        with channel(directory) as client:
            answer = pb.GetProviderSchema.Response.FromString(method(client, "GetProviderSchema")(b"", timeout=5))
        blocks = answer.resource_schemas["aws_thing"].block.block_types
        return {b.type_name: [a.name for a in b.block.attributes] for b in blocks}

    with ProviderHost(directory, ["hashicorp/aws"]) as host:
        full = served(None)
        assert all(full.values())
        assert served(frozenset({"disk", "x"})) == {"disk": full["disk"], "rule": []}
        assert served(frozenset({"disk", "rule"})) == full
        assert served(None) == full
        assert spec(words=frozenset({"a"})).schema_key != spec().schema_key

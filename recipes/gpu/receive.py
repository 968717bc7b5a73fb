"""On the machine with the GPU: takes one part in, and with the last one unpacks the kit. Standard library only.

    python3 recipes/gpu/receive.py runs/gpu/part-1

KIT (default /root/kit) is where all is kept. Parts may come in any order; one that comes twice does no harm.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

KIT = Path(os.environ.get("KIT", "/root/kit"))


def main(part: Path) -> None:
    told = json.loads((part / "part.json").read_text())
    incoming = KIT / "incoming"
    for n, piece in enumerate(told["pieces"]):
        target = incoming / piece["name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        content = (part / f"{n:03d}.bin").read_bytes()
        if len(content) != piece["size"]:
            sys.exit(f"{part}: piece {n} is cut short")
        with open(target, "r+b" if target.exists() else "wb") as file:
            file.seek(piece["at"])
            file.write(content)
    (incoming / f"part-{told['part']}.done").write_text("")
    missing = [n for n in range(1, told["of"] + 1) if not (incoming / f"part-{n}.done").exists()]
    if missing:
        print(f"part {told['part']} of {told['of']} is here; missing: {missing}")
        return
    for name, wanted in told["sha256"].items():
        if hashlib.sha256((incoming / name).read_bytes()).hexdigest() != wanted:
            sys.exit(f"{name}: damaged on the way (remove {incoming} and carry the parts again)")
    wheels = sorted(str(w) for w in (incoming / "wheels").glob("*.whl")) if (incoming / "wheels").exists() else []
    if wheels:
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-compile"]
        subprocess.run([*command, "--no-cache-dir", "--upgrade", "--target", str(KIT / "site"), *wheels], check=True)
    sys.path.insert(0, str(KIT / "site"))
    import zstandard

    with (incoming / "kit.tar.zst").open("rb") as file:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file)
        with tarfile.open(fileobj=reader, mode="r|") as tar:
            tar.extractall(KIT, filter="data")
    shutil.rmtree(incoming)
    print(f"the kit is unpacked in {KIT}: {', '.join(sorted(p.name for p in KIT.iterdir()))}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

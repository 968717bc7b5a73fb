"""What a dataset holds: statistics, a linguistic audit of its prompts, and the dataset card that tells both.

statistics = collect(Path("DIR"), against=Path("dev.csv"))      # JSON data
write_card(Path("DIR"), statistics)                             # DIR/README.md, images/ and statistics.json
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from terraformer.data.card.plots import plots_of
from terraformer.data.card.render import card_text, terminal_text
from terraformer.data.card.statistics import collect, data_directory, shards_of
from terraformer.errors import UsageError
from terraformer.files import replace_file

__all__ = ["collect", "data_directory", "shards_of", "terminal_text", "write_card"]


def write_card(directory: Path, statistics: Mapping[str, Any], *, title: str = "") -> Path:
    """Write README.md, images/*.png and statistics.json into a dataset's directory, replacing earlier ones; each file
    whole or not at all. ``title`` defaults to the dataset's name, as the run tells it.

    Raises UsageError when the directory holds no shards or cannot be written, or matplotlib is not installed.
    """
    shards = shards_of(directory)
    if directory.is_file():
        raise UsageError(f"{directory}: a card belongs to a directory")
    folder = shards[0].parent.relative_to(directory).as_posix()
    plots = plots_of(statistics)
    text = card_text(
        statistics,
        title=title or _title(statistics),
        shards=[p.name for p in shards],
        folder=folder,
        plots=tuple(plots),
    )
    try:
        (directory / "images").mkdir(exist_ok=True)
        for name, image in plots.items():
            replace_file(directory / "images" / name, image)
        data = json.dumps(statistics, indent=1, ensure_ascii=False)
        replace_file(directory / "statistics.json", data.encode() + b"\n")
        replace_file(directory / "README.md", text.encode())
    except OSError as error:
        raise UsageError(f"{directory}: the card cannot be written: {error.strerror or error}") from None
    return directory / "README.md"


def _title(statistics: Mapping[str, Any]) -> str:
    manifest = statistics["manifest"] or {}
    names = {"tf-gen": "TF-Gen", "tf-mutn": "TF-Mutn", "tf-repair": "TF-Repair"}
    dataset = str(manifest.get("dataset", ""))
    return f"{names.get(dataset, dataset)}: Terraform, verified" if dataset else "Terraform, verified"

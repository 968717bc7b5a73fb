"""Where datasets are made and kept: a run's directory, its parts, and the shards that are assembled from them."""

from terraformer.data.store.parts import Part, PartInfo, PartSpec
from terraformer.data.store.reading import RowPlace, choose, fetch, index, record_files
from terraformer.data.store.run import MANIFEST, RUN, RunStore, read_run

__all__ = [
    "MANIFEST",
    "RUN",
    "Part",
    "PartInfo",
    "PartSpec",
    "RowPlace",
    "RunStore",
    "choose",
    "fetch",
    "index",
    "read_run",
    "record_files",
]

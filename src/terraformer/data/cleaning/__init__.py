"""Cleaning a dataset: no record twice, none of a benchmark, every one in its split.

cleaner = Cleaner(CleaningSettings(benchmarks=(Path("dev.csv"),)))
admitted = cleaner.admit(record)        # the record with its split, or a str: the reason why it is left out
"""

from terraformer.data.cleaning.cleaner import Cleaner
from terraformer.data.cleaning.contamination import Benchmarks, Overlap, read_tasks
from terraformer.data.cleaning.settings import HELD_OUT_SERVICES, CleaningSettings
from terraformer.data.cleaning.splits import HELD_OUT, SPLITS, combination_of, split_of

__all__ = [
    "HELD_OUT",
    "HELD_OUT_SERVICES",
    "SPLITS",
    "Benchmarks",
    "Cleaner",
    "CleaningSettings",
    "Overlap",
    "combination_of",
    "read_tasks",
    "split_of",
]

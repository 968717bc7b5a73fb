"""Training in tests is tiny: one thread is faster than several that wait for one another."""

from __future__ import annotations

import contextlib

with contextlib.suppress(ImportError):
    import torch

    torch.set_num_threads(1)

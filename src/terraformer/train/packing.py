"""Blocks of tokens for training: several dialogues in one row, none of which sees another.

Positions begin anew with each dialogue, which is how attention tells them apart; labels are the reply's tokens, all
others are ``IGNORED``. Which dialogues make up which block depends on the seed and the epoch alone, so that a run is
resumed at a block's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from terraformer.train.tokens import TokenFile

__all__ = ["IGNORED", "Block", "blocks_of_epoch", "pack_block", "stream"]

IGNORED: Final = -100
"""The label of a token that is not learnt, as PyTorch's cross entropy takes it."""
_WINDOW: Final = 512


@dataclass(frozen=True, slots=True)
class Block:
    """One row, each array of length ``size``. ``positions`` count from 0 in each dialogue; padding has the token 0, the
    label IGNORED and positions of its own. ``labels[i]`` is the token itself: losses shift by one. ``told`` marks the
    learnt tokens that stand in their dialogue's prompt, too; ``replies`` has the length of the reply that a learnt
    token belongs to, elsewhere 1."""

    ids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    positions: npt.NDArray[np.int64]
    told: npt.NDArray[np.bool_]
    replies: npt.NDArray[np.int64]
    used: int

    @property
    def learnt(self) -> int:
        """Tokens with a label (the first of a row has nobody to predict it)."""
        return int((self.labels[1:] != IGNORED).sum())


def blocks_of_epoch(file: TokenFile, size: int, seed: int, epoch: int) -> list[tuple[int, ...]]:
    """The dialogues (indices) of every block of an epoch, shuffled.

    First fit, decreasing, within windows of 512 shuffled dialogues. Dialogues longer than ``size`` are left out.
    """
    rng = np.random.default_rng([seed, epoch])
    lengths = np.asarray(file.spans[:, 2])
    order = rng.permutation(len(file))
    order = order[lengths[order] <= size]
    blocks: list[tuple[int, ...]] = []
    for start in range(0, len(order), _WINDOW):
        window = order[start : start + _WINDOW]
        window = window[np.argsort(-lengths[window], kind="stable")]
        rows: list[list[int]] = []
        room: list[int] = []
        for index in window:
            length = int(lengths[index])
            place = next((n for n, left in enumerate(room) if left >= length), None)
            if place is None:
                rows.append([int(index)])
                room.append(size - length)
            else:
                rows[place].append(int(index))
                room[place] -= length
        blocks += [tuple(rows[n]) for n in rng.permutation(len(rows))]
    return blocks


def pack_block(file: TokenFile, indices: Sequence[int], size: int) -> Block:
    """The row made of these dialogues. Raises ValueError when they do not fit."""
    ids = np.zeros(size, dtype=np.int64)
    labels = np.full(size, IGNORED, dtype=np.int64)
    positions = np.zeros(size, dtype=np.int64)
    told = np.zeros(size, dtype=np.bool_)
    replies = np.ones(size, dtype=np.int64)
    at = 0
    for index in indices:
        tokens, prompt = file.dialogue(index)
        if at + len(tokens) > size:
            raise ValueError(f"{len(indices)} dialogues do not fit into {size} tokens")
        ids[at : at + len(tokens)] = tokens
        labels[at + prompt : at + len(tokens)] = tokens[prompt:]
        told[at + prompt : at + len(tokens)] = np.isin(tokens[prompt:], tokens[:prompt])
        replies[at + prompt : at + len(tokens)] = len(tokens) - prompt
        positions[at : at + len(tokens)] = np.arange(len(tokens))
        at += len(tokens)
    positions[at:] = np.arange(size - at)
    return Block(ids, labels, positions, told, replies, at)


def stream(file: TokenFile, size: int, seed: int, skip: int = 0) -> Iterator[tuple[int, Block]]:
    """(epoch, block) without end, ``skip`` blocks left out at the start."""
    epoch = 0
    while True:
        plan = blocks_of_epoch(file, size, seed, epoch)
        if not plan:
            raise ValueError(f"no dialogue fits into {size} tokens")
        if skip >= len(plan):
            skip -= len(plan)
        else:
            for indices in plan[skip:]:
                yield epoch, pack_block(file, indices, size)
            skip = 0
        epoch += 1

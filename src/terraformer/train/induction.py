"""A Llama that can copy before it has learnt anything: induction heads by construction.

A model that is made from nothing learns what usually stands in a configuration long before it learns to look at the
request: attention that finds where a word stood before, and copies what followed, forms only after hundreds of
millions of tokens (arXiv 2209.11895). Here it is there from the start, in the weights of the first two blocks, and
training refines it:

    block 0   heads that look one and two tokens back, by the phases of the rotary positions alone, and note in a part
              of the hidden state what stood there
    block 1   heads that look for a place whose noted tokens are the present ones, and write what stands there in the
              directions of the output head

All else is initialised as usual. The output head is a rotation of the embedding, so that a token does not predict
itself. Not covered: architectures other than Llama; it is a start, no constraint.
"""

from __future__ import annotations

import math
from typing import Any, Final

import torch
from torch import Tensor

__all__ = ["give_induction"]

_SIZE: Final = 64
"""Numbers that a head handles."""
_PEAK: Final = 7.0
"""How far (in nats) the place looked for lies above its neighbours."""
_MATCH: Final = 14.0
_STRENGTH: Final = 4.0
_SCALE: Final = 0.2
"""Of the embedding's numbers; blocks add to it about as much as they learn."""
_HEAD: Final = 0.04


def give_induction(model: Any, seed: int = 0) -> None:
    """Write the circuit into a fresh model, in place. ``model`` is a LlamaForCausalLM with untied embeddings, heads of
    64 numbers, two or more key heads with at least two query heads each, a width of 320 or more, and a rotary base of
    100,000 or more (so that some pairs hardly turn). Raises ValueError for others."""
    config = model.config
    heads, pairs, width = config.num_attention_heads, config.num_key_value_heads, config.hidden_size
    group = heads // pairs
    turning = model.model.rotary_emb.inv_freq.float()
    slow = (turning < 0.004).nonzero()[:, 0].tolist()
    if config.tie_word_embeddings or width // heads != _SIZE or pairs < 2 or group < 2 or width < 5 * _SIZE:
        raise ValueError("induction heads need untied embeddings, heads of 64, two key heads, and a width of 320")
    if config.num_hidden_layers < 2 or len(slow) < 12:
        raise ValueError("induction heads need two blocks and a rotary base of 100,000 or more")
    random = torch.Generator().manual_seed(seed)
    content = width - 2 * _SIZE - 1
    # Hidden state: 0 holds a constant, then what the token is, then two slots for the tokens before.
    slots = [slice(width - 2 * _SIZE, width - _SIZE), slice(width - _SIZE, width)]
    scale = _SCALE
    with torch.no_grad():
        # What is not of the circuit is silent at first.
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        embedding = model.model.embed_tokens.weight
        embedding.normal_(0.0, scale, generator=random)
        embedding[:, 0] = scale * math.sqrt(content)
        embedding[:, slots[0].start :] = 0.0
        rotation = _orthogonal(content, content, random)
        model.lm_head.weight.zero_()
        model.lm_head.weight[:, 1 : 1 + content] = embedding[:, 1 : 1 + content] @ rotation.T * (_HEAD / scale)
        code = _orthogonal(_SIZE, content, random)
        steady, there = _after_norm(width, content, slotted=False)

        first = model.model.layers[0].self_attn
        fast = [f for f in range(len(turning)) if turning[f] > 0.1]
        apart = sum(1 - math.cos(float(turning[f])) for f in fast)
        amplitude = math.sqrt(_PEAK * math.sqrt(_SIZE) / apart)
        half = _SIZE // 2
        key = first.k_proj.weight[:_SIZE]
        key.zero_()
        for f in fast:
            key[f, 0] = amplitude / steady
        value = first.v_proj.weight[:_SIZE]
        value.zero_()
        value[:, 1 : 1 + content] = code
        for back, slot in enumerate(slots, 1):
            query = first.q_proj.weight[(back - 1) * _SIZE : back * _SIZE]
            query.zero_()
            for f in fast:
                phase = -float(turning[f]) * back
                query[f, 0] = amplitude / steady * math.cos(phase)
                query[f + half, 0] = amplitude / steady * math.sin(phase)
            out = first.o_proj.weight[:, (back - 1) * _SIZE : back * _SIZE]
            out.zero_()
            out[slot] = torch.eye(_SIZE) * scale / there

        second = model.model.layers[1].self_attn
        steady, there = _after_norm(width, content, slotted=True)
        lanes = [f + side for f in slow for side in (0, half)]
        one = len(lanes) * 2 // 3  # numbers for the present token, the rest for the one before
        gain = math.sqrt(_MATCH * math.sqrt(_SIZE) / (len(lanes) * there**2))
        for n in range(2):
            # Each key head handles other numbers of the codes, and copies other directions.
            picks = torch.randperm(_SIZE, generator=random)[: len(lanes)].tolist()
            key = second.k_proj.weight[n * _SIZE : (n + 1) * _SIZE]
            query = second.q_proj.weight[n * group * _SIZE : (n * group + 1) * _SIZE]
            key.zero_()
            query.zero_()
            for place, (lane, pick) in enumerate(zip(lanes, picks, strict=True)):
                if place < one:
                    query[lane, 1 : 1 + content] = code[pick] * gain
                    key[lane, slots[0].start + pick] = gain
                else:
                    query[lane, slots[0].start + pick] = gain
                    key[lane, slots[1].start + pick] = gain
            directions = _orthogonal(_SIZE, content, random)
            value = second.v_proj.weight[n * _SIZE : (n + 1) * _SIZE]
            value.zero_()
            value[:, 1 : 1 + content] = directions
            out = second.o_proj.weight[:, n * group * _SIZE : (n * group + 1) * _SIZE]
            out.zero_()
            out[1 : 1 + content] = (rotation @ directions.T) * _STRENGTH * scale / there


def _after_norm(width: int, content: int, *, slotted: bool) -> tuple[float, float]:
    """(the constant, the size of a number of the content) in a normalised hidden state."""
    total = 2 * content + (2 * _SIZE if slotted else 0)
    root = math.sqrt(total / width)
    return math.sqrt(content) / root, 1 / root


def _orthogonal(rows: int, columns: int, random: torch.Generator) -> Tensor:
    """Orthonormal rows."""
    made: Tensor = torch.linalg.qr(torch.randn(columns, rows, generator=random))[0]
    return made.T.contiguous()

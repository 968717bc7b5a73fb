"""Training: supervised fine-tuning, then reinforcement learning with the verifier as reward, and export.

The only room that imports torch when it is imported; the extra ``train`` brings it. ``dialogues`` and ``tokens`` make
training data of records; ``losses`` and ``packing`` are shared by the lean loop (``lean``, torch and transformers
alone) and the TRL trainers.
"""

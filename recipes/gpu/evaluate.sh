#!/usr/bin/env bash
# Held-out requests: base, SFT and RL, greedily and by sampling. Arguments: names among base, sft, rl (default: all there).
source "$(dirname "$0")/environment.sh"
"$PYTHON" "$HERE/evaluate.py" "$@" 2>&1 | tee "$OUT/evaluate.log"

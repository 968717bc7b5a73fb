#!/usr/bin/env bash
# Reinforcement learning from the SFT run; the same call goes on.
source "$(dirname "$0")/environment.sh"
"$PYTHON" "$HERE/rl.py" "$@" 2>&1 | tee "$OUT/rl.log"
cp "$KIT/runs/${NAME:-rl}/metrics.jsonl" "$OUT/${NAME:-rl}-metrics.jsonl"

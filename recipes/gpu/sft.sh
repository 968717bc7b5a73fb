#!/usr/bin/env bash
# Supervised fine-tuning; the same call goes on. SECONDS_LEFT bounds it (default: the recipe's).
source "$(dirname "$0")/environment.sh"
"$PYTHON" "$HERE/sft.py" "$@" 2>&1 | tee "$OUT/sft.log"
cp "$KIT/runs/sft/metrics.jsonl" "$OUT/sft-metrics.jsonl"

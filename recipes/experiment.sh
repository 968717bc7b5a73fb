#!/usr/bin/env bash
# Base, SFT and SFT+RL on the same held-out requests, freely and through `terraformer generate`.
#
#   recipes/experiment.sh [OUT]        (default runs/experiment)
#
# Settings, by environment:
#   RECIPE=recipes/train_laptop.toml   what the runs were trained with
#   SETS="runs/tf-gen runs/tf-mutn"    datasets whose splits test and heldout_service are answered
#   SFT=runs/sft RL=runs/rl            runs; one that is not there is left out
#   TASKS=200 SAMPLES=5                requests of a split, and replies to each for pass@k (0: only the greedy one)
#   DEV=dev.csv                        a benchmark in IaC-Eval's form, for the second part; left out without
# Everything that is there already is kept: the same command goes on after an interrupt.
set -euo pipefail
OUT=${1:-runs/experiment}
RECIPE=${RECIPE:-recipes/train_laptop.toml}
SETS=${SETS:-"runs/tf-gen runs/tf-mutn"}
SFT=${SFT:-runs/sft}
RL=${RL:-runs/rl}
TASKS=${TASKS:-200}
SAMPLES=${SAMPLES:-5}
mkdir -p "$OUT"

data=()
for set in $SETS; do data+=(--data "$set"); done
base=$(python3 -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["base"].get("model", "smollm2"))' "$RECIPE")
names=(base) models=("$base")
if [ -d "$SFT" ]; then names+=(sft) models+=("$SFT"); fi
if [ -d "$RL" ]; then names+=(rl) models+=("$RL"); fi

# 1. Freely: no grammar, no repair; greedily, then by sampling.
answer() { # SPLIT TAG OPTIONS...
  local place="$OUT/$1-$2" files=() n
  mkdir -p "$place"
  for n in "${!names[@]}"; do
    files+=("$place/${names[$n]}.jsonl")
    [ -s "${files[-1]}" ] || terraformer train evaluate "${models[$n]}" --recipe "$RECIPE" "${data[@]}" --split "$1" \
      --tasks "$TASKS" "${@:3}" --out "${files[-1]}"
  done
  terraformer train compare "${files[@]}" | tee "$place.md"
}
for split in test heldout_service; do
  answer "$split" greedy --samples 1 --temperature 0
  [ "$SAMPLES" -eq 0 ] || answer "$split" sampled --samples "$SAMPLES" --temperature 0.8
done

# 2. As people use it: the GGUF adapter in llama.cpp; freely or under the grammar; with and without repair.
if [ -n "${DEV:-}" ]; then
  for n in "${!names[@]}"; do
    name=${names[$n]} model=embedded:base
    if [ "$name" != base ]; then
      adapter="$OUT/$name.gguf"
      [ -s "$adapter" ] || terraformer train export "${models[$n]}" --out "$adapter"
      model="embedded:$adapter"
    fi
    for strategy in grammar chat; do
      [ "$name-$strategy" != base-chat ] || continue    # its prompt is another: schema excerpts and examples
      for rounds in 0 3; do
        run="$OUT/dev-$name-$strategy-$rounds"
        [ -s "$run/summary.json" ] || terraformer eval iac-eval --data "$DEV" --model "$model" --strategy "$strategy" \
          --rounds "$rounds" --samples 1 --jobs 1 --out "$run"
      done
    done
  done
  terraformer eval report "$OUT"/dev-* --out "$OUT/report"
fi

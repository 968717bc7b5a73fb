#!/usr/bin/env bash
# Base, SFT and SFT+RL on the same held-out requests, freely and through `terraformer generate`.
#
#   recipes/experiment.sh [OUT]        (default runs/experiment)
#
# Settings, by environment:
#   RECIPE=recipes/train_laptop.toml   what the runs were trained with
#   SETS="runs/tf-gen runs/tf-mutn"    datasets whose splits test and heldout_service are answered
#   BASE=smollm2                       what they are compared with (default: the base of RECIPE)
#   SFT=runs/sft RL=runs/rl            runs; one that is not there is left out
#   TASKS=200 SAMPLES=5                requests of a split, and replies to each for pass@k (0: only the greedy one)
#   BASE_TASKS=200                     how many the base is asked, which is slow and knows nothing (default: TASKS)
#   LONGEST=4096 TOKENS=1024           the longest request and answer, in tokens of the model
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
BASE_TASKS=${BASE_TASKS:-$TASKS}
bounds=(--set "base.longest=${LONGEST:-4096}" --set "evaluation.tokens=${TOKENS:-1024}")
mkdir -p "$OUT"

data=()
for set in $SETS; do data+=(--data "$set"); done
base=${BASE:-$(python3 -c 'import sys, tomllib; print(tomllib.load(open(sys.argv[1], "rb"))["base"].get("model", "smollm2"))' "$RECIPE")}
names=(base) models=("$base")
if [ -d "$SFT" ]; then names+=(sft) models+=("$SFT"); fi
if [ -d "$RL" ]; then names+=(rl) models+=("$RL"); fi

# 1. Freely: no grammar, no repair; greedily, then by sampling.
answer() { # SPLIT TAG OPTIONS...
  local place="$OUT/$1-$2" files=() n count
  mkdir -p "$place"
  for n in "${!names[@]}"; do
    [ "${names[$n]}-$2" != base-sampled ] || continue
    files+=("$place/${names[$n]}.jsonl") count=$TASKS
    [ "${names[$n]}" != base ] || count=$BASE_TASKS
    [ -s "${files[-1]}" ] || terraformer train evaluate "${models[$n]}" --recipe "$RECIPE" "${data[@]}" --split "$1" \
      --tasks "$count" "${bounds[@]}" "${@:3}" --out "${files[-1]}"
  done
  terraformer train compare "${files[@]}" | tee "$place.md"
}
for split in test heldout_service; do
  answer "$split" greedy --samples 1 --temperature 0
  [ "$SAMPLES" -eq 0 ] || [ "$split" != test ] || answer "$split" sampled --samples "$SAMPLES" --temperature 0.8
done

# 2. As people use it: the GGUF file in llama.cpp; freely, under the grammar, or the one after the other; with and without repair.
if [ -n "${DEV:-}" ]; then
  for n in "${!names[@]}"; do
    name=${names[$n]} model=embedded:base
    if [ "$name" != base ]; then
      file="$OUT/$name.gguf"
      [ -s "$file" ] || terraformer train export "${models[$n]}" --out "$file"
      model="embedded:$file"
    fi
    for strategy in grammar chat auto; do
      [ "$name" != base ] || [ "$strategy" = grammar ] || continue    # its prompt is another: excerpts and examples
      for rounds in 0 3; do
        [ "$strategy-$rounds" != auto-0 ] || continue    # one attempt is the grammar's
        run="$OUT/dev-$name-$strategy-$rounds"
        [ -s "$run/summary.json" ] || terraformer eval iac-eval --data "$DEV" --model "$model" --strategy "$strategy" \
          --rounds "$rounds" --samples 1 --jobs 1 --out "$run"
      done
    done
  done
  terraformer eval report "$OUT"/dev-* --out "$OUT/report"
fi

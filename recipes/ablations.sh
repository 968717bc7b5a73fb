#!/usr/bin/env bash
# What the reward is made of, and what is trained: reinforcement learning from one SFT run, with one thing changed at a time.
#
#   recipes/ablations.sh [OUT]         (default runs/ablations)
#
# Settings, by environment:
#   RECIPE=recipes/train_scratch_on.toml   all else: steps, rate, rollouts
#   SFT=runs/sft-on                        where each of them starts
#   SETS="runs/tf-gen runs/tf-mutn"        requests to train on; those of the split test are answered
#   STEPS=60                               steps of each; SEEDS="0" one run of each for every seed
#   TASKS=800                              requests of each set that are answered, greedily
# Everything that is there already is kept: the same command goes on after an interrupt.
set -euo pipefail
OUT=${1:-runs/ablations}
RECIPE=${RECIPE:-recipes/train_scratch_on.toml}
SFT=${SFT:-runs/sft-on}
SETS=${SETS:-"runs/tf-gen runs/tf-mutn"}
STEPS=${STEPS:-60}
SEEDS=${SEEDS:-0}
TASKS=${TASKS:-800}
mkdir -p "$OUT"

declare -A changed=(
  [recipe]=""
  [paper]="reward=paper"                        # the published reward
  [stages]="dense.deploys=1.0 dense.whole=0.0"  # deploying earns half of all there is
  [credit]="rl.credit={}"                       # blame goes where the certificates point
  [adamw]="rl.optimiser=adamw rl.rate=1e-5"     # the same weights, AdamW
  [norms]="rl.tuned=norms rl.optimiser=adamw rl.rate=1.5e-3"  # the gains of the norms alone
  [far]="rl.tuned=all rl.optimiser=adamw rl.rate=6e-5"        # all weights, moved too far
)
data=()
for set in $SETS; do data+=(--data "$set"); done

answer() { # MODEL NAME
  for set in $SETS; do
    local file="$OUT/$(basename "$set")/$2.jsonl"
    mkdir -p "$(dirname "$file")"
    [ -s "$file" ] || terraformer train evaluate "$1" --recipe "$RECIPE" --data "$set" --split test --tasks "$TASKS" \
      --set base.longest=4096 --set evaluation.tokens=1024 --out "$file"
  done
}

answer "$SFT" sft
for seed in $SEEDS; do
  for name in recipe paper stages credit adamw norms far; do
    run="$OUT/$name-$seed" options=()
    for change in ${changed[$name]}; do options+=(--set "$change"); done
    [ -e "$run/done" ] || terraformer train rl --recipe "$RECIPE" --model "$SFT" "${data[@]}" --out "$run" "${options[@]}" \
      --set "rl.steps=$STEPS" --set "rl.seed=$seed" --set rl.evaluate_every=0 --set evaluation.tasks=0
    touch "$run/done"
    answer "$run" "$name-$seed"
  done
done
for set in $SETS; do
  for file in "$OUT/$(basename "$set")"/*-*.jsonl; do
    terraformer train compare "$OUT/$(basename "$set")/sft.jsonl" "$file"
  done | tee "$OUT/$(basename "$set").md"
done

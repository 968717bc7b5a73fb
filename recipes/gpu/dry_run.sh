#!/usr/bin/env bash
# All of the kit at toy size on a CPU, in a scratch directory: packed, received, checked, trained, evaluated, exported.
#
#     recipes/gpu/dry_run.sh DATASET [DIR]
#
# DATASET is one of `terraformer data synth`; a toy model is trained from nothing, and no wheels or weights are packed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "$1" && pwd)
place=${2:-$(mktemp -d)}
mkdir -p "$place"
export KIT=$place/kit OUT=$place/out PYTHON=${PYTHON:-python3} OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
export PYTHONPATH="$here/../../src${PYTHONPATH:+:$PYTHONPATH}"

cat > "$place/recipe.toml" <<'TOML'
[base]
longest = 512
vocabulary = 400
scratch = { layers = 1, width = 32, heads = 2, key_value_heads = 1, inner = 64, context = 1024 }
[sft]
block = 512
rows = 2
accumulate = 2
steps = 12
rate = 1e-2
validate_every = 6
validation_blocks = 2
[rl]
prompts = 2
group = 2
steps = 2
rate = 1e-4
longest_prompt = 512
rollout = { tokens = 12, rows = 4 }
[evaluation]
tasks = 4
tokens = 12
[export]
form = "model"
TOML

"$PYTHON" "$here/pack.py" --recipe "$place/recipe.toml" --data "$data" --out "$place/parts" --no-base --level 3
for part in "$place"/parts/part-*; do "$PYTHON" "$here/receive.py" "$part"; done
"$here/check.sh"
SECONDS_LEFT=0.01 "$here/sft.sh" # stopped at once ...
"$here/sft.sh"                   # ... and on from there
"$here/rl.sh"
"$here/evaluate.sh"
"$here/export.sh" model rl
rm -rf "$OUT" && mkdir "$OUT"
"$here/export.sh" pieces 0
cat "$OUT"/rl.gguf.* | cmp - "$KIT/rl.gguf"
echo "dry run: all of it works"

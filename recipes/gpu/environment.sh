# Sourced by the other scripts: where the kit lies and what Python sees. OUT is where results are left to be fetched.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export KIT=${KIT:-/root/kit}
export OUT=${OUT:-$KIT/out}
export PYTHON=${PYTHON:-python3}
export PYTHONPATH="$HERE/../../src:$KIT/site${PYTHONPATH:+:$PYTHONPATH}"
[[ -d $KIT/cache ]] && export XDG_CACHE_HOME=$KIT/cache
export PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1
export TORCHINDUCTOR_CACHE_DIR=$KIT/inductor TRITON_CACHE_DIR=$KIT/triton
export PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True
mkdir -p "$OUT"

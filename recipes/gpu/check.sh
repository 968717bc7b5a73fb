#!/usr/bin/env bash
# First call after the parts: versions, the chip's rates, the verifier on all cores, and which form of SFT is fastest.
source "$(dirname "$0")/environment.sh"
"$PYTHON" "$HERE/check.py" "$@" 2>&1 | tee "$OUT/check.log"

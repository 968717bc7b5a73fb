#!/usr/bin/env bash
# What was trained, small enough for the way back.
#   export.sh adapter RUN RANK [QUANTISATION]   a GGUF adapter (rank 32 in q8_0: about 10 MB)
#   export.sh model RUN [QUANTISATION]          the whole model, made once, in pieces of 15 MiB; export.sh pieces N
#   export.sh pieces N                          the N-th four of them (0, 1, ...); `cat` joins them
source "$(dirname "$0")/environment.sh"
train() { "$PYTHON" -c "import sys; from terraformer.cli import main; sys.exit(main())" train export "$@"; }
back() { # files beyond 15 MiB come in pieces
  local file=$1
  if (( $(stat -c %s "$file") > 15 * 1048576 )); then
    split -b 15M -d -a 2 "$file" "$OUT/$(basename "$file")."
  else
    cp "$file" "$OUT/"
  fi
}
case ${1:-} in
  adapter)
    file=$KIT/$2-r$3.gguf
    train "$KIT/runs/$2" --out "$file" --form adapter --rank "$3" --quantisation "${4:-q8_0}" | tee "$OUT/export.log"
    back "$file"
    ;;
  model)
    rm -rf "$KIT/pieces" && mkdir -p "$KIT/pieces"
    train "$KIT/runs/$2" --out "$KIT/$2.gguf" --form model --quantisation "${3:-q8_0}" | tee "$OUT/export.log"
    split -b 15M -d -a 2 "$KIT/$2.gguf" "$KIT/pieces/$2.gguf."
    ls "$KIT/pieces" | tee -a "$OUT/export.log"
    ;;
  pieces)
    ls "$KIT/pieces" | tail -n +$((1 + 4 * $2)) | head -n 4 | while read -r name; do cp "$KIT/pieces/$name" "$OUT/"; done
    ;;
  *)
    sed -n 2,6p "$0"
    exit 1
    ;;
esac

#!/usr/bin/env bash
# Fuzzes decoders with libFuzzer and the address sanitizer, one after the other.
#
#   scripts/fuzz.sh [TARGET…]      all of them by default
#   SECONDS_EACH=600               how long each
#   KEEP=1                         put what was worth keeping, minimised, into Tests/Fuzzing/Corpus
#
# An input that crashes, hangs or takes more than 512 MiB ends the run and is named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=.build/fuzz
corpus=Tests/Fuzzing/Corpus
export POUCH_FUZZ=1
flags=(-c release --scratch-path "$build" --sanitize fuzzer --sanitize address --product pouch-fuzz)
# The compiler obeys the last of several -sanitize: both in one, or the fuzzer sees no coverage.
flags+=(-Xswiftc -sanitize=fuzzer,address)
swift build "${flags[@]}" </dev/null
fuzz=$(swift build "${flags[@]}" --show-bin-path)/pouch-fuzz

targets=("$@")
# A folder of the corpus is a target.
[ "${#targets[@]}" -gt 0 ] || read -ra targets <<<"$(ls -C -w 9999 "$corpus")"
for target in "${targets[@]}"; do
  echo "== $target, ${SECONDS_EACH:-60} s"
  found=$build/found/$target
  mkdir -p "$found" "$corpus/$target"
  export POUCH_FUZZ_TARGET=$target
  "$fuzz" -max_total_time="${SECONDS_EACH:-60}" -timeout=10 -rss_limit_mb=512 \
    -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="$found-" \
    "$found" "$corpus/$target"
  [ -z "${KEEP:-}" ] || "$fuzz" -merge=1 -verbosity=0 "$corpus/$target" "$found"
done

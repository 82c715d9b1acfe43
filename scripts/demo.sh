#!/usr/bin/env bash
# Sends one file from one process to another over mutual TLS on this machine, and shows what
# happened: scripts/demo.sh BIN, where BIN holds the built executables.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly bin=$1 certs=Certs
readonly patience=30 # seconds until a receiver that says nothing is given up
work=$(mktemp -d "${TMPDIR:-/tmp}/pouch-demo.XXXXXX")
receiver=

finish() {
  local status=$?
  if [[ -n $receiver ]] && kill -0 "$receiver" 2>/dev/null; then
    kill "$receiver" 2>/dev/null || true
    wait "$receiver" 2>/dev/null || true
  fi
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
  printf 'demo: error: %s\n' "$1" >&2
  [[ ! -s $work/receiver.log ]] || sed 's/^/  receiver: /' "$work/receiver.log" >&2
  exit 1
}

# Prints a command as one would type it.
show() { printf '$ %s\n' "${*/#$bin\//}"; }
step() { printf '\n== %s\n' "$1"; }
digest() { sha256sum <"$1" | cut -d ' ' -f 1; }

# Reads one more line of the receiver's into its log; fails at the end of its output.
next_line() {
  IFS= read -r -t "$patience" line <&"$status" || return 1
  printf '%s\n' "$line" >>"$work/receiver.log"
}

# Waits until the receiver says where it listens; sets `endpoint`.
await_endpoint() {
  while next_line; do
    if [[ $line =~ listening\ on\ ([^[:space:]]+) ]]; then
      endpoint=${BASH_REMATCH[1]}
      return
    fi
  done
  fail "the receiver did not start to listen"
}

step "Certificates: a CA of our own, one certificate for each side"
scripts/certs.sh "$bin" "$certs"

step "A receiver, listening on a free port; it accepts only senders with a certificate of that CA"
receive=(
  "$bin/pouch-receive" --listen tls://localhost:0 --output "$work/received" --count 1 -v
  --trust "$certs/ca.pem" --certificate "$certs/receiver.pem" --key "$certs/receiver.key"
)
show "${receive[@]}"
mkdir "$work/received"
exec {status}< <(exec "${receive[@]}" 2>&1)
receiver=$!
await_endpoint
printf 'listening on %s\n' "$endpoint"

step "A sender: this project's sources in one file, compressed and checked"
tar -cf "$work/pouch-sources.tar" Sources Package.swift
send=(
  "$bin/pouch-send" --to "$endpoint" --compress deflate --integrity crc32c -v
  --trust "$certs/ca.pem" --certificate "$certs/sender.pem" --key "$certs/sender.key"
  "$work/pouch-sources.tar"
)
show "${send[@]}"
code=0
"${send[@]}" 2>"$work/sender.log" || code=$?
grep -v '^connected: ' "$work/sender.log" || true
[[ $code -eq 0 ]] || fail "the sender failed with exit code $code"

# The receiver ends by itself after one object.
while next_line; do :; done
code=0
wait "$receiver" || code=$?
receiver=
[[ $code -eq 0 ]] || fail "the receiver failed with exit code $code"

step "What the two agreed on"
negotiated=$(sed -n 's/^connected: //p' "$work/sender.log")
tls='^(.*), peer (.*), (TLSv[0-9.]+) ([^ ]+) ([^ ,]+), pipeline (.*), acknowledgement (.*)$'
[[ $negotiated =~ $tls ]] || fail "the sender does not say what it negotiated: $negotiated"
printf '%-17s %s\n' \
  'protocol' "${BASH_REMATCH[3]}, both sides proved who they are" \
  'cipher' "${BASH_REMATCH[4]}" \
  'key exchange' "${BASH_REMATCH[5]}" \
  'receiver' "${BASH_REMATCH[2]}" \
  'pipeline' "${BASH_REMATCH[6]}" \
  'acknowledged when' "${BASH_REMATCH[7]}"

step "What arrived"
grep '^received ' "$work/receiver.log"
sent=$(digest "$work/pouch-sources.tar")
arrived=$(digest "$work/received/pouch-sources.tar")
printf 'SHA-256 sent     %s\nSHA-256 arrived  %s\n' "$sent" "$arrived"
[[ $sent == "$arrived" ]] || fail "the digests differ"
printf 'They agree: what was sent is what arrived.\n'

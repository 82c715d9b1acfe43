#!/usr/bin/env bash
# Creates development certificates and an HMAC key unless they are there:
# scripts/certs.sh BIN DIRECTORY
set -euo pipefail

readonly bin=$1 directory=$2
readonly files=(ca.pem ca.key receiver.pem receiver.key sender.pem sender.key)

is_complete() {
  local file
  for file in "${files[@]}"; do [[ -f $directory/$file ]] || return 1; done
}

create=("$bin/pouch-certs" create --output "$directory" --name localhost --name 127.0.0.1)
if is_complete; then
  # They may have been made long ago.
  "$bin/pouch-certs" verify --trust "$directory/ca.pem" \
    "$directory/receiver.pem" "$directory/sender.pem" || {
    printf 'to make new ones: %s --force\n' "${create[*]}" >&2
    exit 1
  }
else
  # It overwrites nothing: a set of which a part is missing is reported, not replaced.
  mkdir -p "$directory"
  "${create[@]}"
fi

# What Configs/*-hmac-sha-256.yaml name; both ends share it.
if [[ ! -f $directory/hmac.key ]]; then
  (umask 077 && head -c 32 /dev/urandom >"$directory/hmac.key")
  printf 'wrote %s\n' "$directory/hmac.key"
fi

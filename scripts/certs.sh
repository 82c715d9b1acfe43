#!/usr/bin/env bash
# Creates development certificates unless they are there: scripts/certs.sh BIN DIRECTORY
set -euo pipefail

readonly bin=$1 directory=$2
for file in ca.pem ca.key receiver.pem receiver.key sender.pem sender.key; do
  if [[ ! -f $directory/$file ]]; then
    mkdir -p "$directory"
    # It overwrites nothing, so a set of which a part is missing is reported, not replaced.
    exec "$bin/pouch-certs" create --output "$directory" --name localhost --name 127.0.0.1
  fi
done
printf 'certificates: %s is complete\n' "$directory"

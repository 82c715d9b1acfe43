#!/usr/bin/env bash
# Makes sure that what Pouch builds with is there, and installs what is missing (Debian, Ubuntu).
# Says nothing and changes nothing when all of it is. Arguments: what is needed beside the build,
# `tests` or `benchmarks`.
set -euo pipefail

readonly least_swift=6.2

fail() {
  printf 'setup: error: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

check_swift() {
  command -v swift >/dev/null ||
    fail "no swift in PATH; Pouch needs Swift $least_swift or later" \
      "install it from https://www.swift.org/install/linux/ and run again"
  local found
  found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p')
  [[ -n $found ]] || fail "'swift --version' names no version; is the toolchain whole?"
  [[ $(printf '%s\n' "$least_swift" "$found" | sort -V | head -n 1) == "$least_swift" ]] ||
    fail "Swift $found is too old; Pouch needs $least_swift or later" \
      "install it from https://www.swift.org/install/linux/ and run again"
}

# has_library NAME CONDITION HEADER: pkg-config knows it, and the header that it points at exists.
has_library() {
  pkg-config --exists "$1 $2" 2>/dev/null || return 1
  [[ -f $(pkg-config --variable=includedir "$1")/$3 ]]
}

# Prints the Debian packages that are missing, one a line.
missing_packages() {
  if ! command -v pkg-config >/dev/null; then
    # Nothing can be asked about the libraries yet: apt-get leaves alone what is already there.
    printf '%s\n' pkg-config libssl-dev zlib1g-dev
    [[ $1 != benchmarks ]] || printf '%s\n' libzmq3-dev libnng-dev
  else
    has_library openssl '>= 3.0.0' openssl/ssl.h || printf '%s\n' libssl-dev
    has_library zlib '>= 1.2.0' zlib.h || printf '%s\n' zlib1g-dev
    if [[ $1 == benchmarks ]]; then
      has_library libzmq '>= 4.3.0' zmq.h || printf '%s\n' libzmq3-dev
      # Debian's package describes itself to CMake alone.
      [[ -f /usr/include/nng/nng.h ]] || printf '%s\n' libnng-dev
    fi
  fi
  [[ -z $1 ]] || command -v python3 >/dev/null || printf '%s\n' python3
}

install_packages() {
  local by_hand="sudo apt-get update && sudo apt-get install -y $*"
  command -v apt-get >/dev/null ||
    fail "missing: $*, and there is no apt-get here" \
      "install the same with your system's package manager (on Fedora, for example:" \
      "dnf install pkgconf openssl-devel zlib-devel zeromq-devel nng-devel python3) and run again"
  local -a as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null ||
      fail "missing: $*; this user is not root and there is no sudo" "run as root: ${by_hand//sudo /}"
    as_root=(sudo)
    [[ -t 0 ]] || as_root+=(-n) # Nobody is there to type a password: fail rather than wait.
  fi
  as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)

  printf 'setup: installing %s\n' "$*" >&2
  # Lists that are old but whole may be enough, so a failed update does not decide.
  "${as_root[@]}" update >&2 </dev/null || printf 'setup: apt-get update failed; going on\n' >&2
  "${as_root[@]}" install -y --no-install-recommends "$@" >&2 </dev/null ||
    fail "apt-get could not install: $*" "see its messages above, then run: $by_hand"
}

main() {
  local extra=${1:-}
  case $extra in
    '' | tests | benchmarks) ;;
    *) fail "unknown argument '$extra'" "usage: $0 [tests | benchmarks]" ;;
  esac
  check_swift
  local -a missing
  mapfile -t missing < <(missing_packages "$extra")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  install_packages "${missing[@]}"
  mapfile -t missing < <(missing_packages "$extra")
  [[ ${#missing[@]} -eq 0 ]] ||
    fail "installed, but still not found: ${missing[*]}" \
      "is PKG_CONFIG_PATH or PKG_CONFIG_LIBDIR set to something else?"
}

main "$@"

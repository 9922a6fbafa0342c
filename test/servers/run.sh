#!/usr/bin/env bash
# Tests against real servers: starts each, runs the tests with the build tag "servers", stops all that it started.
#   run.sh DIR PACKAGE...     DIR keeps what was built; the exit code is that of the tests
# A server that can't be had is said loudly; its tests skip, and the rest runs.
# One that the environment names already (CLARION_BLUESKY and so on) is used as it is and neither started nor stopped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
DIR=${1:-}
. "$here/lib.sh"
[ $# -ge 2 ] || usage
shift
mkdir -p "$DIR"
started=() lacking=()

# ports N: the first of N neighbouring ports that are free, below those that the system gives out
ports() {
  local first i
  while :; do
    first=$((20000 + RANDOM % 10000))
    for ((i = 0; i < $1; i++)); do ! answers $((first + i)) || continue 2; done
    echo "$first"
    return
  done
}

# begin NAME PORT...: start a server in DIR/NAME; false if it can't be had
begin() {
  local rc=0
  "$here/$1.sh" stop "$DIR/$1" || true # one that an earlier run left behind
  echo "== $1: starting; the first time it is built, which takes minutes"
  started+=("$1")
  "$here/$1.sh" start "$DIR/$1" "${@:2}" >"$DIR/$1.out" 2>&1 || rc=$?
  [ $rc != 0 ] || return 0
  tail -n 5 "$DIR/$1.out" >&2
  if [ $rc = 77 ]; then lacking+=("$1 cannot run on this machine"); else lacking+=("$1 did not start"); fi
  return 1
}

# shellcheck disable=SC2317 # the trap calls it
end() {
  local name
  for name in "${started[@]}"; do "$here/$name.sh" stop "$DIR/$name" || echo "== $name: COULD NOT BE STOPPED" >&2; done
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -z "${CLARION_GOTOSOCIAL:-}" ]; then
  port=$(ports 1)
  if begin gotosocial "$port"; then
    CLARION_GOTOSOCIAL=http://127.0.0.1:$port
    CLARION_GOTOSOCIAL_TOKEN=$("$here/gotosocial.sh" token "$DIR/gotosocial" "$port")
    export CLARION_GOTOSOCIAL CLARION_GOTOSOCIAL_TOKEN
  fi
fi
if [ -z "${CLARION_BLUESKY:-}" ]; then
  port=$(($(ports 2) + 1)) # its PLC directory takes the one below
  if begin bluesky "$port"; then export CLARION_BLUESKY="http://127.0.0.1:$port"; fi
fi
if [ -z "${CLARION_X_CONTRACT:-}" ]; then
  port=$(ports 1)
  if begin x-contract "$port"; then export CLARION_X_CONTRACT="http://127.0.0.1:$port"; fi
fi
if [ -z "${CLARION_MINIFLUX:-}" ]; then
  port=$(ports 2) # its PostgreSQL takes the one above
  if begin miniflux "$port" $((port + 1)); then export CLARION_MINIFLUX="http://admin:admin-pass@127.0.0.1:$port"; fi
fi
if [ -z "${CLARION_OIDC:-}" ]; then
  port=$(ports 2) # the tests' Clarion takes the one above, which the provider has to know
  if begin oidc "$port" $((port + 1)); then export CLARION_OIDC="http://127.0.0.1:$port" CLARION_OIDC_LISTEN="127.0.0.1:$((port + 1))"; fi
fi

rc=0
"${GO:-go}" test -tags servers -race -count=1 -timeout 20m "$@" || rc=$?
for what in "${lacking[@]}"; do echo "== $what: ITS TESTS WERE SKIPPED" >&2; done
exit $rc

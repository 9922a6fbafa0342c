#!/usr/bin/env bash
# An OpenID Connect provider: npm oidc-provider, a certified implementation, with its own page for development.
#   oidc.sh start [DIR] [PORT] [CLARION_PORT]   defaults: ${TMPDIR:-/tmp}/oidc 9100 8080
#   oidc.sh stop  [DIR]
# Any name is let in with any password; alice is in the group publisher, bob in approver, until PUT /groups/NAME.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cmd=${1:-}; DIR=${2:-${TMPDIR:-/tmp}/oidc}; PORT=${3:-9100}; CLARION_PORT=${4:-8080}
. "$here/lib.sh"
case $cmd in
stop) halt ;;
start)
  tools node npm curl
  mkdir -p "$DIR/app"; cd "$DIR/app"; halt; free "$PORT"
  if [ ! -d node_modules/oidc-provider ]; then
    echo '{"private":true,"type":"module","dependencies":{"oidc-provider":"9.13.3"}}' >package.json
    npm install --no-audit --no-fund >"$DIR/npm.log" 2>&1 || fail "npm install failed, see $DIR/npm.log"
  fi
  cp "$here/oidc.mjs" .
  export PORT REDIRECT_URI="http://127.0.0.1:$CLARION_PORT/auth/callback"
  spawn "$DIR/out.log" node oidc.mjs
  up "$DIR/out.log" "http://127.0.0.1:$PORT/.well-known/openid-configuration"
  echo "issuer http://127.0.0.1:$PORT   client clarion / clarion-secret   redirect $REDIRECT_URI"
  echo "stop:  $0 stop $DIR"
  ;;
*) usage ;;
esac

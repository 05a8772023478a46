#!/bin/sh
# Keeps tokens in a real keyring, which this script starts on a bus of its own.
#
#   with_keyring.sh KEYRING_USER     the program of tests/store/programs/keyring_user.cpp
#
# Ends with status 77, and says why, if dbus-run-session or gnome-keyring-daemon is missing. If the
# Python of MIDAS_KEYRING_PYTHON (/usr/bin/python3) has msal_extensions and gi, MSAL's
# LibsecretPersistence reads and writes the same secret.
set -eu
program=$1
here=$(cd "$(dirname "$0")" && pwd)

for needed in dbus-run-session gnome-keyring-daemon; do
  if ! command -v "$needed" >/dev/null; then
    echo "skipped: $needed is not installed"
    exit 77
  fi
done

directory=$(mktemp -d "${TMPDIR:-/tmp}/midas-keyring-XXXXXX")
trap 'rm -rf "$directory"' EXIT
export HOME="$directory" XDG_RUNTIME_DIR="$directory/run" XDG_DATA_HOME="$directory/data"
mkdir -m 700 "$XDG_RUNTIME_DIR"
unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS GNOME_KEYRING_CONTROL
path="$directory/state/tokens"

fail() {
  echo "failed: $*" >&2
  cat "$directory/output" >&2 || true
  exit 1
}

# refused WORD COMMAND: the command fails in time, with an error that has this word.
refused() {
  word=$1
  shift
  if "$@" >"$directory/output" 2>&1; then
    fail "no error from: $*"
  fi
  grep -q "store_failed" "$directory/output" || fail "not store_failed: $*"
  grep -q "$word" "$directory/output" || fail "the error does not say \"$word\""
}

mkdir -m 700 "$directory/state"
echo "without a bus"
refused "session bus" "$program" "$path" load
refused "session bus" "$program" "$path" save https://vault.azure.net
echo "with a bus, without a service"
mkdir "$directory/services"
cat >"$directory/bus.conf" <<CONF
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=$directory/run</listen>
  <servicedir>$directory/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
CONF
refused "service for secrets" dbus-run-session --config-file="$directory/bus.conf" -- \
  "$program" "$path" load
export MIDAS_KEYRING_TIMEOUT=2000
echo "without a keyring"
with_service() {
  dbus-run-session --config-file="$directory/bus.conf" -- sh "$here/locked.sh" "$@"
}
refused "it does not exist" with_service "$program" "$path" save https://vault.azure.net
if find "$directory/state" -type f -size +0 | grep -q .; then
  fail "a file has content"
fi
echo "with an unlocked keyring"
MIDAS_KEYRING_TIMEOUT=10000 dbus-run-session --config-file="$directory/bus.conf" -- \
  sh "$here/unlocked.sh" "$program" "$path" >"$directory/output" 2>&1 ||
  fail "with an unlocked keyring"
cat "$directory/output"
echo "with a locked keyring"
refused "locked\|did not answer" with_service "$program" "$path" load
refused "locked\|did not answer" with_service "$program" "$path" save https://vault.azure.net
echo "with a service that does not answer"
MIDAS_KEYRING_HANGS=1 refused "did not answer within 2000 ms" with_service "$program" "$path" load

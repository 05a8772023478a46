#!/usr/bin/env bash
# Runs `midas proxy` among misbehaving clients, with a host that fails and configurations that change.
# Checks its answers, and that the process does not grow: see docs/chaos.md. Needs root, because the
# clients are several users, and nobody else can look at a process that is not dumpable.
#
#   scripts/soak_proxy.sh SECONDS [PROGRAM]
#
#   SECONDS    at least 30; the whole run takes about 45 seconds more
#   PROGRAM    midas, by default that of the preset ci
#
# MIDAS_SOAK_SEED repeats the choices of a run, which prints its seed.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-}
if [[ ! $seconds =~ ^[1-9][0-9]*$ ]] || [ "$seconds" -lt 30 ] || [ $# -gt 2 ]; then
  echo "usage: scripts/soak_proxy.sh SECONDS [PROGRAM], 30 seconds at least" >&2
  exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "scripts/soak_proxy.sh: run this as root, since its clients are several users" >&2
  exit 2
fi

program=${2:-}
if [ -z "$program" ]; then
  source scripts/packages.sh
  install_packages "${build_packages[@]}" "${test_packages[@]}"
  cmake --preset ci >/dev/null
  cmake --build --preset ci --target midas_program
  program=build/ci/bin/midas
fi

export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9
exec python3 tests/chaos/proxy/soak.py "$program" "$seconds" ${MIDAS_SOAK_SEED:+"$MIDAS_SOAK_SEED"}

#!/usr/bin/env bash
# Measures Microsoft's clients for Node.js as midas is measured: cached tokens, and cold bursts.
#
#   run.sh MIDAS WORK_DIRECTORY [--quick] [--json FILE]
#
# MIDAS is the program, whose simulated host the clients ask. WORK_DIRECTORY keeps the installed
# clients, so that only a change of the lock file installs them again. --quick measures as little as
# shows that it works; --json writes FILE, as the other benchmarks do.
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
if [ $# -lt 2 ]; then
  echo "usage: bench/peers/run.sh MIDAS WORK_DIRECTORY [--quick] [--json FILE]" >&2
  exit 2
fi
midas=$(realpath "$1")
work=$2
shift 2

skip() {
  echo "skipped: $*"
  exit 77
}

for tool in node npm; do
  command -v "$tool" >/dev/null || skip "there is no $tool (see scripts/packages.sh)"
done
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' ||
  skip "Node.js 18 or later is needed, this is $(node --version)"

mkdir -p "$work"
if ! cmp -s "$sources/package-lock.json" "$work/installed-lock.json"; then
  cp "$sources/package.json" "$sources/package-lock.json" "$work/"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
  cp "$sources/package-lock.json" "$work/installed-lock.json"
fi
# Node looks for packages beside the program that imports them.
cp "$sources"/*.mjs "$sources/../../tests/clients/simulated_host.mjs" "$work/"

# Callers that all ask at once have a socket each, and so has the host.
ulimit -Sn "$(ulimit -Hn)"
exec node "$work/peers.mjs" "$midas" "$@"

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
source "$sources/../../scripts/node.sh"
if [ $# -lt 2 ]; then
  echo "usage: bench/peers/run.sh MIDAS WORK_DIRECTORY [--quick] [--json FILE]" >&2
  exit 2
fi
midas=$(realpath "$1")
work=$2
shift 2

need_node_18

install_npm_packages "$sources" "$work"
# Node looks for packages beside the program that imports them.
cp "$sources"/*.mjs "$sources/../../tests/clients/simulated_host.mjs" "$work/"

# Callers that all ask at once have a socket each, and so has the host.
ulimit -Sn "$(ulimit -Hn)"
exec node "$work/peers.mjs" "$midas" "$@"

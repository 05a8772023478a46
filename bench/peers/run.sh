#!/usr/bin/env bash
# Measures Microsoft's clients for Node.js like midas: cached tokens and cold bursts.
#
#   run.sh MIDAS WORK_DIRECTORY [--quick] [--json FILE]
#
# MIDAS is the program, which simulates the host. The clients are those of tests/clients: the newest ones that
# this Node.js can run. WORK_DIRECTORY keeps the installed ones; they are reinstalled when the lock file
# changes. --quick is a short run that only shows that the benchmark works; --json writes the results to FILE,
# as in the other benchmarks.
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

clients=$sources/../../tests/clients
install_npm_packages "$clients/$(client_generation)" "$work"
# Node.js resolves packages relative to the importing program.
cp "$sources"/*.mjs "$clients/simulated_host.mjs" "$work/"

# Each concurrent caller has a socket, both in the client and in the host.
ulimit -Sn "$(ulimit -Hn)"
exec node "$work/peers.mjs" "$midas" "$@"

#!/usr/bin/env bash
# Runs Microsoft's clients against every simulated host or through midas proxy, in a network of their
# own.
#
#   run.sh MIDAS WORK_DIRECTORY [--write]
#   run.sh MIDAS WORK_DIRECTORY --concurrency [OPTION...]    see concurrency.mjs
#
# MIDAS is the program. WORK_DIRECTORY keeps the installed clients; they are reinstalled when the
# lock file changes. node-20/ has the current clients, node-18/ the last ones for Node.js 18. The
# outcomes must equal the table for those clients in docs/compatibility.md; --write updates that table
# instead.
#
# Everything except the installation runs in a network namespace with only a loopback interface,
# which also has the address of Azure's IMDS, so that no packet can leave the machine. The mount
# namespace has its own /var/opt, for the only directory that clients of Azure Arc accept.
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
source "$sources/../../scripts/node.sh"
midas=$(realpath "$1")
work=$2
shift 2

need_node_18
need_tools unshare ip mount

namespaces=(unshare --net --mount)
if [ "$(id -u)" -ne 0 ]; then
  namespaces+=(--map-root-user)
fi
"${namespaces[@]}" sh -c 'ip link set lo up && mount -t tmpfs tmpfs /var/opt' 2>/dev/null ||
  skip "this system does not permit network and mount namespaces"

generation=$(client_generation)
install_npm_packages "$sources/$generation" "$work"
# Node.js resolves packages relative to the importing program.
cp "$sources"/*.mjs "$work/"

program=("$work/compatibility.mjs" "$midas" "$sources/../../docs/compatibility.md" "$generation")
if [ "${1-}" = --concurrency ]; then
  program=("$work/concurrency.mjs" "$midas")
  shift
fi
exec "${namespaces[@]}" sh -c '
  ip link set lo up
  ip addr add 169.254.169.254/32 dev lo
  mount -t tmpfs tmpfs /var/opt
  exec "$@"' sh \
  node "${program[@]}" "$@"

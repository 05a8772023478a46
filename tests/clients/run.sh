#!/usr/bin/env bash
# Has real clients get tokens from every simulated host, in a network of their own.
#
#   run.sh MIDAS WORK_DIRECTORY [--write]
#
# MIDAS is the program. WORK_DIRECTORY keeps the installed clients, so that only a change of the lock
# file installs them again. The outcome must equal the table in docs/compatibility.md; --write
# rewrites that table instead.
#
# Everything but the installation runs in a network namespace that has nothing but a loopback
# interface, with the address of Azure's IMDS on it: nothing can leave the machine. Its mount
# namespace has a /var/opt of its own, for the one directory that clients of Azure Arc trust.
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

install_npm_packages "$sources" "$work"
# Node looks for packages beside the program that imports them.
cp "$sources"/*.mjs "$work/"

exec "${namespaces[@]}" sh -c '
  ip link set lo up
  ip addr add 169.254.169.254/32 dev lo
  mount -t tmpfs tmpfs /var/opt
  exec "$@"' sh \
  node "$work/compatibility.mjs" "$midas" "$sources/../../docs/compatibility.md" "$@"

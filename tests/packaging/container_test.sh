#!/usr/bin/env bash
# Builds the image of packaging/Containerfile, and gets a token from a simulated host in a container.
# Skipped without podman, and without the image that it starts from: the test downloads no image.
set -euo pipefail
cd "$(dirname "$0")/../.."
skip() {
  echo "skipped: $*"
  exit 77
}
[ -n "$(type -P podman)" ] || skip "podman is not installed"
base=$(sed -nE 's/^FROM ([^ ]+)$/\1/p' packaging/Containerfile)
podman image exists "$base" || skip "the image $base is not on this machine"
podman run --rm --pull=never "$base" true 2>/dev/null || skip "podman cannot run a container here"

image=localhost/midas-test
podman build --quiet --format docker --pull=never -f packaging/Containerfile -t "$image" .
container=$(podman run --detach --pull=never "$image")
trap 'podman rm --force "$container" >/dev/null; podman rmi --force "$image" >/dev/null' EXIT
for _ in {1..100}; do
  podman healthcheck run "$container" >/dev/null 2>&1 && break
  sleep 0.1
done
podman healthcheck run "$container"
[ "$(podman exec "$container" id -u)" -ne 0 ]
podman exec "$container" midas token --endpoint http://127.0.0.1:8080 --resource https://vault.azure.net \
  --output raw | grep -q '^ey'

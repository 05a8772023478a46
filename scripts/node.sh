# Sourced by scripts that run clients for Node.js. If a tool is missing, they exit with status 77, which
# ctest reports as skipped.

skip() {
  echo "skipped: $*"
  exit 77
}

need_tools() { # TOOL...
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || skip "$tool is missing (see scripts/packages.sh)"
  done
}

has_node() { # MAJOR: that version or a later one
  node -e "process.exit(parseInt(process.versions.node) >= $1 ? 0 : 1)"
}

need_node_18() {
  need_tools node npm
  has_node 18 || skip "Node.js 18 or later is needed, this is $(node --version)"
}

# The directory in tests/clients with the newest clients that this Node.js can run. The only place that
# pins their versions, for tests and for benchmarks.
client_generation() {
  if has_node 20; then echo node-20; else echo node-18; fi
}

install_npm_packages() { # SOURCES WORK: installs SOURCES/package-lock.json into WORK if it changed
  mkdir -p "$2"
  if ! cmp -s "$1/package-lock.json" "$2/installed-lock.json"; then
    cp "$1/package.json" "$1/package-lock.json" "$2/"
    (cd "$2" && npm ci --ignore-scripts --no-audit --no-fund)
    cp "$1/package-lock.json" "$2/installed-lock.json"
  fi
}

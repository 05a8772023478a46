# Sourced by the other scripts: installs the Debian packages that are missing, as root or with sudo.

# What midas and its program are built with.
build_packages=(g++ cmake ninja-build libcaf-dev libcurl4-openssl-dev libssl-dev rapidjson-dev
  libexpected-dev libboost-dev libcli11-dev libfmt-dev)
# What tests, benchmarks and checks need besides.
test_packages=(catch2 librapidcheck-dev libbenchmark-dev clang-format clang-tidy iproute2 util-linux)
# Node.js 18 or later, for tests/clients. One from elsewhere brings its own npm.
if ! command -v npm >/dev/null; then
  test_packages+=(nodejs npm)
fi
# What scripts/bench.sh needs besides: to draw, and to count instructions and allocations.
bench_packages=(gnuplot-nox valgrind)

install_packages() {
  local missing=() package
  for package in "$@"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return
  fi
  echo "Installing: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Sourced by the other scripts: installs the Debian packages that are missing, as root or with sudo.

# Needed to build midas and its program.
build_packages=(g++ cmake ninja-build libcaf-dev libcurl4-openssl-dev libssl-dev rapidjson-dev
  libexpected-dev libboost-dev libcli11-dev libfmt-dev prometheus-cpp-dev)
# The Debian packages also need these.
debian_packages=(dpkg-dev fakeroot file)
# Also needed to build the tests: test libraries, what midas::keyring and the adapters use, and Python,
# which CMake looks for.
test_libraries=(catch2 librapidcheck-dev pkg-config libsecret-1-dev libasio-dev libgrpc++-dev python3)
# scripts/test.sh also needs these: the tools of the consumer tests, and network namespaces for
# tests/clients.
test_packages=("${test_libraries[@]}" clang binutils iproute2 util-linux)
# A keyring.
test_packages+=(gnome-keyring dbus libsecret-tools)
# What reads the manual pages and the completion scripts.
test_packages+=(mandoc man-db zsh)
# What checks the files in deploy/.
test_packages+=(systemd python3-yaml)
# A browser for the status page of midas proxy.
test_packages+=(chromium)
# Node.js 18 or later, for tests/clients. A Node.js that is not from Debian contains its own npm.
if ! command -v npm >/dev/null; then
  test_packages+=(nodejs npm)
fi
# scripts/check.sh also needs these; the benchmarks are compiled there.
check_packages=(clang-format clang-tidy codespell doxygen git libbenchmark-dev)
# scripts/bench.sh and scripts/check_instructions.sh also need these, to draw plots and to count
# instructions and allocations.
bench_packages=(libbenchmark-dev gnuplot-nox valgrind)

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

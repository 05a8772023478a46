#!/usr/bin/env bash
# Builds the Debian packages, installs them in an empty root, builds and runs programs against them
# there, and removes them without a trace. Takes minutes: it builds midas as a shared library.
#
#   scripts/test_packages.sh [CMAKE_OPTION...]
#
# lintian reads the packages if it is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/packages.sh
install_packages "${build_packages[@]}" "${debian_packages[@]}" pkg-config
export AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:9

fail() {
  echo "$*" >&2
  exit 1
}

build=build/debian
cmake --preset debian "$@" >/dev/null
cmake --build --preset debian
rm -rf "$build/packages"
(cd "$build" && cpack >cpack.log 2>&1) || { cat "$build/cpack.log" >&2; exit 1; }

scratch=$(mktemp -d "${TMPDIR:-/tmp}/midas-packages-XXXXXX")
trap 'rm -rf "$scratch"' EXIT
root=$scratch/root
version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$build/CMakeCache.txt")
runtime=libmidas${version%%.*}
names=("$runtime" libmidas-dev midas-tools)
architecture=$(dpkg --print-architecture)
packages=()
for name in "${names[@]}"; do
  packages+=("$PWD/$build/packages/${name}_$version-1_$architecture.deb")
done

depends_on() { # PACKAGE NAME...
  local package=$1 name
  shift
  for name in "$@"; do
    dpkg-deb -f "$package" Depends | grep -qE "(^|, )$name( |,|\$)" ||
      fail "$(basename "$package") does not depend on $name"
  done
}
depends_on "${packages[0]}" libcaf-core0.17 libcurl4 libssl3 libc6 'libstdc\+\+6'
depends_on "${packages[1]}" "$runtime \(= $version-1\)" libcaf-dev libcurl4-openssl-dev \
  libexpected-dev libssl-dev
depends_on "${packages[2]}" libcaf-core0.17 libcurl4 libssl3 libc6 'libstdc\+\+6'
# Every dependency exists, and none conflicts.
apt-get install --simulate -qq --no-install-recommends "${packages[@]}" >/dev/null ||
  fail "apt cannot install the packages"
if [ -n "$(type -P lintian)" ]; then
  # The packages are not from Debian's archive, and close no bug of it.
  lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs \
    "${packages[@]}"
fi

# dpkg with a root and a database of its own. The packages that midas depends on are not in it.
run_dpkg() {
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(fakeroot)
  # The scripts of the packages find the root in DPKG_ROOT: there is no shell in it.
  "${as_root[@]}" dpkg --root="$root" --log=/dev/null --force-depends --force-not-root \
    --force-script-chrootless "$@" \
    >/dev/null 2>"$scratch/errors" ||
    { cat "$scratch/errors" >&2; exit 1; }
}
# Everything but the database of dpkg.
files() { (cd "$root" && find . -path ./var/lib/dpkg -prune -o -print | sort); }

mkdir -p "$root"/var/lib/dpkg/{info,updates} "$root/etc" "$root/run"
touch "$root"/var/lib/dpkg/{status,available}
# The accounts, among which the package makes that of midas proxy.
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'root:*:20000:0:99999:7:::' >"$root/etc/shadow"
echo 'root:*::' >"$root/etc/gshadow"
cp -r "$root/etc" "$scratch/etc"
# Every change of an account makes these.
touch "$root"/etc/{passwd,group,shadow,gshadow}- "$root/etc/.pwd.lock"
files >"$scratch/before"
run_dpkg --install "${packages[@]}"
for name in "${names[@]}"; do
  [ -f "$root/usr/share/doc/$name/copyright" ] || fail "$name has no copyright"
done
[ "$("$root/usr/bin/midas" --version)" = "midas $version" ] || fail "midas --version"
size=$(stat -c %s "$root"/usr/lib/*/"libmidas.so.$version")
[ "$size" -le 1500000 ] || fail "the shared library takes $size bytes; docs/packaging.md says 1.5 MB at most"
[ -f "$root/usr/share/man/man1/midas-token.1.gz" ] || fail "the manual page of midas token is missing"
cmp "$root/usr/lib/systemd/system/midas-proxy.service" deploy/systemd/midas-proxy.service ||
  fail "the unit of systemd"
cmp "$root/usr/lib/systemd/system/midas-proxy.socket" deploy/systemd/midas-proxy.socket ||
  fail "the socket unit of systemd"
grep -q '^midas-proxy:.*/nologin$' "$root/etc/passwd" || fail "the user of midas proxy is missing"
[ -z "$(find "$root/etc/systemd" -type l 2>/dev/null)" ] || fail "a unit is enabled"
"$root/usr/bin/midas" proxy --check-config --config "$root/etc/midas/proxy.json" ||
  fail "the configuration of midas proxy"
tests/packaging/adapters.sh "$root/usr" "$scratch/adapters"
for way in installed pkg_config; do
  tests/consumers/run.sh "$way" "$root/usr" "$scratch/$way" g++
done

# What its administrator and the service leave.
mkdir -p "$root"/etc/systemd/system/{multi-user,sockets}.target.wants "$root/run/midas"
ln -s /lib/systemd/system/midas-proxy.service "$root/etc/systemd/system/multi-user.target.wants/"
ln -s /lib/systemd/system/midas-proxy.socket "$root/etc/systemd/system/sockets.target.wants/"
touch "$root/run/midas/proxy.sock"
run_dpkg --remove midas-tools
[ -f "$root/etc/midas/proxy.json" ] || fail "the configuration is removed before the purge"
run_dpkg --purge "${names[@]}"
find "$root/etc/systemd" -depth -type d -empty -delete
files | diff "$scratch/before" - || fail "the packages leave these files behind"
for file in passwd group shadow gshadow; do
  diff "$scratch/etc/$file" "$root/etc/$file" || fail "the packages leave a user behind"
done
grep -q . "$root/var/lib/dpkg/status" && fail "dpkg still knows the packages"
echo "packages: clean"

# The part of with_keyring.sh that runs on a bus with an unlocked keyring.
set -eu
program=$1
path=$2

printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null
# It takes the daemon a moment to appear on the bus.
for _ in $(seq 100); do
  "$program" "$path" load 2>&1 | grep -q "was not provided" || break
  sleep 0.1
done
check() {
  if [ "$1" != "$2" ]; then
    echo "not so: $3: $1" >&2
    exit 1
  fi
}

check "$("$program" "$path" load)" "" "an empty keyring has no tokens"
"$program" "$path" save https://a.example https://b.example
check "$("$program" "$path" load | tr '\n' ';')" \
  "https://a.example token-for-https://a.example;https://b.example token-for-https://b.example;" \
  "another process reads what was saved"
"$program" "$path" remove https://a.example
check "$("$program" "$path" load)" "https://b.example token-for-https://b.example" "one is removed"
check "$(stat -c %s "$path")" 0 "the file has no content"
if grep -rl token-for- "$HOME"; then
  echo "a file has a token in plain text" >&2
  exit 1
fi

# Several processes at once lose no entry.
others=""
for i in 1 2 3 4; do
  "$program" "$path" save "https://$i-1.example" "https://$i-2.example" &
  others="$others $!"
done
for each in $others; do
  wait "$each"
done
check "$("$program" "$path" load | wc -l)" 9 "eight more tokens"

python=${MIDAS_KEYRING_PYTHON:-/usr/bin/python3}
if reason=$("$python" -c 'import gi, msal, msal_extensions' 2>&1); then
  "$python" - "$program" "$path" <<'PYTHON'
import subprocess
import sys

import msal
from msal_extensions import LibsecretPersistence, PersistedTokenCache

program, path = sys.argv[1:]
cache = PersistedTokenCache(LibsecretPersistence(path))
found = list(cache.search(msal.TokenCache.CredentialType.ACCESS_TOKEN,
                          target=["https://b.example"], query={}))
assert [each["secret"] for each in found] == ["token-for-https://b.example"], found
entry = dict(found[0], target="https://msal.example", secret="msal-token")
cache.modify(msal.TokenCache.CredentialType.ACCESS_TOKEN, entry, entry)
lines = subprocess.run([program, path, "load"], check=True, capture_output=True, text=True).stdout
assert "https://msal.example msal-token\n" in lines, lines
assert len(lines.splitlines()) == 10, lines
print("LibsecretPersistence of MSAL", msal.__version__, "shares the secret")
PYTHON
else
  echo "not tried with MSAL: $python: $(echo "$reason" | tail -1)"
fi

# A secret that is not a token cache is kept, and the store works again.
if command -v secret-tool >/dev/null; then
  printf '{"AccessToken": {' | secret-tool store --label=x \
    xdg:schema "$(printf %s "$path" | sha256sum | cut -d' ' -f1)"
  touch "$path"
  if "$program" "$path" load >/dev/null 2>&1; then
    echo "no error for a secret that is not a token cache" >&2
    exit 1
  fi
  check "$("$program" "$path" load)" "" "the store works again"
fi
"$program" "$path" save https://last.example

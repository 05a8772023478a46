#!/usr/bin/env bash
# Compares how fast midas proxy serves a cached token with how fast nginx serves the same bytes as a
# static file: one worker each, in turn, by wrk. Everything is on loopback.
#
#   bench/proxy/run.sh PROGRAM [ROUNDS [SECONDS]]    PROGRAM: the midas program; 3 rounds of 5 seconds
#
# Prints the median requests per second of both and their ratio, and the latency of the proxy at half
# of its load. Exits with status 1 if the ratio is below 0.6 or the 99th percentile is not below 1 ms,
# and with 77 if wrk or nginx is not installed.
set -euo pipefail
program=$(realpath "$1")
rounds=${2:-3}
seconds=${3:-5}
connections=64
here=$(cd "$(dirname "$0")" && pwd)

for tool in wrk nginx curl; do
  if [ -z "$(PATH=$PATH:/usr/sbin type -P "$tool")" ]; then
    echo "bench/proxy/run.sh: $tool is not installed" >&2
    exit 77
  fi
done
PATH=$PATH:/usr/sbin
scratch=$(mktemp -d)
# The worker of an nginx that root starts is another user. The token is a simulated one.
chmod 755 "$scratch"
processes=()
cleanup() {
  for process in "${processes[@]}"; do
    kill "$process" 2>/dev/null || true
    wait "$process" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap cleanup EXIT

# Prints the last word of the first line that matches, as soon as there is one.
wait_for_line() { # PATTERN FILE
  for _ in $(seq 100); do
    if grep -qE "$1" "$2"; then
      grep -oEm1 "$1" "$2"
      return
    fi
    sleep 0.1
  done
  echo "bench/proxy/run.sh: no '$1' in the output of a program" >&2
  cat "$2" >&2
  exit 1
}

"$program" simulate >"$scratch/host" 2>&1 &
processes+=($!)
host=$(wait_for_line 'http://127\.0\.0\.1:[0-9]+' "$scratch/host")
"$program" proxy --listen 127.0.0.1:0 --workers 1 --upstream "$host" >"$scratch/proxy" 2>&1 &
proxy_process=$!
processes+=("$proxy_process")
proxy=$(wait_for_line 'http://127\.0\.0\.1:[0-9]+' "$scratch/proxy")

path='/metadata/identity/oauth2/token'
query='?api-version=2018-02-01&resource=https://vault.azure.net'
mkdir -p "$scratch/files/metadata/identity/oauth2"
curl -sf -H 'Metadata: true' "$proxy$path$query" >"$scratch/files$path"

# A port that is free now.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$scratch/nginx.conf" <<CONFIGURATION
worker_processes 1;
daemon off;
pid $scratch/pid;
error_log $scratch/error_log;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  default_type application/json;
  client_body_temp_path $scratch/body;
  proxy_temp_path $scratch/proxy_temp;
  fastcgi_temp_path $scratch/fastcgi;
  uwsgi_temp_path $scratch/uwsgi;
  scgi_temp_path $scratch/scgi;
  server {
    listen 127.0.0.1:$port;
    root $scratch/files;
  }
}
CONFIGURATION
nginx -c "$scratch/nginx.conf" 2>"$scratch/nginx" &
processes+=($!)
nginx="http://127.0.0.1:$port"
curl -sf --retry 20 --retry-connrefused --retry-delay 1 "$nginx$path$query" >"$scratch/from_nginx"
cmp "$scratch/files$path" "$scratch/from_nginx"

measure() { # SERVER [OPTION...]
  wrk -t1 -d"${seconds}s" -H 'Metadata: true' "${@:2}" "$1$path$query" >"$scratch/wrk"
  if grep -qE 'Non-2xx|Socket errors' "$scratch/wrk"; then
    cat "$scratch/wrk" >&2
    exit 1
  fi
  sed -nE 's/^Requests\/sec: +([0-9]+).*/\1/p' "$scratch/wrk"
}
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

: >"$scratch/of_proxy"
: >"$scratch/of_nginx"
for _ in $(seq "$rounds"); do
  measure "$nginx" -c"$connections" >>"$scratch/of_nginx"
  measure "$proxy" -c"$connections" >>"$scratch/of_proxy"
done
of_nginx=$(median <"$scratch/of_nginx")
of_proxy=$(median <"$scratch/of_proxy")

# At half of the load: as many clients, each of which waits between its requests.
# wrk pauses for whole milliseconds, and about half of one longer than it is told.
pause=1
clients=$((of_proxy * 3 / 4000))
half=$(PAUSE=$pause measure "$proxy" -c"$((clients > 1 ? clients : 1))" --latency -s "$here/pause.lua")
p99=$(sed -nE 's/^ +99% +([0-9.]+)(us|ms|s)$/\1 \2/p' "$scratch/wrk" |
  awk '{ print $1 * ($2 == "us" ? 1 : $2 == "ms" ? 1000 : 1000000) }')
memory=$(awk '/^VmRSS/ { print $2 }' "/proc/$proxy_process/status")

ratio=$(awk "BEGIN { printf \"%.2f\", $of_proxy / $of_nginx }")
echo "nginx, static file:          $of_nginx requests/s"
echo "midas proxy, cached token:   $of_proxy requests/s ($ratio of nginx)"
echo "midas proxy at $half requests/s: 99 % of the answers within $p99 us"
echo "midas proxy, resident memory: $memory kB"
awk "BEGIN { exit !($ratio >= 0.6 && $p99 < 1000) }"

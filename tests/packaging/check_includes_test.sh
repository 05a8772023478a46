#!/usr/bin/env bash
# Tests what scripts/check_includes.sh accepts and rejects, on small trees of one file each.
set -euo pipefail
check=$(cd "$(dirname "$0")/../.." && pwd)/scripts/check_includes.sh
tree=$(mktemp -d "${TMPDIR:-/tmp}/midas-includes-XXXXXX")
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree"/{include/midas/{adapters,detail},messages,transport/curl,published,actors/policies,service,store,adapters,simulator,tools}
echo '#include <string>' >"$tree/include/midas/midas.hpp"
for header in messages/a transport/a transport/curl/a published/a actors/a service/a store/a simulator/a tools/a; do
  : >"$tree/$header.hpp"
done
: >"$tree/include/midas/simulated_host.hpp"

failures=0
try() { # accepts|rejects FILE INCLUDE
  local outcome=accepts kept
  kept=$(cat "$tree/$2" 2>/dev/null || true)
  printf '#include %s\n' "$3" >"$tree/$2"
  "$check" "$tree" >"$tree/output" || outcome=rejects
  if [ "$outcome" != "$1" ]; then
    echo "$outcome $2: #include $3"
    failures=$((failures + 1))
  fi
  if [ -n "$kept" ]; then printf '%s\n' "$kept" >"$tree/$2"; else rm -f "$tree/$2"; fi
}

try accepts messages/b.cpp '<midas/midas.hpp>'
try accepts transport/b.cpp '"messages/a.hpp"'
try accepts actors/b.cpp '"transport/a.hpp"'
try accepts service/b.cpp '"transport/curl/a.hpp"'
try accepts tools/b.cpp '"simulator/a.hpp"'
try accepts messages/b.cpp '<caf/actor.hpp>'
try accepts include/midas/actors.hpp '<caf/actor.hpp>'
try rejects messages/b.cpp '"transport/a.hpp"'
try rejects transport/b.cpp '"transport/curl/a.hpp"'
try rejects transport/b.cpp '"actors/a.hpp"'
try rejects published/b.cpp '"transport/a.hpp"'
try rejects actors/b.cpp '"transport/curl/a.hpp"'
try rejects actors/b.cpp '"service/a.hpp"'
try rejects actors/policies/b.cpp '"published/a.hpp"'
try rejects store/b.cpp '"transport/a.hpp"'
try rejects store/b.cpp '<caf/actor.hpp>'
try rejects adapters/b.cpp '"messages/a.hpp"'
try rejects simulator/b.cpp '"actors/a.hpp"'
try rejects service/b.cpp '"tools/a.hpp"'
try rejects actors/b.cpp '"a.hpp"'
try rejects actors/b.cpp '"missing/a.hpp"'
try rejects actors/b.cpp '"midas/midas.hpp"'
try rejects actors/b.cpp '"include/midas/midas.hpp"'
try rejects actors/b.cpp '<messages/a.hpp>'
try rejects actors/b.cpp '<midas/a.hpp>'
try rejects transport/b.cpp '<caf/actor.hpp>'
try rejects actors/b.cpp '<curl/curl.h>'
try rejects simulator/b.cpp '<fmt/format.h>'
try rejects include/midas/a.hpp '"messages/a.hpp"'
try rejects include/midas/a.hpp '<caf/actor.hpp>'
try rejects include/midas/a.hpp '<unistd.h>'
try rejects include/midas/midas.hpp '<midas/simulated_host.hpp>'
: >"$tree/include/midas/adapters/a.hpp"
try rejects include/midas/midas.hpp '<midas/adapters/a.hpp>'
try rejects include/midas/adapters/a.hpp '<asio/post.hpp>'
mkdir "$tree/messages/caf_compat"
: >"$tree/messages/caf_compat/caf_1.hpp"
try accepts messages/caf_compat.hpp '"messages/caf_compat/caf_1.hpp"'
try accepts messages/caf_compat.cpp '<caf/type_id.hpp>'
try accepts messages/caf_compat.cpp $'<string>\n#if CAF_MAJOR_VERSION < 1\n#endif'
try rejects actors/b.cpp '"messages/caf_compat/caf_1.hpp"'
try rejects actors/b.cpp '<caf/type_id.hpp>'
try rejects actors/b.cpp $'<string>\n#if CAF_MAJOR_VERSION < 1\n#endif'
try accepts messages/caf_compat.cpp $'<string>\nconst char* name = "caf.scheduler.policy";'
try rejects actors/b.cpp $'<string>\nconst char* name = "caf.scheduler.policy";'
try rejects actors/b.cpp $'<string>\nconst char* name = "scheduler.max-threads";'
try rejects include/midas/actors.hpp $'<string>\n#if CAF_VERSION < 1800\n#endif'
lines() { seq -f '// %g' "$1"; }
try accepts actors/b.cpp "<string>"$'\n'"$(lines 298)"
try rejects actors/b.cpp "<string>"$'\n'"$(lines 299)"
try accepts actors/http_actor.cpp "<string>"$'\n'"$(lines 198)"
try rejects actors/http_actor.cpp "<string>"$'\n'"$(lines 199)"
: >"$tree/include/midas/detail/a.hpp"
for ((i = $(find "$tree/include" -name '*.hpp' ! -path '*/detail/*' | wc -l); i < 29; ++i)); do
  : >"$tree/include/midas/header_$i.hpp"
done
try accepts include/midas/last.hpp '<string>'
: >"$tree/include/midas/one_more.hpp"
try rejects include/midas/last.hpp '<string>'
rm "$tree/include/midas/one_more.hpp"
ln -s ../messages/a.hpp "$tree/actors/link.hpp"
try rejects messages/b.cpp '<string>'
exit "$((failures > 0))"

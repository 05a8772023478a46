#!/usr/bin/env bash
# Checks every #include against the rooms of docs/architecture.md: which room may include which; that no
# source but those of caf_compat depends on the version of CAF; that no source is too long; and that there
# are at most 30 public headers.
# Prints "includes: clean"; or prints one line for each fault and exits with status 1.
#
#   scripts/check_includes.sh [ROOT]    ROOT: another tree to check, for the tests of this script
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"

rooms=(include messages transport published actors service store adapters http simulator proxy tools tests bench examples)
present=()
for room in "${rooms[@]}"; do
  if [ -d "$room" ]; then
    present+=("$room")
  fi
done

find "${present[@]}" \( -name '*.hpp' -o -name '*.cpp' -o -name '*.h' -o -name '*.c' -o -type l \) -printf '%y %p\n' | sort | awk '
# The room that a path from the root belongs to. A folder with rules of its own is a room, too.
function room_of(path) {
  if (path ~ /^include\/midas\//) return "include"
  if (path ~ /^(transport\/curl|actors\/policies|tests\/consumers)\//) {
    match(path, /^[^\/]+\/[^\/]+/)
    return substr(path, 1, RLENGTH)
  }
  match(path, /^[^\/]+/)
  return substr(path, 1, RLENGTH)
}

function offends(why) {
  print file ":" line ": " text ": " why
  count++
}

function allow(room, others,   list, i, n) {
  n = split(others, list, " ")
  for (i = 1; i <= n; i++) allowed[room, list[i]] = 1
}

BEGIN {
  # Every room may include itself and the public headers.
  allow("transport", "messages")
  allow("transport/curl", "messages transport")
  allow("published", "messages")
  allow("actors", "messages published transport actors/policies")
  allow("actors/policies", "messages transport")
  allow("service", "messages transport transport/curl published actors actors/policies")
  allow("store", "messages")
  allow("http", "messages")
  allow("simulator", "messages http")
  everything = "messages transport transport/curl published actors actors/policies service store http simulator"
  allow("proxy", "messages transport http")
  allow("tools", everything " proxy")
  allow("tests", everything " proxy tools")
  allow("bench", everything " proxy tools tests")

  # The rooms that may include a library. Every room may include the others: OpenSSL, POSIX, and the
  # standard library.
  libraries["caf"] = " messages actors service tools tests bench examples tests/consumers "
  libraries["curl"] = " transport/curl tests bench examples "
  libraries["rapidjson"] = " http transport service store simulator proxy tools tests bench "
  libraries["libsecret"] = " store "
  libraries["prometheus"] = " proxy tests "
  libraries["boost"] = " http simulator proxy tools tests examples "
  libraries["asio"] = " tests examples "
  libraries["azure"] = " tests bench examples "
  libraries["grpcpp"] = " tests examples "
  libraries["CLI"] = " tools tests "
  libraries["fmt"] = " proxy tools bench "
  libraries["catch2"] = " "
  libraries["rapidcheck"] = " tests "
  libraries["rapidcheck.h"] = " tests "
  libraries["benchmark"] = " bench "
  # This source uses only the URL parser of libcurl, which needs no handle and no loop.
  extra["transport/formats/url.cpp", "curl"] = 1
  # The other tests include this header instead, which takes version 2 or 3 of Catch2.
  extra["tests/support/catch.hpp", "catch2"] = 1
  caf_headers["include/midas/actors.hpp"] = 1
  caf_headers["include/midas/detail/caf_compat.hpp"] = 1
  # The headers that all supported versions of CAF have.
  caf_of_all_versions = " actor actor_cast actor_registry actor_system actor_system_config " \
    "deep_to_string error event_based_actor fwd result scheduled_actor scoped_actor send " \
    "stateful_actor typed_actor typed_event_based_actor "
  adapts_caf["include/midas/detail/caf_compat.hpp"] = 1
  adapts_caf["messages/caf_compat.hpp"] = 1
  adapts_caf["messages/caf_compat.cpp"] = 1
  adapts_caf["messages/caf_compat/caf_0_17.hpp"] = 1
  adapts_caf["messages/caf_compat/caf_1.hpp"] = 1
  adapts_caf["tests/support/virtual_system.hpp"] = 1
  # Compiled only for versions of CAF that have metrics.
  adapts_caf["tests/service/caf_metrics/actor_metrics_test.cpp"] = 1
  # Checks that <midas/midas.hpp> includes no header of CAF.
  adapts_caf["tests/front_door.cpp"] = 1
  # The part of <chrono> that the public API needs, where the standard library has it apart.
  adapts_to["include/midas/detail/time_types.hpp"] = "bits"
  # An adapter may include what it adapts to.
  adapts_to["include/midas/adapters/asio.hpp"] = "asio"
  adapts_to["include/midas/adapters/boost_asio.hpp"] = "boost"
  adapts_to["include/midas/adapters/curl.hpp"] = "curl"
  adapts_to["include/midas/adapters/azure_core.hpp"] = "azure"
  adapts_to["include/midas/adapters/grpc.hpp"] = "grpcpp"
  public_library = "^(tl/|caf/|[a-z_]+$|c[a-z]+$)"
}

function check_caf(name) {
  if (name ~ /^messages\/caf_compat\// && file != "messages/caf_compat.hpp")
    offends("included only by messages/caf_compat.hpp")
  if (name !~ /^caf\// || (file in adapts_caf)) return
  sub(/^caf\//, "", name)
  sub(/\.hpp$/, "", name)
  if (index(caf_of_all_versions, " " name " ") == 0)
    offends("not among the headers that all supported versions of CAF have")
}

function check_quoted(name,   other) {
  if (!(name in exists)) {
    offends("not a path from the root of the repository")
    return
  }
  other = room_of(name)
  if (other == "include") offends("public headers are included as <midas/...>")
  else if (room == "include") offends("a public header may include only public headers")
  else if (other != room && !((room, other) in allowed)) offends(room " may not include " other)
}

function check_angled(name,   first) {
  if (name ~ /^midas\//) {
    if (!(("include/" name) in exists)) offends("not a public header")
    return
  }
  if (name in exists) {
    offends("only public headers are included with <...>")
    return
  }
  first = name
  sub(/\/.*/, "", first)
  if (room == "include") {
    if (first == adapts_to[file] || (file ~ /\.h$/ && name ~ /^std[a-z]+\.h$/)) return
    if (first == "caf" ? !(file in caf_headers) : name !~ public_library)
      offends("a public header may not include this")
  } else if (first in libraries && index(libraries[first], " " room " ") == 0 &&
             !((file, first) in extra)) {
    offends(room " may not include " first)
  }
}

# Checks every public header that <midas/midas.hpp> includes, directly or indirectly.
function check_closure(header,   list, i, n) {
  if (header in reached) return
  reached[header] = 1
  if (header ~ /(host_environment|http_|simulated_|actors\.hpp|caf_compat|adapters\/)/) {
    file = header; line = 1; text = "reached from <midas/midas.hpp>"
    offends("applications would pay for it")
  }
  n = split(includes[header], list, "\n")
  for (i = 1; i <= n; i++) if (list[i] != "") check_closure("include/" list[i])
}

{
  kind = $1
  sub(/^. /, "")
  if (kind == "l") {
    print $0 ":1: a symbolic link: every file has one path"
    count++
    next
  }
  exists[$0] = 1
  files[++total] = $0
}

END {
  for (f = 1; f <= total; f++) {
    file = files[f]
    room = room_of(file)
    line = 0
    if (file ~ /^include\/midas\/.*\.hpp$/ && file !~ /\/detail\//) public_headers++
    while ((getline text < file) > 0) {
      line++
      if (text ~ /(^|[^A-Z_])CAF_((MAJOR|MINOR|PATCH)_)?VERSION/ && !(file in adapts_caf))
        offends("only the sources of caf_compat depend on the version of CAF")
      # The names of these settings differ between versions.
      if (text ~ /"(caf\.)?(scheduler|logger)\.[a-z]/ && !(file in adapts_caf))
        offends("CAF is configured by the functions of messages/caf_compat.hpp")
      if (text !~ /^[ \t]*#[ \t]*include/) continue
      if (match(text, /"[^"]+"/)) {
        name = substr(text, RSTART + 1, RLENGTH - 2)
        check_quoted(name)
        check_caf(name)
      } else if (match(text, /<[^>]+>/)) {
        name = substr(text, RSTART + 1, RLENGTH - 2)
        check_angled(name)
        check_caf(name)
        if (name ~ /^midas\//) includes[file] = includes[file] name "\n"
      } else {
        offends("neither \"room/name.hpp\" nor <library/name>")
      }
    }
    close(file)
    most = file ~ /^actors\/(cache|acquisition|http)_actor\.cpp$/ ? 199 : 299
    if (line > most) {
      print file ":" line ": " line " lines, at most " most " are allowed"
      count++
    }
  }
  if (public_headers > 30) {
    print "include/midas:1: " public_headers " public headers, at most 30 are allowed"
    count++
  }
  if (!("include/midas/midas.hpp" in exists)) {
    print "include/midas/midas.hpp:1: missing"
    count++
  } else {
    check_closure("include/midas/midas.hpp")
  }
  if (count == 0) print "includes: clean"
  exit count > 0
}'

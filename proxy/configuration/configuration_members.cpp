#include "proxy/configuration/configuration_members.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::proxy {
namespace {

constexpr std::int64_t hour = 3'600'000;

constexpr std::array<configuration_member, 21> all_members{{
    {.name = "listeners",
     .type = "list of addresses",
     .meaning = "Where clients connect: `ADDRESS:PORT`, `[ADDRESS]:PORT` or `unix:PATH`. Port 0 "
                "picks a free one. Default: `127.0.0.1:8765`, unless systemd passes sockets."},
    {.name = "allow_non_loopback",
     .type = "true or false",
     .default_text = "false",
     .meaning = "Allows `listeners` and `metrics` at addresses that other machines may reach: "
                "everyone there can then have the machine's tokens."},
    {.name = "upstream",
     .type = "text",
     .default_text = R"("auto")",
     .meaning = "The host that grants the tokens: `auto`, the URL of an IMDS, or the name of a "
                "host (hosts.md)."},
    {.name = "identity_header",
     .type = "text",
     .meaning = "The secret that clients of App Service's protocol send, from 16 to 256 printable "
                "characters. Default: made at start. The file must not be readable by others."},
    {.name = "identity_header_file",
     .type = "path",
     .meaning = "A file in place of `identity_header`: it has the secret, or is created with one. "
                "It belongs to root or to the user of the proxy, and only its owner may write it. "
                "Default: none."},
    {.name = "allowed_hosts",
     .type = "list of names",
     .default_text = "[]",
     .reloads = true,
     .meaning = "Names that clients may call the proxy by, besides `localhost` and the addresses "
                "of its listeners. Requests for other names are refused, so that no web page can "
                "reach the proxy by DNS rebinding."},
    {.name = "allowed_uids",
     .type = "list of numbers",
     .reloads = true,
     .meaning = "The users that may connect. A client whose user is unknown may not. Default: "
                "everyone may."},
    {.name = "tokens",
     .type = "object",
     .default_text = "{}",
     .reloads = true,
     .meaning = "The lists `resources` and `identities`: what clients may ask for."},
    {.name = "users",
     .type = "list of objects",
     .default_text = "[]",
     .reloads = true,
     .meaning = "For single users, `uid` and `tokens`: lists that replace those of the outer "
                "`tokens`."},
    {.name = "workers",
     .type = "number",
     .default_text = "0",
     .range = {0, 64},
     .meaning = "Threads that serve clients. 0: one for each processor, at most 4."},
    {.name = "max_connections",
     .type = "number",
     .default_text = "10000",
     .range = {1, 1'000'000},
     .reloads = true,
     .meaning =
         "Connections of all listeners together. Fewer if the process may not open 256 files "
         "more than that (`LimitNOFILE=`)."},
    {.name = "max_connections_per_client",
     .type = "number",
     .default_text = "0",
     .range = {0, 1'000'000},
     .reloads = true,
     .meaning =
         "Connections of one user, or of one IPv4 address or IPv6 network (/64) if the user is "
         "unknown. 0: a quarter of the connections of all, but at least 64."},
    {.name = "max_header_bytes",
     .type = "number of bytes",
     .default_text = "16384",
     .range = {1'024, 1'048'576},
     .reloads = true,
     .meaning = "The size of request line and header fields."},
    {.name = "header_timeout",
     .type = "duration",
     .default_text = R"("10s")",
     .range = {100, hour},
     .is_duration = true,
     .reloads = true,
     .meaning = "How long a client may take for one request, from its first byte."},
    {.name = "idle_timeout",
     .type = "duration",
     .default_text = R"("2min")",
     .range = {1'000, 24 * hour},
     .is_duration = true,
     .reloads = true,
     .meaning = "How long a connection may be idle between requests."},
    {.name = "request_timeout",
     .type = "duration",
     .default_text = R"("30s")",
     .range = {100, hour},
     .is_duration = true,
     .reloads = true,
     .meaning = "How long a client waits for a token."},
    {.name = "max_cold_keys_per_client",
     .type = "number",
     .default_text = "64",
     .range = {1, 100'000},
     .reloads = true,
     .meaning = "Tokens that are not in memory, and that one client waits for at a time."},
    {.name = "drain_timeout",
     .type = "duration",
     .default_text = R"("25s")",
     .range = {0, hour},
     .is_duration = true,
     .reloads = true,
     .meaning = "How long SIGTERM waits for the requests in progress."},
    {.name = "metrics",
     .type = "address",
     .meaning = "Where metrics and the status page are served, as in `listeners`. Default: "
                "nowhere."},
    {.name = "admin_path",
     .type = "path",
     .meaning = "The Unix socket of the administrator, which has mode 0600. Default: none."},
    {.name = "access_log",
     .type = "path",
     .meaning = "The file that gets a line of JSON for each request; `-`: standard output. "
                "SIGHUP opens it again. Default: none."},
}};

}  // namespace

std::span<const configuration_member> configuration_members() noexcept { return all_members; }

const configuration_member* find_member(std::string_view name) noexcept {
  const auto found = std::ranges::find(all_members, name, &configuration_member::name);
  return found == all_members.end() ? nullptr : &*found;
}

std::string range_text(const configuration_member& member) {
  if (member.range.most == 0) {
    return {};
  }
  const auto text = [&member](std::int64_t number) {
    return member.is_duration ? duration_in_file(number) : std::to_string(number);
  };
  return "from " + text(member.range.least) + " to " + text(member.range.most);
}

std::string duration_in_file(std::int64_t milliseconds) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 4> units{
      {{24 * hour, "d"}, {hour, "h"}, {60'000, "min"}, {1'000, "s"}}};
  for (const auto& [length, name] : units) {
    if (milliseconds != 0 && milliseconds % length == 0) {
      return std::to_string(milliseconds / length).append(name);
    }
  }
  return milliseconds == 0 ? "0s" : std::to_string(milliseconds) + "ms";
}

}  // namespace midas::internal::proxy

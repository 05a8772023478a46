#include "proxy/administration/admin_protocol.hpp"

#include "http/query_string.hpp"
#include "messages/ascii.hpp"
#include "messages/plain_text.hpp"
#include "proxy/access/allowed_tokens.hpp"
#include "proxy/configuration/member_values.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>
#include <utility>

namespace midas::internal::proxy {
namespace {

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void write(json_writer& to, std::string_view text) {
  const auto clean = well_formed(text);
  to.String(clean.data(), static_cast<rapidjson::SizeType>(clean.size()));
}

void write_member(json_writer& to, std::string_view name, std::string_view text) {
  write(to, name);
  write(to, text);
}

// A reply whose body `fill` writes the members of.
template <class Fill>
admin_reply reply(int status, const Fill& fill) {
  rapidjson::StringBuffer text;
  json_writer to{text};
  to.StartObject();
  fill(to);
  to.EndObject();
  return {.status = status, .body = std::string{text.GetString(), text.GetSize()} + "\n"};
}

admin_reply refusal(int status, std::string_view code, std::string_view message) {
  return reply(status, [&](json_writer& to) {
    write_member(to, "error", code);
    write_member(to, "message", message);
  });
}

struct command_row {
  std::string_view path;
  std::string_view method;
};
constexpr std::array<command_row, 4> commands{
    {{"/keys", "GET"}, {"/flush", "POST"}, {"/reload", "POST"}, {"/drain", "POST"}}};

// Empty if the parameter is malformed.
std::optional<key_selection> read_selection(const http::query_string& query) {
  key_selection result;
  if (const auto* const resource = query.find("resource")) {
    result.resource = comparable_resource(*resource);
    if (!result.resource) {
      return std::nullopt;
    }
  }
  if (const auto* const identity = query.find("identity")) {
    if (*identity == any_token || !check_identity_rule(*identity)) {
      return std::nullopt;
    }
    result.identity = ascii::lower(*identity);
  }
  return result;
}

admin_command read_parameters(const command_row& command, const http::request_view& request) {
  const auto query = http::query_string::parse(request.query());
  if (!query || !request.body.empty()) {
    return refusal(400, "malformed", "The query cannot be decoded, or the request has a body.");
  }
  if (const auto* const repeated = query->repeated()) {
    return refusal(400, "repeated_parameter",
                   "A parameter occurs twice: " + quoted_start(*repeated));
  }
  const bool is_flush = command.path == "/flush";
  const auto known = is_flush ? (query->find("resource") != nullptr ? 1U : 0U) +
                                    (query->find("identity") != nullptr ? 1U : 0U)
                              : 0U;
  if (query->size() != known) {
    return refusal(400, "unknown_parameter",
                   is_flush ? "The parameters of /flush are resource and identity."
                            : "This command has no parameters.");
  }
  if (is_flush) {
    auto selected = read_selection(*query);
    return selected ? admin_command{admin::flush{*std::move(selected)}}
                    : admin_command{refusal(
                          400, "invalid_parameter",
                          "resource is a resource or scope; identity is system-assigned, a client "
                          "or object id, or a resource id.")};
  }
  if (command.path == "/keys") {
    return admin::list_keys{};
  }
  return command.path == "/reload" ? admin_command{admin::reload{}} : admin_command{admin::drain{}};
}

void write_key(json_writer& to, const held_key& held, std::chrono::sys_seconds now) {
  to.StartObject();
  write_member(to, "resource", held.key.resource);
  write_member(to, "identity_kind", to_string(held.key.identity.kind()));
  write_member(to, "identity", held.key.identity.id());
  write(to, "expires_on");
  to.Int64(held.expires_on.time_since_epoch().count());
  write(to, "expires_in");
  to.Int64((held.expires_on - now).count());
  write(to, "refresh_in");
  to.Int64(held.refresh_in.count());
  to.EndObject();
}

admin_reply list(administration& proxy, std::chrono::sys_seconds now) {
  auto keys = proxy.keys();
  std::ranges::sort(keys, [](const held_key& left, const held_key& right) {
    return std::tie(left.key.resource, left.key.identity) <
           std::tie(right.key.resource, right.key.identity);
  });
  return reply(200, [&](json_writer& to) {
    write(to, "keys");
    to.StartArray();
    for (const auto& each : keys) {
      write_key(to, each, now);
    }
    to.EndArray();
  });
}

admin_reply reload(administration& proxy) {
  const auto result = proxy.reload();
  if (result) {
    return reply(200, [&result](json_writer& to) {
      for (const bool needs_restart : {false, true}) {
        write(to, needs_restart ? "needs_restart" : "reloaded");
        to.StartArray();
        for (const auto& each : *result) {
          if (each.needs_restart == needs_restart) {
            write(to, each.member);
          }
        }
        to.EndArray();
      }
    });
  }
  return reply(422, [&result](json_writer& to) {
    write_member(to, "error", "invalid_configuration");
    write_member(to, "message", "The configuration is wrong; the old one stays.");
    write(to, "problems");
    to.StartArray();
    for (const auto& each : result.error()) {
      to.StartObject();
      write_member(to, "member", each.member);
      write_member(to, "what", each.what);
      write_member(to, "remedy", each.remedy);
      to.EndObject();
    }
    to.EndArray();
  });
}

}  // namespace

bool may_administrate(const client& who, uid_t self) noexcept {
  return who.uid && (*who.uid == 0 || *who.uid == self);
}

admin_command read_admin_command(const http::request_view& request) {
  const auto found = std::ranges::find(commands, request.path(), &command_row::path);
  if (found == commands.end()) {
    return refusal(404, "not_found", "The paths are /keys, /flush, /reload and /drain.");
  }
  if (request.method != found->method) {
    auto result = refusal(405, "method_not_allowed",
                          "The method of this path is " + std::string{found->method} + ".");
    result.allow = found->method;
    return result;
  }
  return read_parameters(*found, request);
}

admin_reply malformed_admin_request() {
  return refusal(400, "malformed", "This is not HTTP/1.1, or its head is too large.");
}

admin_reply answer_admin(const http::request_view& request, const client& who, uid_t self,
                         administration& proxy, std::chrono::sys_seconds now) {
  if (!may_administrate(who, self)) {
    return refusal(403, "uid_not_allowed", "Only root and the user of the proxy may do this.");
  }
  auto command = read_admin_command(request);
  if (auto* const refused = std::get_if<admin_reply>(&command)) {
    return std::move(*refused);
  }
  if (const auto* const flush = std::get_if<admin::flush>(&command)) {
    const auto count = proxy.flush(flush->selected);
    return reply(200, [count](json_writer& to) {
      write(to, "flushed");
      to.Uint64(count);
    });
  }
  if (std::holds_alternative<admin::list_keys>(command)) {
    return list(proxy, now);
  }
  if (std::holds_alternative<admin::reload>(command)) {
    return reload(proxy);
  }
  proxy.drain();
  return reply(202, [](json_writer& to) {
    write(to, "draining");
    to.Bool(true);
  });
}

}  // namespace midas::internal::proxy

#include "proxy/configuration/configuration_reader.hpp"

#include "proxy/configuration/configuration_fields.hpp"
#include "proxy/configuration/configuration_members.hpp"
#include "proxy/configuration/json_member.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "proxy/configuration/member_values.hpp"
#include "transport/formats/json_object.hpp"

#include <rapidjson/error/en.h>

#include <algorithm>
#include <array>
#include <vector>

namespace midas::internal::proxy {
namespace {

std::optional<listen_address> read_address(const json_member& value) {
  constexpr std::string_view remedy = "Write an address such as \"127.0.0.1:8080\"";
  const auto text = value.text(remedy);
  if (!text) {
    return std::nullopt;
  }
  auto address = parse_listen_address(*text);
  if (!address) {
    value.refuse("is wrong: " + address.error().message, address.error().advice);
    return std::nullopt;
  }
  return *std::move(address);
}

template <class Element>
auto read_list(const json_member& value, std::string_view of_what, const Element& read)
    -> std::optional<std::vector<typename decltype(read(value))::value_type>> {
  const auto elements = value.elements(of_what);
  if (!elements) {
    return std::nullopt;
  }
  std::vector<typename decltype(read(value))::value_type> result;
  for (const auto& each : *elements) {
    if (auto element = read(each)) {
      result.push_back(*std::move(element));
    }
  }
  return result;
}

std::optional<uid_t> read_uid(const json_member& value) {
  const auto number = value.whole_number({0, max_uid});
  return number ? std::optional{static_cast<uid_t>(*number)} : std::nullopt;
}

// Text that `check` accepts.
template <class Check>
std::optional<std::string> read_text(const json_member& value, const Check& check) {
  const auto text = value.text("Write a text in quotes");
  if (!text) {
    return std::nullopt;
  }
  if (const auto valid = check(*text); !valid) {
    value.refuse("is wrong: " + valid.error().message, valid.error().advice);
    return std::nullopt;
  }
  return std::string{*text};
}

token_rules read_rules(const json_member& value) {
  constexpr std::array<std::string_view, 2> names{"resources", "identities"};
  token_rules result;
  for (const auto& [name, member] : value.members(names)) {
    if (name == names[0]) {
      result.resources = read_list(member, "resources", [](const json_member& each) {
        return read_text(each, check_resource_rule);
      });
    } else {
      result.identities = read_list(member, "identities", [](const json_member& each) {
        return read_text(each, check_identity_rule);
      });
    }
  }
  return result;
}

std::optional<user_rules> read_user(const json_member& value) {
  constexpr std::array<std::string_view, 2> names{"uid", "tokens"};
  std::optional<uid_t> uid;
  bool has_uid = false;
  user_rules result;
  for (const auto& [name, member] : value.members(names)) {
    if (name == names[0]) {
      has_uid = true;
      uid = read_uid(member);
    } else {
      result.tokens = read_rules(member);
    }
  }
  if (!has_uid) {
    value.refuse("has no uid", R"(Write the number of the user, such as "uid": 1000)");
  }
  result.uid = uid.value_or(0);
  return uid ? std::optional{result} : std::nullopt;
}

std::optional<secret> read_secret(const json_member& value) {
  const auto text = value.secret_text(secret_advice);
  if (!text) {
    return std::nullopt;
  }
  if (const auto valid = check_secret(*text); !valid) {
    value.refuse(valid.error().message, valid.error().advice);
    return std::nullopt;
  }
  return secret{*text};
}

template <class Target, class Value>
void assign(Target& to, std::optional<Value>&& value) {
  if (value) {
    to = *std::move(value);
  }
}

void read_member(std::string_view name, const json_member& value, proxy_configuration& into) {
  if (const auto* const field = find_field(name); field->set != nullptr) {
    if (const auto number = value.quantity(*find_member(name))) {
      field->set(into, *number);
    }
  } else if (name == "listeners") {
    assign(into.listeners, read_list(value, "addresses", read_address));
  } else if (name == "allow_non_loopback") {
    assign(into.allow_non_loopback, value.flag());
  } else if (name == "upstream") {
    assign(into.upstream, read_text(value, check_upstream));
  } else if (name == "identity_header") {
    assign(into.identity_header, read_secret(value));
  } else if (name == "identity_header_file") {
    assign(into.identity_header_file, read_text(value, check_file_path));
  } else if (name == "allowed_hosts") {
    assign(into.allowed_hosts, read_list(value, "names", [](const json_member& each) {
             return read_text(each, check_host_name);
           }));
  } else if (name == "allowed_uids") {
    into.allowed_uids = read_list(value, "numbers", read_uid);
  } else if (name == "tokens") {
    into.tokens = read_rules(value);
  } else if (name == "users") {
    assign(into.users, read_list(value, "objects", read_user));
  } else if (name == "metrics") {
    into.metrics = read_address(value);
  } else if (name == "admin_path") {
    assign(into.admin_path, read_text(value, check_socket_path));
  } else if (name == "access_log") {
    assign(into.access_log, read_text(value, check_log_path));
  }
}

// `why` is a sentence.
configuration_problems not_json(std::size_t line, std::string_view why) {
  // Text follows that begins with a full stop.
  why.remove_suffix(why.ends_with('.') ? 1 : 0);
  return {{std::string{whole_file},
           "is not valid JSON: line " + std::to_string(line) + ": " + std::string{why},
           R"(Write an object such as {"listeners": ["127.0.0.1:8080"]}, without comments)"}};
}

// Parsing in place overwrites the line breaks.
std::vector<std::size_t> line_breaks(std::string_view text) {
  std::vector<std::size_t> result;
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    result.push_back(at);
  }
  return result;
}

}  // namespace

configuration_result<proxy_configuration> read_configuration(sensitive_string text) {
  const auto breaks = line_breaks(text);
  const auto line_of = [&breaks](std::size_t offset) {
    return static_cast<std::size_t>(std::ranges::lower_bound(breaks, offset) - breaks.begin()) + 1;
  };
  // The parser would end there.
  if (const auto zero = text.find('\0'); zero != sensitive_string::npos) {
    return tl::unexpected{not_json(line_of(zero), "it has a character with the code 0.")};
  }
  // At the end of a character that is cut off, the parser reads beyond the end of the text.
  text.append(json_read_ahead, '\0');
  rapidjson::Document document;
  // The iterative parser does not exhaust the stack on deeply nested input.
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag;
  document.ParseInsitu<flags>(text.data());
  if (document.HasParseError()) {
    return tl::unexpected{not_json(line_of(document.GetErrorOffset()),
                                   rapidjson::GetParseError_En(document.GetParseError()))};
  }
  std::vector<std::string_view> names;
  for (const auto& each : configuration_members()) {
    names.push_back(each.name);
  }
  configuration_problems problems;
  proxy_configuration result;
  const json_member root{document, std::string{whole_file}, problems};
  for (const auto& [name, value] : root.members(names)) {
    read_member(name, value, result);
  }
  if (!problems.empty()) {
    return tl::unexpected{std::move(problems)};
  }
  return result;
}

}  // namespace midas::internal::proxy

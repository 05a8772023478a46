#include "proxy/configuration/member_values.hpp"

#include "messages/ascii.hpp"
#include "messages/guid.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "proxy/access/allowed_tokens.hpp"
#include "transport/formats/url.hpp"
#include <midas/identity_host.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace midas::internal::proxy {
namespace {

unexpected wrong(std::string_view message, std::string_view advice) {
  return fail(errc::invalid_configuration, message, advice);
}

bool is_file_path(std::string_view text) noexcept {
  return text.starts_with('/') && text.back() != '/' && text.find('\0') == std::string_view::npos;
}

}  // namespace

expected<void> check_resource_rule(std::string_view text) {
  if (text == any_token) {
    return {};
  }
  const auto key = make_key({}, text);
  return key ? expected<void>{} : wrong(key.error().message, key.error().advice);
}

expected<void> check_identity_rule(std::string_view text) {
  constexpr std::string_view resource_id_start = "/subscriptions/";
  if (text == any_token || text == system_assigned_text || is_guid(text)) {
    return {};
  }
  if (ascii::lower(std::string{text}).starts_with(resource_id_start)) {
    const auto valid = managed_identity::resource_id(std::string{text}).validate();
    return valid ? expected<void>{} : wrong(valid.error().message, valid.error().advice);
  }
  return wrong(
      quoted_start(text) + " is not an identity",
      "Write \"system-assigned\", a client or object id such as "
      "6a5e2a10-0d4b-4c57-9a7e-1f0de8a8b3c1, a resource id (/subscriptions/...), or \"*\"");
}

expected<void> check_upstream(std::string_view text) {
  if (text == "auto" || read_identity_host(text)) {
    return {};
  }
  if (text.find("://") != std::string_view::npos) {
    const auto url = parse_url(text);
    if (!url) {
      return wrong(url.error().message, url.error().advice);
    }
    const auto without_query = check_no_query(text);
    return without_query ? expected<void>{}
                         : wrong(without_query.error().message, without_query.error().advice);
  }
  std::string names;
  for (const auto host : identity_hosts()) {
    names.append(", ").append(option_name(host));
  }
  return wrong(quoted_start(text) + " is neither a URL nor a host",
               "Write \"auto\", the URL of an IMDS, or one of" + names.substr(1));
}

expected<void> check_secret(std::string_view text) {
  constexpr std::size_t least = 16;
  constexpr std::size_t most = 256;
  if (text.size() < least || text.size() > most) {
    return wrong("has " + std::to_string(text.size()) + " characters", std::string{secret_advice});
  }
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; })) {
    return wrong("has spaces, or characters that are not printable ASCII",
                 std::string{secret_advice});
  }
  return {};
}

expected<void> check_file_path(std::string_view text) {
  if (is_file_path(text)) {
    return {};
  }
  return wrong(quoted_start(text) + " is not the absolute path of a file",
               "Write the path from the root, such as /run/midas/identity-header");
}

expected<void> check_host_name(std::string_view text) {
  constexpr std::size_t max_host_name = 253;
  const bool is_name = std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
  if (is_name && !text.empty() && text.size() <= max_host_name) {
    return {};
  }
  return wrong(quoted_start(text) + " is not the name of a host",
               "Write a name such as midas-proxy.example.svc, without a scheme and a port");
}

expected<void> check_log_path(std::string_view text) {
  if (text == "-" || is_file_path(text)) {
    return {};
  }
  return wrong(quoted_start(text) + " is not the absolute path of a file",
               "Write the path from the root, such as /var/log/midas/access.json, or \"-\" for "
               "standard output");
}

}  // namespace midas::internal::proxy

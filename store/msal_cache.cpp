#include "store/msal_cache.hpp"

#include "messages/ascii.hpp"
#include "store/json_stream.hpp"
#include "store/msal_change.hpp"
#include "store/msal_entry.hpp"

#include <utility>

namespace midas::internal {

namespace {

// Has no early exit, so that the compiler can vectorize the loop.
bool is_printable(std::string_view text) noexcept {
  unsigned char unprintable = 0;
  for (const char c : text) {
    unprintable |= static_cast<unsigned char>(static_cast<unsigned char>(c - ' ') > '~' - ' ');
  }
  return unprintable == 0;
}

// A header carries both.
bool is_sendable(std::string_view token, std::string_view type) noexcept {
  constexpr std::size_t max_type_size = 64;
  return is_printable(token) && !token.starts_with(' ') && !token.ends_with(' ') &&
         is_printable(type) && type.find(' ') == std::string_view::npos &&
         type.size() <= max_type_size;
}

std::optional<stored_token> token_of(const msal_scan& scan, const scanned_entry& entry,
                                     const cache_owner& owner) {
  auto understood = understand(scan, entry, owner);
  const auto token = entry.at(entry_field::secret);
  const auto type = entry.at(entry_field::token_type);
  if (!understood || !understood->is_own || !is_sendable(token, type)) {
    return std::nullopt;
  }
  stored_token result;
  result.identity = std::move(understood->identity);
  result.cached_at = understood->cached_at;
  result.endpoint = understood->endpoint;
  result.grant.token = secret{token};
  if (!type.empty()) {
    result.grant.token_type = type;
  }
  result.grant.resource = entry.at(entry_field::target);
  result.grant.expires_on = understood->expires_on;
  result.grant.refresh_on = read_seconds(entry.at(entry_field::refresh_on));
  return result;
}

}  // namespace

std::string_view msal_client_id(const managed_identity& identity) noexcept {
  return identity.kind() == identity_kind::system_assigned ? msal::system_assigned
                                                           : std::string_view{identity.id()};
}

std::string msal_key(const managed_identity& identity, std::string_view resource) {
  std::string result;
  result.append("-").append(msal::environment).append("-").append(msal::access_token);
  result.append("-").append(msal_client_id(identity)).append("-").append(msal::realm);
  result.append("-").append(resource);
  return ascii::lower(std::move(result));
}

std::optional<std::vector<stored_token>> read_msal_cache(sensitive_string& text,
                                                         const cache_owner& owner) {
  const auto scan = scan_msal_cache(text);
  if (!scan) {
    return std::nullopt;
  }
  std::vector<stored_token> result;
  for (const auto& entry : scan->entries) {
    if (auto token = token_of(*scan, entry, owner)) {
      result.push_back(*std::move(token));
    }
  }
  return result;
}

std::optional<sensitive_string> change_msal_cache(sensitive_string text, const cache_change& change,
                                                  const cache_owner& owner) {
  // Reading overwrites a text, and the changes are made to the same one.
  sensitive_string copy;
  copy.reserve(text.size() + cache_read_ahead);
  copy = text;
  const auto scan = scan_msal_cache(copy);
  if (!scan) {
    return std::nullopt;
  }
  return rewrite_msal_cache(std::move(text), *scan, change, owner);
}

}  // namespace midas::internal

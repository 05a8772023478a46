#include "store/msal_cache.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "store/msal_change.hpp"
#include "store/msal_entry.hpp"

#include <utility>

namespace midas::internal {

namespace {

bool is_readable(std::chrono::sys_seconds time) {
  return read_seconds(seconds_text(time)).has_value();
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

bool is_blank_cache(const sensitive_string& text) noexcept {
  return text.find_first_not_of(" \t\r\n") == sensitive_string::npos;
}

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

expected<void> check_storable(std::span<const stored_token> tokens) {
  for (const auto& token : tokens) {
    const auto& grant = token.grant;
    if (const auto key = make_key(token.identity, grant.resource); !key) {
      return unexpected{key.error()};
    }
    if (!is_readable(token.cached_at) || !is_readable(grant.expires_on)) {
      return fail(errc::store_failed,
                  concat({"a time of the token for ", internal::quoted(grant.resource),
                          " is before 1970 or after the year 9999, so it is not stored"}),
                  "Set stored_token::cached_at and token_grant::expires_on");
    }
    if (grant.token.empty() || !is_sendable(grant.token.reveal(), grant.token_type)) {
      return fail(errc::store_failed,
                  concat({"the token for ", internal::quoted(grant.resource),
                          " is not one that a header can carry, so it is not stored"}),
                  "Store the token as the identity endpoint returned it");
    }
  }
  return {};
}

std::optional<std::vector<stored_token>> read_msal_cache(sensitive_string& text,
                                                         const cache_owner& owner) {
  if (is_blank_cache(text)) {
    return std::vector<stored_token>{};
  }
  const auto scan = scan_msal_cache(text);
  if (!scan) {
    return std::nullopt;
  }
  std::vector<stored_token> result;
  result.reserve(scan->entries.size());
  for (const auto& entry : scan->entries) {
    if (auto token = token_of(*scan, entry, owner)) {
      result.push_back(*std::move(token));
    }
  }
  return result;
}

std::optional<sensitive_string> change_msal_cache(sensitive_string text, const cache_change& change,
                                                  const cache_owner& owner) {
  if (is_blank_cache(text)) {
    text = "{}";
  }
  const auto scan = scan_msal_cache(text);
  if (!scan) {
    return std::nullopt;
  }
  restore_scanned(text, *scan);
  return rewrite_msal_cache(std::move(text), *scan, change, owner);
}

}  // namespace midas::internal

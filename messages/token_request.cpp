#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "messages/token_key_view.hpp"
#include <midas/token_request.hpp>

#include <algorithm>
#include <functional>
#include <string_view>

namespace midas {

using internal::concat;
using internal::fail;
using internal::quoted_start;

namespace {

constexpr std::size_t max_resource_size = 2048;
// More than fits in a WWW-Authenticate header, in which services send challenges.
constexpr std::size_t max_claims_size = 16'384;

std::string_view without_default_scope(std::string_view resource) {
  constexpr std::string_view suffix = "/.default";
  if (resource.ends_with(suffix)) {
    resource.remove_suffix(suffix.size());
  }
  return resource;
}

}  // namespace

std::string to_string(const token_key& key) {
  return concat({key.resource, " for ", to_string(key.identity)});
}

std::string to_string(const token_request& request) {
  std::string result = to_string(token_key{request.identity, request.resource});
  result += request.claims.empty() ? "" : ", with claims";
  result += request.force_refresh ? ", force_refresh" : "";
  return result;
}

expected<token_key> make_key(const token_request& request) {
  if (request.claims.size() > max_claims_size) {
    return fail(errc::invalid_claims,
                concat({"the claims for the resource ", quoted_start(request.resource), " have ",
                        std::to_string(request.claims.size()), " characters; the maximum is ",
                        std::to_string(max_claims_size)}),
                "Pass the claims challenge of one response, decoded from base64");
  }
  return make_key(request.identity, request.resource);
}

expected<token_key> make_key(const managed_identity& identity, std::string_view given) {
  const auto resource = without_default_scope(given);
  if (resource.empty()) {
    return fail(
        errc::invalid_resource,
        given.empty() ? "the resource is empty"
                      : concat({"the resource ", quoted_start(given), " is only /.default"}),
        "Pass the URI of the Azure resource that the token is for, e.g. https://vault.azure.net");
  }
  // '!' to '~', in one comparison.
  const auto is_foreign = [](char c) { return static_cast<unsigned char>(c - '!') > '~' - '!'; };
  if (std::ranges::any_of(resource, is_foreign)) {
    return fail(errc::invalid_resource,
                concat({"the resource ", quoted_start(given),
                        " contains white space, control characters or non-ASCII characters"}),
                "Pass one resource URI or one scope, percent-encoded if necessary");
  }
  if (resource.size() > max_resource_size) {
    return fail(errc::invalid_resource,
                concat({"the resource ", quoted_start(given), " has ",
                        std::to_string(resource.size()), " characters; the maximum is 2048"}),
                "Pass the URI of the Azure resource that the token is for");
  }
  if (auto valid = identity.validate(); !valid) {
    return unexpected{std::move(valid.error())};
  }
  return token_key{identity.folded(), std::string{resource}};
}

std::size_t token_key_hash::operator()(const token_key& key) const noexcept {
  return internal::token_key_view_hash{}(key);
}

namespace internal {

namespace {

std::optional<managed_identity> folded_if_different(const managed_identity& identity) {
  const bool folds_case =
      identity.kind() == identity_kind::client_id || identity.kind() == identity_kind::object_id;
  if (folds_case &&
      std::ranges::any_of(identity.id(), [](char c) { return c != ascii::lower(c); })) {
    return identity.folded();
  }
  return std::nullopt;
}

}  // namespace

request_key_view::request_key_view(const managed_identity& identity, std::string_view resource)
    : folded_(folded_if_different(identity)),
      view_{folded_ ? *folded_ : identity, without_default_scope(resource)} {}

std::size_t token_key_view_hash::operator()(const token_key_view& key) const noexcept {
  const std::hash<std::string_view> hash;
  constexpr std::size_t odd = 0x9e3779b97f4a7c15U;
  return hash(key.resource) ^
         (odd * (hash(key.identity.id()) + static_cast<std::size_t>(key.identity.kind())));
}

}  // namespace internal

}  // namespace midas

#include "actors/support/acquisition_host.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/sha256.hpp"
#include "transport/hosts/host_registry.hpp"

namespace midas::internal {

retry_policy acquisition_host::make_retry_policy() const {
  return retry_policy{profile_of(protocol().host), service_->options.retries};
}

expected<http_request> acquisition_host::encode(const token_request& request) const {
  return protocol().encode(resolve(request, key_->token), refused_token_sha256());
}

bool acquisition_host::is_final(const error& failure) const {
  return is_refusal(profile_of(protocol().host), failure);
}

void acquisition_host::apply_limits(http_request& request) const {
  request.connect_timeout = service_->options.connect_timeout;
  request.total_timeout = service_->options.attempt_timeout;
  request.max_response_bytes = service_->options.max_response_bytes;
}

error acquisition_host::deadline_error(const std::string& resource) const {
  return from_host(make_error(
      errc::deadline_exceeded,
      "no token for " + resource + " from " + protocol().address + " before the caller's deadline",
      "Allow a longer timeout, or check whether the endpoint answers"));
}

attempt_result acquisition_host::read(const token_request& request, http_response response,
                                      unsigned leg) const {
  const auto now = service_->now();
  auto result =
      protocol().decode(resolve(request, key_->token), std::move(response), now.wall, leg);
  if (!result) {
    return failed(std::move(result.error()));
  }
  if (auto* next = std::get_if<http_request>(&*result)) {
    return challenged{std::move(*next)};
  }
  auto& grant = std::get<token_grant>(*result);
  grant.resource = key_->token.resource;
  const auto held = service_->table->find_held(key_->token);
  const bool is_new = !held || !(held->token() == grant.token);
  return token_granted{std::move(grant), is_new, now};
}

attempt_result acquisition_host::read(const caf::error& failure) const {
  if (const auto refused = to_not_admitted(failure)) {
    return attempt_not_admitted{from_host(error_of(*refused)), refused->wait};
  }
  return failed(to_error(failure));
}

attempt_result acquisition_host::failed(error failure) const {
  auto told = from_host(std::move(failure));
  const bool final = is_final(told);
  return attempt_failed{std::move(told), final};
}

error acquisition_host::from_host(error failure) const {
  if (failure.source.empty()) {
    failure.source = protocol().source;
  }
  return failure;
}

// A claims challenge refers to the token that the caller received last, expired or not.
std::string acquisition_host::refused_token_sha256() const {
  if (key_->claims.empty()) {
    return {};
  }
  const auto held = service_->table->find_held(key_->token);
  return held ? sha256_hex(held->token().reveal()) : std::string{};
}

}  // namespace midas::internal

#include "actors/support/acquisition_host.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/sha256.hpp"

namespace midas::internal {

retry_policy acquisition_host::make_retry_policy() const {
  return retry_policy{protocol().host, service_->retries};
}

expected<http_request> acquisition_host::encode(const token_request& request) const {
  return protocol().encode(request, refused_token_sha256());
}

expected<decode_result> acquisition_host::decode(const token_request& request,
                                                 http_response response, unsigned leg) const {
  return protocol().decode(request, std::move(response), service_->now().wall, leg);
}

bool acquisition_host::is_final(const error& failure) const {
  return is_refusal(protocol().host, failure);
}

void acquisition_host::apply_limits(http_request& request) const {
  request.connect_timeout = service_->connect_timeout;
  request.total_timeout = service_->attempt_timeout;
  request.max_response_bytes = service_->max_response_bytes;
}

error acquisition_host::deadline_error(const std::string& resource) const {
  auto result = make_error(
      errc::deadline_exceeded,
      "no token for " + resource + " from " + protocol().address + " before the caller's deadline",
      "Give the request more time, or check whether the endpoint answers");
  add_source(result);
  return result;
}

void acquisition_host::add_source(error& failure) const {
  if (failure.source.empty()) {
    failure.source = protocol().source;
  }
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

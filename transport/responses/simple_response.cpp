#include "transport/responses/simple_response.hpp"

#include "messages/make_error.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <string>
#include <utility>

namespace midas::internal {

expected<token_grant> read_simple_response(std::string_view source, const token_request& request,
                                           http_response response, std::chrono::sys_seconds now) {
  auto key = make_key(request);
  if (!key) {
    return unexpected{std::move(key.error())};
  }
  if (response.status != 200) {
    return unexpected{read_service_error({.source = source, .request = request, .now = now},
                                         std::move(response))};
  }
  auto grant = read_token_response(source, std::move(response), now);
  if (grant) {
    grant->resource = std::move(key->resource);
  }
  return grant;
}

unexpected refuse_identity(std::string_view source, identity_kind kind, std::string_view reason,
                           std::string advice) {
  auto refusal = fail(errc::identity_not_supported,
                      std::string{source} + " takes no " + std::string{to_string(kind)} + ": " +
                          std::string{reason},
                      std::move(advice));
  refusal.value().source = source;
  return refusal;
}

}  // namespace midas::internal

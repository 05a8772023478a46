#include "transport/responses/correlation_id.hpp"

#include "transport/formats/host_text.hpp"
#include "transport/responses/error_body.hpp"

#include <cstddef>

namespace midas::internal {

namespace {

constexpr std::size_t max_length = 120;

}  // namespace

std::string correlation_id_of(const http_response& response) {
  for (const auto* name : {"x-ms-request-id", "x-ms-correlation-request-id"}) {
    if (const auto value = header_value(response, name); !value.empty()) {
      return shown_host_text(value, response.proofs, max_length);
    }
  }
  if (is_success(response.status)) {
    return {};
  }
  // Reading the body overwrites it.
  auto copy = response;
  return read_error_body(copy).correlation_id;
}

}  // namespace midas::internal

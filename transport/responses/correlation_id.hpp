// The id that a host gives an exchange, to quote to its support.
#pragma once

#include "messages/http_message.hpp"

#include <string>

namespace midas::internal {

/// From the header x-ms-request-id or x-ms-correlation-request-id, or from the body of an error;
/// see shown_host_text(). Empty if the response has none.
std::string correlation_id_of(const http_response& response);

}  // namespace midas::internal

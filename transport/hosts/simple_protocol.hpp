// The protocol of a host that answers one request with a token or an error.
#pragma once

#include "transport/hosts/host_protocol.hpp"
#include "transport/responses/simple_response.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

/// How the responses of `host` are read: name and transient statuses from its row.
response_format format_of(identity_host host, std::string_view (*advise)(const error&) = nullptr);

/// The protocol of `host`, whose decode is read_simple_response; `advise` as in response_format,
/// and `default_identity`, which errors name, as in host_protocol.
host_protocol simple_protocol(identity_host host, std::string address,
                              decltype(host_protocol::encode) encode,
                              std::string_view (*advise)(const error&) = nullptr,
                              std::optional<environment_identity> default_identity = {});

}  // namespace midas::internal

#include "transport/hosts/simple_protocol.hpp"

#include "transport/hosts/host_registry.hpp"

#include <utility>

namespace midas::internal {

response_format format_of(identity_host host, std::string_view (*advise)(const error&)) {
  const auto& profile = profile_of(host);
  return {.source = profile.name,
          .transient_statuses = profile.transient_statuses,
          .is_status_code_foreign = profile.is_status_code_foreign,
          .default_identity = std::string{profile.default_identity},
          .url_variable = profile.url_variable,
          .checks_resource = profile.checks_resource,
          .advise = advise};
}

host_protocol simple_protocol(identity_host host, std::string address,
                              decltype(host_protocol::encode) encode,
                              std::string_view (*advise)(const error&),
                              std::optional<environment_identity> default_identity) {
  auto format = format_of(host, advise);
  host_protocol result;
  result.host = host;
  result.source = format.source;
  result.address = std::move(address);
  result.default_identity = std::move(default_identity);
  format.default_identity = default_identity_of(result);
  result.encode = std::move(encode);
  result.decode = [format = std::move(format)](const resolved_request& request,
                                               http_response response, std::chrono::sys_seconds now,
                                               unsigned) {
    return as_decode_result(read_simple_response(format, request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal

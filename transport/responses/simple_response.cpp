#include "transport/responses/simple_response.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <utility>

namespace midas::internal {

expected<token_grant> read_simple_response(const response_format& format,
                                           const resolved_request& request, http_response response,
                                           std::chrono::sys_seconds now) {
  if (response.status == 200) {
    return read_token_response(
        format.source, std::move(response), now,
        format.checks_resource ? std::string_view{request.resource} : std::string_view{});
  }
  auto problem = read_service_error({.source = format.source,
                                     .request = request,
                                     .transient_statuses = format.transient_statuses,
                                     .now = now,
                                     .is_status_code_foreign = format.is_status_code_foreign,
                                     .default_identity = format.default_identity,
                                     .url_variable = format.url_variable},
                                    std::move(response));
  if (format.advise != nullptr) {
    if (const auto advice = format.advise(problem); !advice.empty()) {
      problem.advice = advice;
    }
  }
  return unexpected{std::move(problem)};
}

unexpected refuse_identity(std::string_view source, identity_kind kind, std::string_view reason,
                           std::string_view advice) {
  auto refusal = make_error(
      errc::identity_not_supported,
      concat({source, " cannot select an identity by ", to_string(kind), ": ", reason}), advice);
  refusal.source = source;
  return unexpected{std::move(refusal)};
}

}  // namespace midas::internal

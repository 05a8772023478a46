#include "actors/policies/known_failure.hpp"

#include <string>

namespace midas::internal {

error with_reason(error passed, const known_failure& known,
                  std::chrono::steady_clock::time_point now) {
  const auto& failure = known.failure;
  passed.message += "; the last attempt failed: " + failure.message;
  if (!failure.advice.empty()) {
    passed.advice = "Allow a longer timeout. " + failure.advice;
  }
  passed.http_status = failure.http_status;
  passed.service_code = failure.service_code;
  passed.service_description = failure.service_description;
  passed.correlation_id = failure.correlation_id;
  if (known.next > now) {
    passed.retry_after = std::chrono::ceil<std::chrono::milliseconds>(known.next - now);
  }
  return passed;
}

}  // namespace midas::internal

#include "messages/protocols.hpp"

#include "messages/caller_errors.hpp"
#include "messages/concat.hpp"
#include "messages/fork_watch.hpp"
#include "messages/make_error.hpp"

#include <mutex>
#include <utility>

namespace midas {

namespace {

// The tables of CAF have no lock, and a forked child must not find them half filled.
constinit std::mutex registration_mutex;
const internal::lock_during_fork registration_mutex_in_fork{registration_mutex,
                                                            internal::lock_rank::inner};
constinit bool is_registered = false;

}  // namespace

void init_global_meta_objects() {
  using namespace caf_compat;
  const std::lock_guard lock{registration_mutex};
  if (!std::exchange(is_registered, true)) {
    register_messages<blocks::midas_public, blocks::midas_internal>();
  }
}

caf::error to_caf_error(const error& failure) {
  return caf_compat::make_error(failure.code, failure);
}

error to_error(const caf::error& failure) {
  if (auto details = caf_compat::error_details<errc, error>(failure)) {
    return *std::move(details);
  }
  if (caf_compat::classify(failure) == caf_compat::error_class::request_timeout) {
    return internal::make_error(errc::deadline_exceeded, "the CAF timeout of the request passed",
                                "Pass the timeout in the message, and caf::infinite to CAF");
  }
  return internal::make_error(
      errc::actor_terminated,
      internal::concat(
          {"the actor that received the request has ended (", caf_compat::render(failure), ")"}),
      "Get the cache actor from the token service again and repeat the request");
}

namespace internal {

bool are_messages_registered() {
  return caf_compat::are_messages_registered<caf_compat::blocks::midas_internal>();
}

caf::error to_caf_error(const not_admitted& refused) {
  return caf_compat::make_error(errc::host_busy, refused);
}

std::optional<not_admitted> to_not_admitted(const caf::error& failure) {
  return caf_compat::error_details<errc, not_admitted>(failure);
}

error error_of(const not_admitted& refused) {
  auto result = refused.reason;
  if (!result.retry_after && refused.wait > std::chrono::nanoseconds::zero()) {
    result.retry_after = std::chrono::ceil<std::chrono::milliseconds>(refused.wait);
  }
  return result;
}

error end_error(const caf::error& reason) {
  if (caf_compat::classify(reason) == caf_compat::error_class::orderly_exit) {
    return shutting_down_error();
  }
  return actor_terminated_error();
}

}  // namespace internal

}  // namespace midas

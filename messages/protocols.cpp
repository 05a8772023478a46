#include "messages/protocols.hpp"

#include <utility>

namespace midas {

caf::error to_caf_error(const error& e) { return caf_compat::make_error(e.code, e); }

error end_error(const caf::error& reason) {
  if (caf_compat::classify(reason) == caf_compat::error_class::orderly_exit) {
    return fail(errc::shutting_down, "the token service is shutting down").value();
  }
  return fail(errc::actor_terminated, "the actor that held the request ended", "Ask again").value();
}

error to_error(const caf::error& e) {
  if (auto details = caf_compat::error_details<error>(e)) {
    return *std::move(details);
  }
  if (caf_compat::classify(e) == caf_compat::error_class::request_timeout) {
    return fail(errc::deadline_exceeded, "the actor system's own timeout for the request passed")
        .value();
  }
  return fail(errc::actor_terminated,
              "the actor that was asked has ended, with its token service or by itself (" +
                  caf_compat::render(e) + ")",
              "Ask the token service for its cache actor, and ask again")
      .value();
}

}  // namespace midas

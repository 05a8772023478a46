#include <midas/messages/protocols.hpp>

#include <utility>

namespace midas {

caf::error to_caf_error(const error& e) { return dialect::make_error(e.code, e); }

error to_error(const caf::error& e) {
  if (auto details = dialect::error_details<error>(e)) {
    return *std::move(details);
  }
  error result;
  switch (dialect::classify(e)) {
    case dialect::error_class::request_timeout:
      result.code = errc::deadline_exceeded;
      result.message = "the actor system's own timeout for the request passed";
      break;
    case dialect::error_class::orderly_exit:
      result.code = errc::shutting_down;
      result.message = "the token service has shut down";
      break;
    case dialect::error_class::other:
      result.code = errc::actor_terminated;
      result.message = "the actor that was asked has ended: " + dialect::render(e);
      result.advice = "Ask the token service for its current cache actor, and ask again";
      break;
  }
  return result;
}

}  // namespace midas

#include <midas/messages/events.hpp>

namespace midas {

std::string to_string(const acquisition_request& message) {
  return "acquisition_request(" + to_string(message.request) + ")";
}

std::string to_string(const http_completion& message) {
  return "http_completion(" + std::to_string(message.id) + ", " +
         (message.outcome ? to_string(*message.outcome) : to_string(message.outcome.error())) + ")";
}

std::string to_string(const acquisition_settled& message) {
  return "acquisition_settled(" + message.key.resource + " for " + to_string(message.key.identity) +
         ", received=" + std::to_string(message.received) + ")";
}

}  // namespace midas

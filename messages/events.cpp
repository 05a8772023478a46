#include <midas/messages/events.hpp>

namespace midas {

namespace {

std::string shown(const acquisition_key& key) {
  return key.token.resource + " for " + to_string(key.token.identity) +
         (key.claims.empty() ? "" : ", with claims");
}

}  // namespace

std::string to_string(const acquisition_request& message) {
  return "acquisition_request(" + to_string(message.request) + ")";
}

std::string to_string(const acquisition_settled& message) {
  return "acquisition_settled(" + shown(*message.key) +
         ", received=" + std::to_string(message.received) + ")";
}

std::string to_string(const deadline_set& message) {
  return "deadline_set(" + shown(*message.key) + ")";
}

}  // namespace midas

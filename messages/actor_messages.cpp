#include "messages/actor_messages.hpp"

#include "messages/concat.hpp"

namespace midas::internal {

std::string to_string(const acquisition_key& key) {
  return to_string(key.token) + (key.claims.empty() ? "" : ", with claims");
}

std::string to_string(const acquisition_request& message) {
  return concat({"acquisition_request(", to_string(message.request), ")"});
}

std::string to_string(const idle_report& message) {
  return concat({"idle_report(", to_string(*message.key),
                 ", received=", std::to_string(message.received), ")"});
}

std::string to_string(const not_admitted& message) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(message.wait);
  return concat({"not_admitted(for ", std::to_string(wait.count()), " ms)"});
}

std::string to_string(const withdraw_request& message) {
  return concat({"withdraw_request(ticket ", std::to_string(message.ticket), ")"});
}

std::string to_string(const hasten_request& message) {
  return concat({"hasten_request(ticket ", std::to_string(message.ticket), ")"});
}

std::string to_string(const wait_query& message) {
  return concat({"wait_query(ticket ", std::to_string(message.ticket), ")"});
}

std::string to_string(const wait_answer& message) {
  return concat({"wait_answer(", to_string(message.reason), ")"});
}

std::string to_string(const wait_report_due& message) {
  return concat({"wait_report_due(timer ", std::to_string(message.timer), ")"});
}

std::string to_string(const deadline_set& message) {
  return concat({"deadline_set(", to_string(*message.key), ")"});
}

std::string to_string(const refresh_overdue& message) {
  return concat({"refresh_overdue(", to_string(message.key), ")"});
}

std::string to_string(const phase_timer_due& message) {
  return concat({"phase_timer_due(timer ", std::to_string(message.timer), ")"});
}

std::string to_string(const caller_canceled& message) {
  return concat({"caller_canceled(", to_string(message.key), ")"});
}

std::string to_string(const token_published& message) {
  return concat({"token_published(", to_string(message.key), ")"});
}

}  // namespace midas::internal

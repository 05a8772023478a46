#include "messages/actor_messages.hpp"

namespace midas::internal {

std::string to_string(const acquisition_key& key) {
  return to_string(key.token) + (key.claims.empty() ? "" : ", with claims");
}

std::string to_string(const acquisition_request& message) {
  return "acquisition_request(" + to_string(message.request) + ")";
}

std::string to_string(const idle_report& message) {
  return "idle_report(" + to_string(*message.key) +
         ", received=" + std::to_string(message.received) + ")";
}

std::string to_string(const not_admitted& message) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(message.wait);
  return "not_admitted(for " + std::to_string(wait.count()) + " ms)";
}

std::string to_string(const withdraw_request& message) {
  return "withdraw_request(ticket " + std::to_string(message.ticket) + ")";
}

std::string to_string(const hasten_request& message) {
  return "hasten_request(ticket " + std::to_string(message.ticket) + ")";
}

std::string to_string(const wait_query& message) {
  return "wait_query(ticket " + std::to_string(message.ticket) + ")";
}

std::string to_string(const wait_answer& message) {
  return "wait_answer(" + std::string{to_string(message.reason)} + ")";
}

std::string to_string(const wait_report_due& message) {
  return "wait_report_due(timer " + std::to_string(message.timer) + ")";
}

std::string to_string(const deadline_set& message) {
  return "deadline_set(" + to_string(*message.key) + ")";
}

std::string to_string(const refresh_overdue& message) {
  return "refresh_overdue(" + to_string(message.key) + ")";
}

std::string to_string(const phase_timer_due& message) {
  return "phase_timer_due(timer " + std::to_string(message.timer) + ")";
}

std::string to_string(const caller_canceled& message) {
  return "caller_canceled(" + to_string(message.key) + ")";
}

std::string to_string(const token_published& message) {
  return "token_published(" + to_string(message.key) + ")";
}

}  // namespace midas::internal

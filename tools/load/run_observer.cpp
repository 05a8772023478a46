#include "tools/load/run_observer.hpp"

namespace midas::internal::tools {

run_observer::run_observer(token_service& service)
    : subscription_(service.observe([this](const token_event& event) { handle(event); })) {}

std::vector<fault_span> run_observer::faults() const {
  const std::lock_guard lock{mutex_};
  return merged_spans(faults_);
}

void run_observer::handle(const token_event& event) {
  if (const auto* succeeded = std::get_if<acquisition_succeeded>(&event)) {
    fetched_ += succeeded->answered > 0 ? 1 : 0;
    return;
  }
  const std::lock_guard lock{mutex_};
  if (const auto* chosen = std::get_if<host_chosen>(&event)) {
    host_ = to_string(chosen->host);
  } else if (const auto fault = fault_of(event, host_)) {
    const auto elapsed = std::chrono::steady_clock::now() - began_;
    const auto second = std::chrono::floor<std::chrono::seconds>(elapsed).count();
    faults_[*fault].insert(static_cast<std::uint64_t>(second));
  }
}

}  // namespace midas::internal::tools

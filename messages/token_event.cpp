#include <midas/event_subscription.hpp>
#include <midas/token_event.hpp>

namespace midas {

event_subscription detail::access::make_subscription(std::shared_ptr<const void> registration) {
  return event_subscription{std::move(registration)};
}

namespace {

std::string shown(std::chrono::nanoseconds time) {
  return std::to_string(std::chrono::round<std::chrono::milliseconds>(time).count()) + " ms";
}

struct printer {
  std::string operator()(const acquisition_started& e) const {
    return "acquisition_started(" + to_string(e.key) +
           (e.in_background ? ", in the background)" : ")");
  }
  std::string operator()(const acquisition_joined& e) const {
    return "acquisition_joined(" + to_string(e.key) + ")";
  }
  std::string operator()(const acquisition_retried& e) const {
    return "acquisition_retried(" + to_string(e.key) + ", after " + shown(e.delay) + ", " +
           to_string(e.failure) + ")";
  }
  std::string operator()(const acquisition_succeeded& e) const {
    return "acquisition_succeeded(" + to_string(e.key) + ", in " + shown(e.elapsed) + ", for " +
           std::to_string(e.answered) + ")";
  }
  std::string operator()(const claims_not_passed_on& e) const {
    return "claims_not_passed_on(" + to_string(e.key) + ")";
  }
  std::string operator()(const acquisition_failed& e) const {
    return "acquisition_failed(" + to_string(e.key) + ", in " + shown(e.elapsed) + ", for " +
           std::to_string(e.answered) + ", " + to_string(e.failure) + ")";
  }
  std::string operator()(const host_throttled& e) const {
    return "host_throttled(for " + shown(e.pause) + ")";
  }
  std::string operator()(const host_failing& e) const {
    return "host_failing(for " + shown(e.pause) + ", after " + std::to_string(e.failures) +
           " failures, " + to_string(e.failure) + ")";
  }
  std::string operator()(const host_recovered& /*event*/) const { return "host_recovered()"; }
  std::string operator()(const refresh_scheduled& e) const {
    return "refresh_scheduled(" + to_string(e.key) + ", after " + shown(e.delay) + ")";
  }
  std::string operator()(const refresh_done& e) const {
    return "refresh_done(" + to_string(e.key) + (e.refreshed ? ", refreshed)" : ", not refreshed)");
  }
  std::string operator()(const key_evicted& e) const {
    return "key_evicted(" + to_string(e.key) + ")";
  }
  std::string operator()(const connection_opened& e) const {
    return "connection_opened(" + std::to_string(e.count) + ")";
  }
};

}  // namespace

std::string to_string(const token_event& event) { return std::visit(printer{}, event); }

}  // namespace midas

#include "simulator/faults/fault_injector.hpp"

#include "simulator/faults/faulty_answer.hpp"
#include "simulator/faults/random_sequence.hpp"
#include "simulator/faults/scenarios.hpp"

#include <optional>
#include <string>
#include <utility>

namespace midas::internal::simulator {

fault_injector::fault_injector(const simulated_host_options& options, simulated_protocol& host,
                               clock now)
    : host_(host),
      now_(std::move(now)),
      kind_(options.host),
      latency_(options.latency),
      limit_concurrency_(options.limit_concurrency),
      seed_(options.seed != 0 ? options.seed : draw_seed()),
      start_(now_()),
      journal_(options.journal_size),
      follows_(options.journal_size > 0 || options.limit_concurrency > 0),
      limits_(options.limit_per_second > 0 || options.limit_concurrency > 0),
      window_(options.limit_per_second) {
  set_rules(with_scenario(options.fault_rules, options.scenario));
}

void fault_injector::set_rules(std::string_view json) {
  auto next = std::make_shared<rules_in_force>(
      rules_in_force{fault_schedule(parse_fault_rules(json), kind_, seed_), now_(),
                     std::string(json.empty() ? no_fault_rules : json)});
  const bool has_rules = !next->schedule.empty();
  const std::lock_guard lock(rules_mutex_);
  rules_ = std::move(next);
  has_rules_.store(has_rules, std::memory_order_release);
}

std::string fault_injector::rules_text() const { return rules()->text; }

std::shared_ptr<fault_injector::rules_in_force> fault_injector::rules() const {
  const std::lock_guard lock(rules_mutex_);
  return rules_;
}

void fault_injector::answer(const request_view& request, std::chrono::system_clock::time_point now,
                            response& out) {
  const bool has_work = limits_ || follows_ || has_rules_.load(std::memory_order_acquire);
  if (has_work && host_.is_token_path(request.path())) {
    return answer_token_request(request, now, out);
  }
  host_.answer(request, now, out);
}

void fault_injector::answer_token_request(const request_view& request,
                                          std::chrono::system_clock::time_point now,
                                          response& out) {
  const auto arrived = now_();
  facts_ = facts_of(request);
  if (!admit(arrived)) {
    answer_throttled(host_, out);
    out.resource = facts_.resource;
    return note_throttled(arrived, out);
  }
  // The decision refers to the rules, which another thread may replace meanwhile.
  const auto in_force = rules();
  const auto decided = in_force->schedule.decide(facts_, arrived - in_force->since);
  host_.issuer().forget_recipient();
  if (decided) {
    answer_with_fault(decided->action, host_, request, now, out);
    out.delay = decided->latency.value_or(latency_);
  } else {
    host_.answer(request, now, out);
  }
  out.resource = facts_.resource;
  if (follows_) {
    ++waiting_;
    out.number = journal_.begin({.arrived = arrived,
                                 .resource = facts_.resource,
                                 .client_id = std::string(host_.issuer().recipient()),
                                 .fault = decided ? decided->action.name : std::string{}});
  }
}

bool fault_injector::admit(time_point now) {
  const bool has_room = limit_concurrency_ == 0 || waiting_ < limit_concurrency_;
  return has_room && window_.admit(now);
}

void fault_injector::note_throttled(time_point arrived, const response& out) {
  const auto number = journal_.begin({.arrived = arrived, .resource = facts_.resource});
  journal_.answered(number, out.status, arrived);
  journal_.ended(number, arrived);
}

void fault_injector::answered(std::uint64_t number, int status) {
  journal_.answered(number, status, now_());
}

void fault_injector::ended(std::uint64_t number) {
  --waiting_;
  journal_.ended(number, now_());
}

}  // namespace midas::internal::simulator

#include "proxy/observation/observation.hpp"

#include "proxy/observation/access_log.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal::proxy {

struct observation::worker_record {
  worker_counters counters;
  asker_table askers;
  problem_list problems;
};

struct observation::shared_upstream {
  void note(const token_event& event, wall_time now) {
    const std::lock_guard guard{lock};
    record.note(event, now);
  }

  std::mutex lock;
  upstream_record record;
};

namespace {

constexpr bool is_token(token_result result) noexcept { return result <= token_result::fetched; }

}  // namespace

observation::observation(observation_options options)
    : options_(std::move(options)),
      started_(options_.now()),
      upstream_(std::make_shared<shared_upstream>()) {
  const auto count = std::max(options_.workers, 1U);
  workers_.reserve(count);
  while (workers_.size() < count) {
    workers_.push_back(std::make_unique<worker_record>());
  }
}

observation::~observation() { stop(); }

void observation::follow(token_service& tokens) {
  auto subscription =
      tokens.observe([upstream = upstream_, now = options_.now](const token_event& event) {
        upstream->note(event, now());
      });
  const std::lock_guard lock{service_lock_};
  service_ = &tokens;
  subscription_ = std::move(subscription);
}

void observation::stop() {
  event_subscription ended;
  {
    const std::lock_guard lock{service_lock_};
    service_ = nullptr;
    ended = std::move(subscription_);
  }
}

void observation::note(const token_event& event) { upstream_->note(event, options_.now()); }

void observation::served(unsigned worker, const served_request& request) noexcept {
  auto& record = *workers_[worker];
  record.counters.served(request.result, request.elapsed);
  if (is_token(request.result)) {
    if (request.query != nullptr) {
      record.askers.count(request.who, *request.query, request.at);
    }
  } else {
    record.problems.add(request.result, request.reason, request.who, request.query, request.at);
  }
  if (options_.log != nullptr) {
    options_.log->write(worker, request);
  }
}

void observation::connected(unsigned worker) noexcept { workers_[worker]->counters.connected(); }

void observation::disconnected(unsigned worker) noexcept {
  workers_[worker]->counters.disconnected();
}

void observation::rejected(unsigned worker, const client& who, rejection why) noexcept {
  auto& record = *workers_[worker];
  record.counters.rejected(why);
  const auto now = options_.now();
  record.problems.add(token_result::denied, to_string(why), who, nullptr, now);
  if (options_.log != nullptr) {
    options_.log->write(
        worker, {.who = who, .result = token_result::denied, .reason = to_string(why), .at = now});
  }
}

token_service_statistics observation::statistics() const {
  const std::lock_guard lock{service_lock_};
  return service_ != nullptr ? service_->statistics() : token_service_statistics{};
}

counts observation::count() const {
  counts result;
  for (const auto& each : workers_) {
    each->counters.add_to(result.requests);
  }
  result.service = statistics();
  const std::lock_guard lock{upstream_->lock};
  result.upstream = upstream_->record.totals();
  return result;
}

snapshot observation::look() const {
  snapshot result;
  result.now = options_.now();
  result.started = started_;
  result.version = options_.version;
  result.totals = count();
  for (const auto& each : workers_) {
    each->askers.add_to(result.askers);
    each->problems.add_to(result.problems);
    result.forgotten_requests += each->askers.forgotten();
  }
  result.askers = merged(std::move(result.askers));
  std::ranges::sort(result.problems, std::ranges::greater{}, &problem::last);
  const std::lock_guard lock{upstream_->lock};
  result.host = upstream_->record.host();
  result.keys = upstream_->record.states();
  result.failures = upstream_->record.failures();
  return result;
}

}  // namespace midas::internal::proxy

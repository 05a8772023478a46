#include "tools/load/measure.hpp"

#include "messages/make_error.hpp"
#include "tools/duration.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/callers.hpp"
#include "tools/load/load_host.hpp"
#include "tools/load/progress.hpp"
#include "tools/load/rate.hpp"
#include "tools/load/run_control.hpp"
#include "tools/load/run_observer.hpp"
#include "tools/load/series_sampler.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace midas::internal::tools {

namespace {

// The least memory that a caller takes, measured with 100,000 of them, and rounded down. Of a
// thread, only its own part of the stack.
struct caller_name {
  std::string_view name;
  caller_kind kind;
  std::uint64_t bytes;
};
constexpr std::array<caller_name, 5> caller_names{{{"actors", caller_kind::actors, 1'500},
                                                   {"messages", caller_kind::messages, 1'500},
                                                   {"threads", caller_kind::threads, 10'000},
                                                   {"coroutines", caller_kind::coroutines, 280},
                                                   {"callbacks", caller_kind::callbacks, 280}}};

const caller_name& caller_named(std::string_view name) {
  // The option was checked.
  return *std::ranges::find(caller_names, name, &caller_name::name);
}

load_plan plan_of(const load_arguments& arguments, const token_service_options& service) {
  load_plan plan;
  plan.as = caller_named(arguments.as).kind;
  plan.callers = arguments.callers;
  plan.threads = arguments.threads;
  plan.timeout = arguments.request.timeout;
  plan.service = service;
  plan.fresh_keys = arguments.fresh_keys;
  auto request = request_of(arguments.request);
  request.force_refresh = arguments.force_refresh;
  for (std::size_t i = 0; i < arguments.resources; ++i) {
    request.resource = arguments.request.resource + (i == 0 ? "" : "/" + std::to_string(i));
    plan.requests.push_back(request);
  }
  return plan;
}

std::string describe_model(const load_arguments& arguments) {
  if (!arguments.stages.empty()) {
    return fmt::format("{} stage{}, ", arguments.stages.size(),
                       arguments.stages.size() == 1 ? "" : "s");
  }
  return arguments.rate > 0 ? format_rate(arguments.rate) + ", " : "";
}

std::string describe(const load_arguments& arguments, const load_host& host) {
  auto text = fmt::format("{} {}", arguments.callers,
                          arguments.as == "messages" ? "actors that send messages" : arguments.as);
  if (arguments.as != "threads") {
    text += fmt::format(" on {} thread{}", arguments.threads, arguments.threads == 1 ? "" : "s");
  }
  text += ", " + describe_model(arguments);
  text += arguments.fresh_keys ? "a resource for each request, "
                               : fmt::format("{} resource{}, ", arguments.resources,
                                             arguments.resources == 1 ? "" : "s");
  return text + (arguments.force_refresh ? "forced refreshes, " : "") + host.description;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

load_part part_of(const phase& ended, load_phase_kind kind, const load_counts& counts) {
  return {.kind = kind,
          .elapsed = ended.elapsed(),
          .latencies = ended.latencies(),
          .service_times = ended.service_times(),
          .failures = ended.failures(),
          .counts = counts,
          .missed = ended.missed(),
          .first_error = ended.first_error()};
}

class load_run {
 public:
  load_run(const load_arguments& arguments, const load_host& host, load_result& result)
      : arguments_(arguments),
        host_(host),
        result_(result),
        plan_(plan_of(arguments, host.options)),
        callers_(make_callers(plan_)),
        observer_(callers_->service()) {}

  void run(run_control& control) {
    if (const auto schedule = schedule_of(arguments_)) {
      result_.open_model = true;
      if (arguments_.warm_up.count() > 0) {
        run_phase(control, load_phase_kind::warm_up, "warm-up", *warm_up_schedule_of(arguments_));
      }
      run_phase(control, load_phase_kind::steady, "steady state", *schedule);
    } else {
      run_closed(control);
    }
    result_.faults = observer_.faults();
  }

 private:
  void run_closed(run_control& control) {
    run_phase(control, load_phase_kind::cold, "cold burst", std::chrono::nanoseconds{0});
    // Without a token, the steady state would only repeat the errors.
    if (arguments_.once || result_.parts.back().tokens() == 0) {
      return;
    }
    if (arguments_.warm_up.count() > 0) {
      run_phase(control, load_phase_kind::warm_up, "warm-up", arguments_.warm_up);
    }
    run_phase(control, load_phase_kind::steady, "steady state", arguments_.duration);
  }

  template <class Model>
  void run_phase(run_control& control, load_phase_kind kind, const std::string& name,
                 const Model& model) {
    if (control.is_interrupted()) {
      return;
    }
    phase now{arguments_.callers, model};
    const auto began = phase::clock::now();
    const auto max_buckets =
        arguments_.series_histograms ? max_series_buckets - bucket_count(result_.series) : 0;
    series_sampler sampler{
        now, {began_, kind, [this] { return counts(); }, max_buckets}, result_.series};
    {
      const run_control::phase_in_progress in_progress{control, now, callers_->service()};
      const progress shown{[&now, &name, began] {
        return fmt::format("{}: {}, {} tokens, {} errors, p99 {}", name,
                           format_duration(phase::clock::now() - began), now.tokens(), now.errors(),
                           format_duration(now.latencies().percentile(99)));
      }};
      callers_->run(now);
    }
    const auto counted = sampler.finish();
    result_.parts.push_back(part_of(now, kind, counted));
  }

  // Without --target, requests and connections are counted by the simulator.
  [[nodiscard]] load_counts counts() const {
    const auto service = callers_->service().statistics();
    load_counts result{.fetched = observer_.fetched(),
                       .http_requests = service.http.requests,
                       .connections = service.http.connections_opened,
                       .coalesced = service.coalesced,
                       .cache_hits = service.cache_hits,
                       .refreshes = service.refreshes,
                       .retries = service.retries,
                       .throttled = service.throttled};
    if (host_.simulator) {
      const auto served = host_.simulator->statistics();
      result.http_requests = served.token_requests;
      result.connections = served.connections;
    }
    return result;
  }

  const load_arguments& arguments_;
  const load_host& host_;
  load_result& result_;
  const load_plan plan_;
  const std::unique_ptr<callers> callers_;
  run_observer observer_;
  const phase::clock::time_point began_ = phase::clock::now();
};

}  // namespace

std::string memory_problem(const std::string& as, std::size_t callers, std::uint64_t available) {
  const auto needed = callers * caller_named(as).bytes;
  if (available == 0 || needed <= available) {
    return {};
  }
  return fmt::format("{} callers need at least {:.1f} GB of memory, and {:.1f} GB are available",
                     callers, static_cast<double>(needed) / 1e9,
                     static_cast<double>(available) / 1e9);
}

expected<load_result> measure(const load_arguments& arguments, std::vector<setting> settings) {
  if (const auto problem =
          memory_problem(arguments.as, arguments.callers, available_memory_bytes());
      !problem.empty()) {
    return fail(errc::invalid_configuration, problem, "Use fewer --callers");
  }
  if (const auto schedule = schedule_of(arguments); schedule && schedule->size() == 0) {
    return fail(errc::invalid_configuration, "so short a run has no requests at that rate",
                "Give a longer --duration or a higher --rate");
  }
  run_control control;
  const auto host = make_load_host(arguments);
  if (!host) {
    return unexpected{host.error()};
  }
  load_result result;
  result.what = describe(arguments, *host);
  result.started_at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  result.machine = this_machine();
  result.settings = std::move(settings);
  result.percentiles = arguments.percentiles;
  load_run{arguments, *host, result}.run(control);
  result.interrupted = control.finish();
  result.peak_rss_bytes = peak_rss_bytes();
  for (const auto& wanted : arguments.thresholds) {
    result.thresholds.push_back(evaluate(wanted, result));
  }
  return result;
}

int exit_code_of(const load_result& result, const std::vector<threshold>& thresholds) {
  const auto total = result.total();
  const auto all_end_with = [&total](int code) {
    return std::ranges::all_of(total.failures, [code](const auto& each) {
      return each.second.empty() || exit_code_of(each.first) == code;
    });
  };
  if (total.errors() != 0 && total.tokens() == 0 && all_end_with(bad_usage)) {
    return bad_usage;
  }
  if (!std::ranges::all_of(result.thresholds, &threshold_outcome::passed)) {
    return threshold_not_met;
  }
  if (total.errors() == 0 || std::ranges::any_of(thresholds, &judges_errors)) {
    return success;
  }
  return all_end_with(timed_out) ? timed_out : failure;
}

}  // namespace midas::internal::tools

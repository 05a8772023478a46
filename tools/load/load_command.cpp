#include "tools/command.hpp"
#include "tools/duration.hpp"
#include "tools/exit_code.hpp"
#include "tools/load/callers.hpp"
#include "tools/load/progress.hpp"
#include "tools/load/report.hpp"
#include <midas/simulated_host.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sys/resource.h>

#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <thread>

namespace midas::internal::tools {

namespace {

using namespace std::chrono_literals;

const std::map<std::string, caller_kind> kinds{{"actors", caller_kind::actors},
                                               {"threads", caller_kind::threads},
                                               {"coroutines", caller_kind::coroutines},
                                               {"callbacks", caller_kind::callbacks}};

struct load_arguments {
  std::string target;
  std::string as = "actors";
  std::size_t callers = 10'000;
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::size_t resources = 1;
  std::string resource = "https://vault.azure.net";
  std::chrono::nanoseconds duration = 5s;
  std::chrono::nanoseconds latency = 50ms;
  std::chrono::nanoseconds expires_in = 24h;
  std::chrono::nanoseconds timeout = 30s;
  std::optional<std::size_t> max_in_flight;
  std::optional<std::size_t> requests_per_second;
  bool allow_insecure_endpoint = false;
  bool verbose = false;
  bool once = false;
  bool json = false;
};

// The simulator has no limits. A host that --target names gets the limits of a virtual machine's
// IMDS.
host_limits limits_of(const load_arguments& arguments) {
  const auto standard = arguments.target.empty() ? host_limits{64, 0} : host_limits{};
  return {arguments.max_in_flight.value_or(standard.max_in_flight),
          arguments.requests_per_second.value_or(standard.max_per_second)};
}

load_plan plan_of(const load_arguments& arguments, const std::string& endpoint) {
  load_plan plan;
  plan.as = kinds.at(arguments.as);
  plan.callers = arguments.callers;
  plan.threads = arguments.threads;
  plan.timeout = arguments.timeout;
  plan.service.endpoint = endpoint;
  // The simulator in this process does not know that identity.
  plan.service.identity_from_environment = !arguments.target.empty();
  plan.service.allow_insecure_endpoint = arguments.allow_insecure_endpoint;
  plan.service.limits = limits_of(arguments);
  set_log(plan.service, arguments.verbose);
  for (std::size_t i = 0; i < arguments.resources; ++i) {
    plan.requests.push_back(
        {.resource = arguments.resource + (i == 0 ? "" : "/" + std::to_string(i))});
  }
  return plan;
}

std::unique_ptr<callers> make_callers(const load_plan& plan) {
  switch (plan.as) {
    case caller_kind::actors:
      return make_actor_callers(plan);
    case caller_kind::threads:
      return make_thread_callers(plan);
    case caller_kind::coroutines:
      return make_coroutine_callers(plan);
    case caller_kind::callbacks:
      return make_callback_callers(plan);
  }
  return nullptr;
}

std::string describe(const load_arguments& arguments) {
  auto text = fmt::format("{} {}", arguments.callers, arguments.as);
  if (arguments.as != "threads") {
    text += fmt::format(" on {} thread{}", arguments.threads, arguments.threads == 1 ? "" : "s");
  }
  text +=
      fmt::format(", {} resource{}, ", arguments.resources, arguments.resources == 1 ? "" : "s");
  text += arguments.target.empty()
              ? "simulated host with a latency of " + format_duration(arguments.latency)
              : "host at " + arguments.target;
  return text;
}

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

void run_part(load_report& report, callers& all, const load_arguments& arguments,
              const std::string& name, std::chrono::nanoseconds duration) {
  report.parts.push_back({name, std::make_unique<phase>(arguments.callers, duration)});
  auto& now = *report.parts.back().outcome;
  const auto began = phase::clock::now();
  const progress shown{[&now, &name, began] {
    return fmt::format("{}: {}, {} tokens, {} errors", name,
                       format_duration(phase::clock::now() - began), now.tokens(), now.errors());
  }};
  all.run(now);
}

// Without --target, requests and connections are counted by the simulator.
void add_statistics(load_report& report, const token_service_statistics& counts,
                    const simulated_host* embedded) {
  report.http_requests = counts.http.requests;
  report.connections = counts.http.connections_opened;
  report.coalesced = counts.coalesced;
  report.cache_hits = counts.cache_hits;
  report.refreshes = counts.refreshes;
  report.retries = counts.retries;
  report.throttled = counts.throttled;
  if (embedded != nullptr) {
    const auto served = embedded->statistics();
    report.http_requests = served.token_requests;
    report.connections = served.connections;
  }
}

std::unique_ptr<simulated_host> make_embedded_host(const load_arguments& arguments) {
  if (!arguments.target.empty()) {
    return nullptr;
  }
  simulated_host_options options;
  options.latency = arguments.latency;
  options.expires_in = std::chrono::duration_cast<std::chrono::seconds>(arguments.expires_in);
  return std::make_unique<simulated_host>(options);
}

int print(const load_report& report, bool json) {
  const auto first = report.first_error();
  // There are no figures if the input was invalid and nothing was sent.
  if (!first || exit_code_of(first->code) != bad_usage) {
    fmt::print("{}\n", json ? to_json(report) : to_table(report));
  }
  if (first) {
    print_error("midas load", fmt::format("{} requests failed; first error: {}", report.errors(),
                                          to_string(*first)));
    return exit_code_of(first->code);
  }
  return success;
}

int run_load(const load_arguments& arguments) {
  const auto embedded = make_embedded_host(arguments);
  const auto plan = plan_of(arguments, embedded ? embedded->endpoint() : arguments.target);
  load_report report;
  report.what = describe(arguments);
  token_service_statistics counts;
  {
    const auto all = make_callers(plan);
    run_part(report, *all, arguments, "cold burst", 0s);
    if (!arguments.once && report.errors() == 0) {
      run_part(report, *all, arguments, "steady state", arguments.duration);
    }
    counts = all->service().statistics();
  }
  add_statistics(report, counts, embedded.get());
  report.peak_rss_bytes = peak_rss_bytes();
  return print(report, arguments.json);
}

void add_caller_options(CLI::App& command, load_arguments& arguments) {
  command
      .add_option("--as", arguments.as,
                  "The kind of callers: actors, threads, coroutines or callbacks")
      ->check(CLI::IsMember({"actors", "threads", "coroutines", "callbacks"}))
      ->capture_default_str();
  command.add_option("--callers", arguments.callers, "Number of concurrent callers")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command
      .add_option("--threads", arguments.threads,
                  "Threads that run the callers [one per core]; ignored with --as threads")
      ->check(CLI::Range(1, 1'024));
  command
      .add_option("--resources", arguments.resources,
                  "Number of resources, assigned to the callers in turn")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command
      .add_option("--resource", arguments.resource,
                  "The first resource; the others are this one with a number appended")
      ->check(refuse_option)
      ->capture_default_str();
  auto* duration =
      add_duration(command, "--duration", arguments.duration, "Length of the steady state");
  command.add_flag("--once", arguments.once, "Run only the cold burst")->excludes(duration);
  add_duration(command, "--timeout", arguments.timeout, "How long each caller waits for a token");
}

void add_host_options(CLI::App& command, load_arguments& arguments) {
  auto* target = command
                     .add_option("--target", arguments.target,
                                 "The identity endpoint to use [a simulator in this process]")
                     ->check(refuse_empty)
                     ->check(refuse_option);
  add_duration(command, "--latency", arguments.latency,
               "Response time of the simulator in this process")
      ->excludes(target);
  add_duration(command, "--expires-in", arguments.expires_in, "Lifetime of the simulator's tokens")
      ->excludes(target);
  command
      .add_option("--max-in-flight", arguments.max_in_flight,
                  "Maximum HTTP requests in flight [5 with --target, else 64]")
      ->check(CLI::Range(1, 100'000));
  command.add_option("--requests-per-second", arguments.requests_per_second,
                     "Maximum HTTP requests per second, 0 for no limit [20 with --target, else 0]");
  command.add_flag("--allow-insecure-endpoint", arguments.allow_insecure_endpoint,
                   "Allow plain http to targets other than loopback and Azure's own");
}

}  // namespace

action add_load_command(CLI::App& program) {
  auto& command = *program.add_subcommand(
      "load",
      "Measure many concurrent callers: a cold burst, in which each requests one token,\n"
      "then a steady state, in which each requests the next as soon as it has one");
  const auto arguments = std::make_shared<load_arguments>();
  add_host_options(command, *arguments);
  add_caller_options(command, *arguments);
  command.add_flag("--json", arguments->json, "Print one JSON object instead of the table");
  add_verbose(command, arguments->verbose);
  command.footer(exit_codes_help);
  return [arguments] { return run_load(*arguments); };
}

}  // namespace midas::internal::tools

#include "tools/load/load_arguments.hpp"

#include "tools/command.hpp"
#include "tools/load/percentiles.hpp"
#include "tools/load/rate.hpp"
#include "transport/hosts/host_registry.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string_view>

namespace midas::internal::tools {

namespace {

// An option whose text `parse` converts to an expected<Value>.
template <class Value>
CLI::Option* add_parsed(CLI::App& command, const std::string& name, Value& value,
                        expected<Value> (*parse)(std::string_view),
                        const std::string& description) {
  return command.add_option_function<std::string>(
      name,
      [&value, parse, name](const std::string& text) {
        auto parsed = parse(text);
        if (!parsed) {
          throw CLI::ValidationError(name, usage_error_text(parsed.error()));
        }
        value = *std::move(parsed);
      },
      description);
}

void add_caller_options(CLI::App& command, load_arguments& arguments) {
  command
      .add_option("--as", arguments.as,
                  "The kind of callers: actors that call request_token(), actors that send\n"
                  "messages to the service's actor, threads, coroutines or callbacks")
      ->check(CLI::IsMember({"actors", "messages", "threads", "coroutines", "callbacks"}))
      ->capture_default_str();
  command
      .add_option("--callers", arguments.callers,
                  "Number of concurrent callers; with --rate or --stages, the most requests that\n"
                  "are open at a time")
      ->check(CLI::Range(1, 10'000'000))
      ->capture_default_str();
  command
      .add_option("--threads", arguments.threads,
                  "Threads that run the callers [one per core]; ignored with --as threads")
      ->check(CLI::Range(1, 1'024));
  add_duration(command, "--timeout", arguments.request.timeout,
               "How long each caller waits for a token");
}

void add_token_options(CLI::App& command, load_arguments& arguments) {
  auto* resources = command
                        .add_option("--resources", arguments.resources,
                                    "Number of resources, assigned to the callers in turn")
                        ->check(CLI::Range(1, 1'000'000))
                        ->capture_default_str();
  arguments.request.resource = "https://vault.azure.net";
  command
      .add_option("--resource", arguments.request.resource,
                  "The first resource; the others are this one with a number appended")
      ->check(refuse_option)
      ->capture_default_str();
  auto* force_refresh = command.add_flag(
      "--force-refresh", arguments.force_refresh,
      "Request new tokens from the host, even if one is cached; concurrent requests\n"
      "for the same resource still share one");
  command
      .add_flag("--fresh-keys", arguments.fresh_keys,
                "A new resource for each request, so that each one needs the host")
      ->excludes(resources)
      ->excludes(force_refresh);
  add_identity_options(command, arguments.request,
                       "The identity to use [MANAGED_IDENTITY, else the system-assigned identity]");
}

void add_model_options(CLI::App& command, load_arguments& arguments) {
  auto* duration =
      add_duration(command, "--duration", arguments.duration, "Length of the steady state");
  auto* warm_up = add_duration(command, "--warm-up", arguments.warm_up,
                               "Run for this long before what is measured");
  auto* rate =
      add_parsed(command, "--rate", arguments.rate, &parse_rate,
                 "Requests per second, such as 5000/s or 90/min, whatever the answers do (an\n"
                 "open model): latency counts from the time for which a request was\n"
                 "scheduled");
  rate->type_name("RATE");
  auto* stages = add_parsed(command, "--stages", arguments.stages, &parse_stages,
                            "The same with rates that change: DURATION:RATE holds a rate,\n"
                            "DURATION:RATE..RATE is a linear ramp, such as\n"
                            "10s:0/s..1000/s,30s:1000/s");
  stages->type_name("STAGES")->excludes(rate)->excludes(duration);
  command.add_flag("--once", arguments.once, "Run only the cold burst")
      ->excludes(duration)
      ->excludes(warm_up)
      ->excludes(rate)
      ->excludes(stages);
}

void add_simulator_options(CLI::App& command, load_arguments& arguments, CLI::Option* target) {
  add_duration(command, "--latency", arguments.latency,
               "Response time of the simulator in this process")
      ->excludes(target);
  add_duration(command, "--expires-in", arguments.expires_in, "Lifetime of the simulator's tokens")
      ->excludes(target);
  command
      .add_option("--faults", arguments.faults_file, "A JSON file of fault rules for the simulator")
      ->check(refuse_option)
      ->type_name("FILE")
      ->excludes(target);
}

void add_host_options(CLI::App& command, load_arguments& arguments) {
  auto& request = arguments.request;
  auto* target =
      command
          .add_option(
              "--target", arguments.target,
              "The identity endpoint to use, as a URL, or \"environment\": the host that the\n"
              "environment names [a simulator in this process]")
          ->check(refuse_empty)
          ->check(refuse_option);
  command
      .add_option_function<std::string>(
          "--host",
          [&request](const std::string& name) {
            if (const auto host = read_identity_host(name); !host) {
              throw CLI::ValidationError("--host", usage_error_text(host.error()));
            }
            request.host = name;
          },
          "The kind of host [imds]:\n" + internal::host_options(70))
      ->type_name("HOST");
  add_simulator_options(command, arguments, target);
  command
      .add_option(
          "--max-in-flight", arguments.max_in_flight,
          "Maximum HTTP requests in flight [with --target as for the kind of host, else 64]")
      ->check(CLI::Range(1, 100'000));
  command
      .add_option("--requests-per-second", arguments.requests_per_second,
                  "Maximum HTTP requests per second, 0 for no limit [with --target as for\n"
                  "the kind of host, else 0]")
      ->check(CLI::Range(0, 1'000'000'000));
  command.add_flag("--allow-insecure-endpoint", request.allow_insecure_endpoint,
                   "Allow plain http to targets other than loopback and Azure's own");
}

void add_result_options(CLI::App& command, load_arguments& arguments) {
  add_parsed(command, "--percentiles", arguments.percentiles, &parse_percentiles,
             "The percentiles of latency to show [50,90,99,99.9,99.99]")
      ->type_name("LIST");
  command
      .add_option_function<std::vector<std::string>>(
          "--threshold",
          [&arguments](const std::vector<std::string>& all) {
            for (const auto& text : all) {
              auto parsed = parse_threshold(text);
              if (!parsed) {
                throw CLI::ValidationError("--threshold", usage_error_text(parsed.error()));
              }
              arguments.thresholds.push_back(*std::move(parsed));
            }
          },
          "What the run has to meet, such as \"p99<5ms\" or \"errors<0.1%\"; otherwise the exit\n"
          "code is 4. May be repeated. Known figures:\n" +
              threshold_metrics(70))
      ->type_name("EXPRESSION")
      ->allow_extra_args(false);
  auto* json =
      command.add_flag("--json", arguments.json, "Print one JSON object instead of the table");
  command
      .add_flag("--series-histograms", arguments.series_histograms,
                "With --json: also the histogram of each second, until all have 500,000 buckets")
      ->needs(json);
  command
      .add_option("--hdr", arguments.hdr_file,
                  "Write the distribution of the latencies, in the text form of HdrHistogram")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
  command.add_option("--csv", arguments.csv_file, "Write the figures of each second as CSV")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
}

}  // namespace

void add_load_options(CLI::App& command, load_arguments& arguments) {
  add_host_options(command, arguments);
  add_caller_options(command, arguments);
  add_token_options(command, arguments);
  add_model_options(command, arguments);
  add_result_options(command, arguments);
  add_verbose(command, arguments.request.verbose);
}

std::optional<arrival_schedule> schedule_of(const load_arguments& arguments) {
  if (!arguments.stages.empty()) {
    return arrival_schedule{arguments.stages};
  }
  if (arguments.rate > 0) {
    return arrival_schedule{{{arguments.duration, arguments.rate, arguments.rate}}};
  }
  return std::nullopt;
}

std::optional<arrival_schedule> warm_up_schedule_of(const load_arguments& arguments) {
  const auto schedule = schedule_of(arguments);
  if (!schedule) {
    return std::nullopt;
  }
  const auto& first = schedule->stages().front();
  const auto rate = first.from > 0 ? first.from : first.to;
  return arrival_schedule{{{arguments.warm_up, rate, rate}}};
}

}  // namespace midas::internal::tools

#include "tools/load/load_settings.hpp"

#include "tools/duration.hpp"
#include "tools/load/rate.hpp"
#include "transport/hosts/host_registry.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace midas::internal::tools {

namespace {

setting_value whole_number(std::size_t value) { return static_cast<std::int64_t>(value); }

// In the form of the reports, whatever unit was given, unless three digits would not be exact.
setting_value exact_duration(std::chrono::nanoseconds time) {
  auto text = format_duration(time);
  auto without_space = text;
  std::erase(without_space, ' ');
  const auto shown = parse_duration(without_space);
  return shown && *shown == time ? std::move(text)
                                 : fmt::format("{} ms", static_cast<double>(time.count()) / 1e6);
}

}  // namespace

std::vector<setting> settings_of(const CLI::App& command, const load_arguments& arguments) {
  std::map<std::string, setting_value> effective{
      {"threads", whole_number(arguments.threads)},
      {"timeout", exact_duration(arguments.request.timeout)},
      {"warm-up", exact_duration(arguments.warm_up)},
  };
  if (arguments.percentiles.empty()) {
    effective["percentiles"] = "50,90,99,99.9,99.99";
  }
  if (arguments.rate > 0) {
    effective["rate"] = format_rate(arguments.rate);
  }
  if (!arguments.once && arguments.stages.empty()) {
    effective["duration"] = exact_duration(arguments.duration);
  }
  if (arguments.target.empty()) {
    const auto host = read_identity_host(arguments.request.host.value_or("imds"));
    effective["host"] = std::string{option_name(host.value_or(identity_host::imds))};
    effective["latency"] = exact_duration(arguments.latency);
    effective["expires-in"] = exact_duration(arguments.expires_in);
    effective["max-in-flight"] = whole_number(arguments.max_in_flight.value_or(64));
    effective["requests-per-second"] = whole_number(arguments.requests_per_second.value_or(0));
  }
  return settings_of(command, effective);
}

}  // namespace midas::internal::tools

#include "tools/load/load_settings.hpp"

#include "tools/duration.hpp"
#include "transport/hosts/host_registry.hpp"

namespace midas::internal::tools {

namespace {

setting_value whole_number(std::size_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

std::vector<setting> settings_of(const CLI::App& command, const load_arguments& arguments) {
  std::map<std::string, setting_value> effective{
      {"threads", whole_number(arguments.threads)},
      {"timeout", format_duration(arguments.request.timeout)},
      {"warm-up", format_duration(arguments.warm_up)},
      {"percentiles", "50,90,99,99.9,99.99"},
  };
  if (!arguments.once && arguments.stages.empty()) {
    effective["duration"] = format_duration(arguments.duration);
  }
  if (arguments.target.empty()) {
    effective["host"] = std::string{option_name(identity_host::imds)};
    effective["latency"] = format_duration(arguments.latency);
    effective["expires-in"] = format_duration(arguments.expires_in);
    effective["max-in-flight"] = whole_number(64);
    effective["requests-per-second"] = whole_number(0);
  }
  return settings_of(command, effective);
}

}  // namespace midas::internal::tools

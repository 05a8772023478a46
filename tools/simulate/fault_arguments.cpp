#include "tools/simulate/fault_arguments.hpp"

#include "messages/descriptor.hpp"
#include "simulator/faults/fault_rules.hpp"
#include "simulator/faults/scenarios.hpp"
#include "tools/command.hpp"
#include "tools/duration.hpp"

#include <CLI/CLI.hpp>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace midas::internal::tools {

namespace {

using std::chrono::nanoseconds;

constexpr int service_unavailable = 503;
constexpr int gone = 410;
constexpr std::size_t max_per_second = 1'000'000;

// Empty if the file cannot be read, or has more bytes than that.
std::optional<std::string> content_of(const std::string& name, std::size_t limit) {
  // Opening a FIFO that nobody writes would wait, and no signal would end the simulator.
  const descriptor file{::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (!file.is_open() || ::fcntl(file.number(), F_SETFL, 0) != 0) {
    return std::nullopt;
  }
  std::string text;
  std::array<char, 65'536> part{};
  while (text.size() <= limit) {
    const auto size = ::read(file.number(), part.data(), part.size());
    if (size == 0) {
      return text;
    }
    if (size > 0) {
      text.append(part.data(), static_cast<std::size_t>(size));
    } else if (errno != EINTR) {
      break;
    }
  }
  return std::nullopt;
}

std::string read_file(std::string_view kind, const std::string& name, std::string_view option) {
  constexpr std::size_t max_bytes = std::size_t{16} << 20U;
  auto text = content_of(name, max_bytes);
  if (!text) {
    throw std::invalid_argument(std::string{"cannot read the "}
                                    .append(kind)
                                    .append(" ")
                                    .append(name)
                                    .append("; give ")
                                    .append(option)
                                    .append(" a readable file of at most 16 MiB"));
  }
  return *std::move(text);
}

// An editor that is about to write the file may have emptied it.
void refuse_empty_rules(std::string_view rules) {
  if (rules.empty()) {
    throw std::invalid_argument(R"(the file is empty; to have no rules, write {"rules": []})");
  }
}

// Calls `read`, and names the file in what it throws.
template <class Function>
auto naming(const std::string& file, Function read) {
  try {
    return read();
  } catch (const std::invalid_argument& error) {
    throw std::invalid_argument(file + ": " + error.what());
  }
}

/// Appends rules to a document.
class rule_writer {
 public:
  explicit rule_writer(rapidjson::Document& document)
      : rules_(document.FindMember("rules")->value), memory_(document.GetAllocator()) {}

  void add(rapidjson::Value match, rapidjson::Value action) {
    rules_.PushBack(object("match", std::move(match)).AddMember("action", action, memory_),
                    memory_);
  }

  rapidjson::Value status(int status, std::optional<nanoseconds> retry_after) {
    auto action = object("status", rapidjson::Value(status));
    if (retry_after) {
      const auto seconds = std::chrono::ceil<std::chrono::seconds>(*retry_after).count();
      action.AddMember("headers", object("Retry-After", text(std::to_string(seconds))), memory_);
    }
    return action;
  }

  rapidjson::Value until(nanoseconds end) {
    return object("window", object("to", text(std::to_string(end.count()) + "ns")));
  }

  /// The name must outlive the document.
  rapidjson::Value object(const char* name, rapidjson::Value value) {
    rapidjson::Value result(rapidjson::kObjectType);
    result.AddMember(rapidjson::StringRef(name), value, memory_);
    return result;
  }

 private:
  rapidjson::Value text(const std::string& value) { return {value.c_str(), memory_}; }

  rapidjson::Value& rules_;
  rapidjson::Document::AllocatorType& memory_;
};

CLI::Option* add_rate(CLI::App& command, const std::string& name, double& value,
                      const std::string& description) {
  return command.add_option(name, value, description)
      ->check(CLI::Range(0.0, 1.0))
      ->type_name("0..1");
}

void add_scenario(CLI::App& command, std::string& scenario) {
  std::string description = "Faults that hosts have by their documentation or by reports:\n";
  std::vector<std::string> names;
  for (const auto& each : simulated_scenarios()) {
    names.emplace_back(each.name);
    description.append(each.name).append(": ").append(each.summary).append("\n");
  }
  description.pop_back();
  command.add_option("--scenario", scenario, description)
      ->check(CLI::IsMember(names))
      ->type_name("NAME");
}

void add_common_faults(CLI::App& command, common_faults& faults) {
  auto* const error =
      command.add_option("--error", faults.error, "Respond to token requests with this status")
          ->check(CLI::Range(200, 599))
          ->type_name("STATUS");
  add_rate(command, "--error-rate", faults.error_rate, "Probability of --error [1]")->needs(error);
  add_duration(command, "--unavailable-for", faults.unavailable_for,
               "Respond with 503 for this long after the start");
  add_duration(command, "--gone-for", faults.gone_for,
               "Respond with 410 for this long after the start, as IMDS does during an update");
  command
      .add_option_function<std::string>(
          "--retry-after",
          [&faults](const std::string& given) {
            const auto time = parse_duration(given);
            if (!time) {
              throw CLI::ValidationError("--retry-after", usage_error_text(time.error()));
            }
            faults.retry_after = *time;
          },
          "Add a Retry-After header to these responses; rounded up to whole seconds")
      ->type_name("DURATION");
  add_rate(command, "--reset-rate", faults.reset_rate,
           "Probability of resetting the connection instead of responding [0]");
  command.callback([&faults] {
    const bool has_errors =
        faults.error || faults.unavailable_for.count() > 0 || faults.gone_for.count() > 0;
    if (faults.retry_after && !has_errors) {
      throw CLI::ValidationError(
          "--retry-after", "requires --error, --unavailable-for or --gone-for; add one of them");
    }
  });
}

}  // namespace

std::optional<std::size_t> read_rate(std::string_view text) {
  std::size_t rate = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, rate);
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  if (read.ec != std::errc{} || (!unit.empty() && unit != "/s") || rate > max_per_second) {
    return std::nullopt;
  }
  return rate;
}

void add_fault_options(CLI::App& command, simulated_host_options& options,
                       fault_arguments& arguments) {
  command
      .add_option_function<std::string>(
          "--limit",
          [&options](const std::string& given) {
            const auto rate = read_rate(given);
            if (!rate) {
              throw CLI::ValidationError(
                  "--limit", "\"" + given +
                                 "\" is not a rate; write a whole number per second, at most "
                                 "1000000, such as 20/s");
            }
            options.limit_per_second = *rate;
          },
          "Maximum token requests in any one second; excess requests get 429 [no limit]")
      ->type_name("RATE");
  command.add_option("--concurrency", options.limit_concurrency,
                     "Maximum token requests in flight; excess requests get 429 [no limit]");
  command
      .add_option("--faults", arguments.rules_file,
                  "JSON file of fault rules, read again at SIGHUP; see docs/simulator.md")
      ->type_name("FILE");
  add_scenario(command, arguments.scenario);
  command
      .add_option("--record", arguments.record_file,
                  "Play back a report of midas doctor --json, with made-up tokens")
      ->type_name("FILE");
  command.add_option("--seed", options.seed,
                     "Seed of random faults, to repeat a run; 0 picks one, which is printed [0]");
  command.add_option("--journal", options.journal_size,
                     "Number of recent token requests that GET /journal returns [0]");
  add_common_faults(command, arguments.common);
}

std::optional<recording> recording_of(const fault_arguments& arguments) {
  const auto& file = arguments.record_file;
  if (file.empty()) {
    return std::nullopt;
  }
  const auto report = read_file("report", file, "--record");
  return naming(file, [&report] { return read_recording(report); });
}

std::string fault_rules_of(const fault_arguments& arguments) {
  std::string rules;
  if (const auto& file = arguments.rules_file; !file.empty()) {
    rules = read_file("rules file", file, "--faults");
    naming(file, [&rules] {
      refuse_empty_rules(rules);
      return simulator::parse_fault_rules(rules);
    });
  }
  rules = simulator::with_scenario(with_common_faults(rules, arguments.common), arguments.scenario);
  const auto recorded = recording_of(arguments);
  return recorded ? simulator::joined_rules(rules, recorded->rules) : rules;
}

std::string with_common_faults(std::string_view rules, const common_faults& faults) {
  rapidjson::Document document;
  const auto text = rules.empty() ? std::string_view(R"({"rules":[]})") : rules;
  document.Parse(text.data(), text.size());
  rule_writer writer(document);
  const auto at_random = [&](double probability) {
    return writer.object("probability", rapidjson::Value(probability));
  };
  if (faults.unavailable_for.count() > 0) {
    writer.add(writer.until(faults.unavailable_for),
               writer.status(service_unavailable, faults.retry_after));
  }
  if (faults.gone_for.count() > 0) {
    writer.add(writer.until(faults.gone_for), writer.status(gone, faults.retry_after));
  }
  if (faults.reset_rate > 0) {
    writer.add(at_random(faults.reset_rate),
               writer.object("reset", rapidjson::Value(rapidjson::StringRef("before"))));
  }
  if (faults.error) {
    writer.add(at_random(faults.error_rate), writer.status(*faults.error, faults.retry_after));
  }
  rapidjson::StringBuffer out;
  rapidjson::Writer<rapidjson::StringBuffer> json(out);
  document.Accept(json);
  return {out.GetString(), out.GetSize()};
}

}  // namespace midas::internal::tools

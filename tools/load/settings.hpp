// The settings of a run, as they are written to its results.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// Null, a flag, a number, a text, or the texts of an option that may be repeated.
using setting_value =
    std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>>;

struct setting {
  /// The long name of the option without its dashes.
  std::string name;
  setting_value value;

  friend bool operator==(const setting&, const setting&) = default;
};

/// The value of each option of a command that has been parsed: its value in `effective`, otherwise
/// what was given, otherwise its default; null if it has none. --help is left out.
std::vector<setting> settings_of(const CLI::App& command,
                                 const std::map<std::string, setting_value>& effective);

struct given_option {
  /// The long name without its dashes.
  std::string name;
  /// As they were given. Empty for a flag.
  std::vector<std::string> values;
};

/// The options that were given, those of option groups included. --help is left out.
std::vector<given_option> given_options(const CLI::App& command);

}  // namespace midas::internal::tools

// The commands of the program as data, from which manual pages and completion are written.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

/// What an option takes.
enum class value_kind {
  /// Nothing: a flag.
  none,
  text,
  /// One of `option_text::choices`.
  choice,
  file,
  directory,
};

struct option_text {
  /// With their dashes: "-h", "--help".
  std::vector<std::string> names;
  value_kind kind = value_kind::none;
  /// What --help calls the value, such as DURATION. Empty for a flag.
  std::string value;
  std::vector<std::string> choices;
  /// The range of a number, "1 - 1024".
  std::string range;
  std::string default_value;
  std::string description;
  bool required = false;
  bool repeatable = false;
};

struct option_group {
  /// Empty for the options that are in no group.
  std::string title;
  std::string description;
  std::vector<option_text> options;
};

struct command_text {
  /// The words that run the command: {"midas", "token"}.
  std::vector<std::string> words;
  std::string description;
  std::vector<option_group> groups;
  /// The end of --help without the exit codes. Its lines are not to be filled.
  std::string notes;
  std::vector<command_text> commands;
};

/// Everything that `midas --help` and the --help of each command say.
command_text describe(const CLI::App& program);

/// The command and those below it, each before those below it.
std::vector<const command_text*> with_subcommands(const command_text& command);

/// The words, with `separator` between them.
std::string joined(const std::vector<std::string>& words, const std::string& separator);

/// "VALUE", or "a|b|c" for choices.
std::string placeholder(const option_text& option);

}  // namespace midas::internal::tools

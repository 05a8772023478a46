#include "tools/manual/command_text.hpp"

#include "tools/exit_code.hpp"
#include "transport/hosts/host_registry.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

namespace midas::internal::tools {

namespace {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return parts;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) {
    names.push_back("-" + name);
  }
  for (const auto& name : option.get_lnames()) {
    names.push_back("--" + name);
  }
  return names;
}

// What is between the first `open` and the last `close`. Empty if there are none.
std::string_view between(std::string_view text, char open, char close) {
  const auto begin = text.find(open);
  const auto end = text.rfind(close);
  return begin == std::string_view::npos || end == std::string_view::npos || end < begin
             ? std::string_view{}
             : text.substr(begin + 1, end - begin - 1);
}

// CLI11 joins the name of the type and what the checks accept: "UINT:INT in [1 - 1024]",
// "TEXT:{a,b}".
void read_type(option_text& option, std::string_view type) {
  const auto end = std::min(type.find(':'), type.size());
  const auto checks = type.substr(end);
  option.value = type.substr(0, end);
  option.choices = split(between(checks, '{', '}'), ',');
  option.range = between(checks, '[', ']');
  if (option.value == "HOST") {
    for (const auto& profile : host_profiles()) {
      option.choices.emplace_back(profile.option);
    }
  }
}

value_kind kind_of_value(const option_text& option) {
  if (!option.choices.empty()) {
    return value_kind::choice;
  }
  if (option.value == "FILE" || option.value == "PATH") {
    return value_kind::file;
  }
  return option.value == "DIRECTORY" ? value_kind::directory : value_kind::text;
}

option_text describe(const CLI::Option& option) {
  option_text text;
  text.names = names_of(option);
  text.description = option.get_description();
  text.required = option.get_required();
  if (option.get_items_expected_max() > 0) {
    read_type(text, option.get_type_name());
    text.kind = kind_of_value(text);
    text.default_value = option.get_default_str();
    text.repeatable = option.get_expected_max() > 1;
  }
  return text;
}

// A group of options inherits --help from its command, and CLI11 hides an option by taking it out
// of every group.
bool is_shown(const CLI::App& command, const CLI::Option& option) {
  return !option.get_group().empty() &&
         !(command.get_name().empty() && &option == command.get_help_ptr());
}

option_group group_of(const CLI::App& command, std::string title, std::string description) {
  option_group group{std::move(title), std::move(description), {}};
  for (const auto* option : command.get_options()) {
    if (is_shown(command, *option)) {
      group.options.push_back(describe(*option));
    }
  }
  return group;
}

std::string notes_of(const CLI::App& command) {
  auto notes = command.get_footer();
  if (notes.ends_with(exit_codes_help)) {
    notes.erase(notes.size() - std::string_view{exit_codes_help}.size());
  }
  notes.erase(notes.find_last_not_of('\n') + 1);
  return notes;
}

command_text describe(const CLI::App& command, std::vector<std::string> words) {
  words.push_back(command.get_name());
  command_text text{words, command.get_description(), {}, notes_of(command), {}};
  text.groups.push_back(group_of(command, "", ""));
  for (const auto* below : command.get_subcommands({})) {
    // A group of options is a subcommand without a name.
    if (below->get_name().empty()) {
      text.groups.push_back(group_of(*below, below->get_group(), below->get_description()));
    } else if (!below->get_group().empty()) {
      text.commands.push_back(describe(*below, words));
    }
  }
  return text;
}

}  // namespace

command_text describe(const CLI::App& program) { return describe(program, {}); }

std::vector<const command_text*> with_subcommands(const command_text& command) {
  std::vector<const command_text*> all{&command};
  for (const auto& below : command.commands) {
    const auto more = with_subcommands(below);
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

std::string placeholder(const option_text& option) {
  // The hosts have a name of their own, and a list in the description.
  return option.kind == value_kind::choice && option.value == "TEXT" ? joined(option.choices, "|")
                                                                     : option.value;
}

}  // namespace midas::internal::tools

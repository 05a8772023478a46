#include "tools/load/settings.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace midas::internal::tools {

namespace {

setting_value read_value(const std::string& text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc{} && read.ptr == end) {
    return number;
  }
  return text;
}

bool is_flag(const CLI::Option& option) { return option.get_items_expected_max() == 0; }

setting_value value_of(const CLI::Option& option,
                       const std::map<std::string, setting_value>& effective,
                       const std::string& name) {
  if (is_flag(option)) {
    return option.count() > 0;
  }
  if (const auto found = effective.find(name); found != effective.end()) {
    return found->second;
  }
  if (option.count() > 0) {
    const auto& results = option.results();
    return option.get_expected_max() > 1 ? setting_value{results} : read_value(results.front());
  }
  const auto text = option.get_default_str();
  return text.empty() ? setting_value{} : read_value(text);
}

template <class Visit>
void visit_options(const CLI::App& command, const Visit& visit) {
  for (const auto* option : command.get_options()) {
    if (!option->get_lnames().empty() && option->get_lnames().front() != "help") {
      visit(*option, option->get_lnames().front());
    }
  }
  // A group of options is a subcommand without a name.
  for (const auto* group : command.get_subcommands({})) {
    visit_options(*group, visit);
  }
}

}  // namespace

std::vector<setting> settings_of(const CLI::App& command,
                                 const std::map<std::string, setting_value>& effective) {
  std::vector<setting> result;
  visit_options(command, [&](const CLI::Option& option, const std::string& name) {
    result.push_back({name, value_of(option, effective, name)});
  });
  return result;
}

std::vector<given_option> given_options(const CLI::App& command) {
  std::vector<given_option> result;
  visit_options(command, [&result](const CLI::Option& option, const std::string& name) {
    if (option.count() > 0) {
      result.push_back({name, is_flag(option) ? std::vector<std::string>{} : option.results()});
    }
  });
  return result;
}

}  // namespace midas::internal::tools

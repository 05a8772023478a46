#include "tools/manual/completion.hpp"

#include <fmt/format.h>

#include <map>
#include <string_view>

namespace midas::internal::tools {

namespace {

// Bash splits "--output=raw" into three words. COMP_WORDS are the words, COMP_CWORD is the index of
// the one that is completed.
constexpr const char* script_head = R"(# bash completion for {0}

_{0}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command={0} i words=
  if [[ $current == '=' ]]; then
    current=
  elif [[ $previous == '=' ]]; then
    previous=${{COMP_WORDS[COMP_CWORD - 2]}}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command ${{COMP_WORDS[i]}}" in
      {1}) command+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  COMPREPLY=()
  case "$command $previous" in
)";

constexpr const char* script_middle = R"(  esac
  if [[ -z $words ]]; then
    case "$command" in
)";

constexpr const char* script_tail = R"(    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}

complete -F _{0} {0}
)";

// What completes the value of an option.
std::string bash_action(const option_text& option) {
  const auto paths = [](std::string_view kind) {
    return fmt::format(
        "compopt -o filenames 2>/dev/null\n"
        "      mapfile -t COMPREPLY < <(compgen {} -- \"$current\")\n"
        "      return",
        kind);
  };
  switch (option.kind) {
    case value_kind::choice:
      return fmt::format("words='{}'", joined(option.choices, " "));
    case value_kind::file:
      return paths("-f");
    case value_kind::directory:
      return paths("-d");
    default:
      return "return";
  }
}

// The options that take a value, "'midas token --output'", by what completes the value.
using options_by_action = std::map<std::string, std::vector<std::string>>;

void add_values(options_by_action& options, const command_text& command) {
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      for (const auto& name : option.names) {
        if (option.kind != value_kind::none) {
          options[bash_action(option)].push_back('\'' + joined(command.words, " ") + ' ' + name +
                                                 '\'');
        }
      }
    }
  }
}

std::string value_cases(const options_by_action& options) {
  std::string text;
  for (const auto& [action, names] : options) {
    text += fmt::format("    {})\n      {}\n      ;;\n", joined(names, " | \\\n      "), action);
  }
  return text;
}

std::string words_case(const command_text& command) {
  std::vector<std::string> words;
  for (const auto& below : command.commands) {
    words.push_back(below.words.back());
  }
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      words.insert(words.end(), option.names.begin(), option.names.end());
    }
  }
  return fmt::format("      '{}') words='{}' ;;\n", joined(command.words, " "), joined(words, " "));
}

}  // namespace

std::string bash_completion(const command_text& program) {
  std::vector<std::string> commands;
  options_by_action values;
  std::string words;
  for (const auto* command : with_subcommands(program)) {
    if (command->words.size() > 1) {
      commands.push_back('\'' + joined(command->words, " ") + '\'');
    }
    add_values(values, *command);
    words += words_case(*command);
  }
  const auto& name = program.words.front();
  return fmt::format(script_head, name, joined(commands, " | \\\n        ")) + value_cases(values) +
         script_middle + words + fmt::format(script_tail, name);
}

}  // namespace midas::internal::tools

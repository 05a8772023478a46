#include "tools/manual/completion.hpp"

#include <fmt/format.h>

#include <string_view>

namespace midas::internal::tools {

namespace {

// For a text in single quotes in which `special` characters have a meaning to _arguments or
// _describe.
std::string zsh_text(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '\n') {
      result += ' ';
    } else {
      result += (special.find(c) == std::string_view::npos ? "" : "\\") + std::string{c};
    }
  }
  return result;
}

std::string zsh_action(const option_text& option) {
  switch (option.kind) {
    case value_kind::choice:
      return "(" + joined(option.choices, " ") + ")";
    case value_kind::file:
      return "_files";
    case value_kind::directory:
      return "_files -/";
    default:
      return " ";
  }
}

// One argument of _arguments: '(--a --b)'{--a=,--b=}'[description]:VALUE:action'.
std::string specification(const option_text& option) {
  const bool takes_value = option.kind != value_kind::none;
  std::vector<std::string> forms;
  for (const auto& name : option.names) {
    forms.push_back(takes_value ? name + '=' : name);
  }
  auto text = forms.size() == 1 ? forms.front() : "{" + joined(forms, ",") + "}";
  if (option.repeatable) {
    text = "'*'" + text;
  } else if (forms.size() > 1) {
    text = "'(" + joined(option.names, " ") + ")'" + text;
  }
  text += "'[" + zsh_text(option.description, "[]\\:") + "]";
  if (takes_value) {
    text += ':' + zsh_text(option.value, ":\\") + ':' + zsh_action(option);
  }
  return text + '\'';
}

std::string zsh_function_name(const command_text& command) {
  return '_' + joined(command.words, "_");
}

std::string choose_command(const command_text& command) {
  std::string text =
      "    '1: :->command' '*:: :->arguments'\n  case $state in\n    command)\n"
      "      local -a commands=(\n";
  std::string cases;
  for (const auto& below : command.commands) {
    const auto& name = below.words.back();
    text += fmt::format("        '{}:{}'\n", name, zsh_text(below.description, ":\\"));
    cases += fmt::format("        {}) {} ;;\n", name, zsh_function_name(below));
  }
  return text + "      )\n      _describe command commands\n      ;;\n    arguments)\n" +
         "      case $words[1] in\n" + cases + "      esac\n      ;;\n  esac\n";
}

std::string zsh_function(const command_text& command) {
  auto text = zsh_function_name(command) + "() {\n  local state line\n  _arguments -C \\\n";
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      text += "    " + specification(option) + " \\\n";
    }
  }
  return text + (command.commands.empty() ? "    && return\n" : choose_command(command)) + "}\n\n";
}

}  // namespace

std::string zsh_completion(const command_text& program) {
  auto text = "#compdef " + program.words.front() + "\n\n";
  for (const auto* command : with_subcommands(program)) {
    text += zsh_function(*command);
  }
  return text + zsh_function_name(program) + " \"$@\"\n";
}

}  // namespace midas::internal::tools

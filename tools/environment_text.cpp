#include "tools/environment_text.hpp"

#include "tools/json_writer.hpp"

#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace midas::internal::tools {

namespace {

constexpr std::array<std::pair<std::string_view, environment_format>, 6> formats{
    {{"sh", environment_format::sh},
     {"powershell", environment_format::powershell},
     {"docker", environment_format::docker},
     {"systemd", environment_format::systemd},
     {"kubernetes", environment_format::kubernetes},
     {"json", environment_format::json}}};

std::string replace_each(std::string_view text, char special, std::string_view replacement) {
  std::string result;
  for (const char c : text) {
    if (c == special) {
      result += replacement;
    } else {
      result += c;
    }
  }
  return result;
}

// Within single quotes, the only special character of a POSIX shell is the quote itself.
std::string as_shell(const environment_variable& variable) {
  return "export " + variable.name + "='" + replace_each(variable.value, '\'', R"('\'')") + "'\n";
}

// PowerShell takes typographic quotes for quotes, so that they are doubled as well.
std::string as_powershell(const environment_variable& variable) {
  auto value = replace_each(variable.value, '\'', "''");
  for (const std::string_view quote : {"\u2018", "\u2019", "\u201a", "\u201b"}) {
    for (auto at = value.find(quote); at != std::string::npos;
         at = value.find(quote, at + 2 * quote.size())) {
      value.insert(at, quote);
    }
  }
  return "$env:" + variable.name + " = '" + value + "'\n";
}

// Docker takes everything after the first '=' as it stands.
std::string as_docker(const environment_variable& variable) {
  if (variable.value.find_first_of("\r\n") != std::string::npos) {
    throw std::invalid_argument{"the value of " + variable.name +
                                " has a line break, which the format docker cannot express; "
                                "choose another format"};
  }
  return variable.name + "=" + variable.value + "\n";
}

std::string as_systemd(const environment_variable& variable) {
  auto value = replace_each(variable.value, '\\', R"(\\)");
  value = replace_each(value, '"', R"(\")");
  value = replace_each(value, '\n', R"(\n)");
  // A percent sign begins a specifier.
  value = replace_each(value, '%', "%%");
  return "Environment=\"" + variable.name + "=" + value + "\"\n";
}

// A JSON string is a YAML string. "$(NAME)" would be replaced by the value of NAME.
std::string as_kubernetes(const environment_variable& variable) {
  json_line_writer writer;
  writer.String(replace_each(variable.value, '$', "$$"));
  return "- name: " + variable.name + "\n  value: " + writer.str() + "\n";
}

std::string as_json(std::span<const environment_variable> variables) {
  json_line_writer writer;
  writer.StartObject();
  for (const auto& [name, value] : variables) {
    writer.member(name, value);
  }
  writer.EndObject();
  return writer.str() + "\n";
}

std::string each(std::span<const environment_variable> variables, std::string beginning,
                 std::string (*text)(const environment_variable&)) {
  for (const auto& variable : variables) {
    beginning += text(variable);
  }
  return beginning;
}

}  // namespace

std::vector<std::string> environment_format_names() {
  std::vector<std::string> names;
  names.reserve(formats.size());
  for (const auto& [name, format] : formats) {
    names.emplace_back(name);
  }
  return names;
}

environment_format read_environment_format(const std::string& name) {
  for (const auto& [candidate, format] : formats) {
    if (candidate == name) {
      return format;
    }
  }
  throw std::out_of_range{"no format of environment variables is called " + name};
}

std::string environment_text(environment_format format,
                             std::span<const environment_variable> variables) {
  switch (format) {
    case environment_format::sh:
      return each(variables, {}, as_shell);
    case environment_format::powershell:
      return each(variables, {}, as_powershell);
    case environment_format::docker:
      return each(variables, {}, as_docker);
    case environment_format::systemd:
      return each(variables, "[Service]\n", as_systemd);
    case environment_format::kubernetes:
      return each(variables, "env:\n", as_kubernetes);
    case environment_format::json:
      break;
  }
  return as_json(variables);
}

}  // namespace midas::internal::tools

#include "tools/simulate/environment_text.hpp"

#include "tools/json_writer.hpp"

#include <string_view>

namespace midas::internal::tools {

namespace {

// Within single quotes, the only special character of a POSIX shell is the quote itself.
std::string single_quoted(std::string_view text) {
  std::string result{"'"};
  for (const char c : text) {
    if (c == '\'') {
      result += R"('\'')";
    } else {
      result += c;
    }
  }
  return result + "'";
}

}  // namespace

std::string as_shell(std::span<const environment_variable> variables) {
  std::string text;
  for (const auto& [name, value] : variables) {
    text += "export " + name + "=" + single_quoted(value) + "\n";
  }
  return text;
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

}  // namespace midas::internal::tools

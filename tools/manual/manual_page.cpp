#include "tools/manual/manual_page.hpp"

#include "tools/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace midas::internal::tools {

namespace {

// Characters that roff would interpret, or print as typographic ones that cannot be pasted into a
// shell.
std::string roff_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '~':
        result += "\\(ti";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '\'':
        result += "\\(aq";
        break;
      default:
        result += c;
    }
    if (result.size() == 1 && c == '.') {
      result = "\\&.";
    }
  }
  return result;
}

// --help breaks lines for a terminal; a page is filled to the reader's width.
std::string paragraph(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return roff_text(text) + '\n';
}

std::string unfilled(const std::string& text) {
  std::string result = ".nf\n";
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    result += roff_text(std::string_view{text}.substr(begin, end - begin)) + '\n';
    begin = end + 1;
  }
  return result + ".fi\n";
}

std::string sentence(const std::string& text) {
  return text.empty() || text.ends_with('.') ? text : text + '.';
}

std::string bold(const std::string& text) { return "\\fB" + roff_text(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + roff_text(text) + "\\fR"; }

std::string remarks(const option_text& option) {
  std::string text;
  if (!option.range.empty()) {
    text += " Range: " + option.range + ".";
  }
  if (!option.default_value.empty()) {
    text += " Default: " + option.default_value + ".";
  }
  if (option.required) {
    text += " Required.";
  }
  return text;
}

std::string option_entry(const option_text& option) {
  std::string names;
  for (const auto& name : option.names) {
    names += (names.empty() ? "" : ", ") + bold(name);
  }
  const auto value = option.kind == value_kind::none ? "" : " " + italic(placeholder(option));
  const auto repeated = option.repeatable ? " ..." : "";
  return ".TP\n" + names + value + repeated + '\n' +
         paragraph(sentence(option.description) + remarks(option));
}

std::string options_section(const command_text& command) {
  std::string text = ".SH OPTIONS\n";
  for (const auto& group : command.groups) {
    if (!group.title.empty()) {
      text += ".SS " + roff_text(group.title) + '\n' + paragraph(sentence(group.description));
    }
    for (const auto& option : group.options) {
      text += option_entry(option);
    }
  }
  return text;
}

std::string synopsis(const command_text& command) {
  auto text = ".SH SYNOPSIS\n" + bold(joined(command.words, " "));
  for (const auto& group : command.groups) {
    for (const auto& option : group.options) {
      if (option.required) {
        text += ' ' + bold(option.names.front()) + ' ' + italic(placeholder(option));
      }
    }
  }
  text += " [" + italic("OPTION") + "]...";
  return text + (command.commands.empty() ? "" : ' ' + italic("COMMAND")) + '\n';
}

std::string reference(const command_text& command) { return bold(page_name(command)) + "(1)"; }

std::string commands_section(const command_text& command) {
  if (command.commands.empty()) {
    return {};
  }
  std::string text = ".SH COMMANDS\n";
  for (const auto& below : command.commands) {
    text += ".TP\n" + reference(below) + '\n' + paragraph(sentence(below.description));
  }
  return text;
}

std::string see_also(const command_text& program, const command_text& command) {
  std::string others;
  for (const auto* other : with_subcommands(program)) {
    if (other->words != command.words) {
      others += (others.empty() ? "" : ",\n") + reference(*other);
    }
  }
  return others.empty() ? others : ".SH SEE ALSO\n" + others + '\n';
}

}  // namespace

std::string page_name(const command_text& command) { return joined(command.words, "-"); }

std::string manual_page(const command_text& program, const command_text& command,
                        const std::string& version) {
  auto upper = page_name(command);
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
  auto text =
      fmt::format(".TH {} 1 \"\" \"midas {}\" \"User Commands\"\n", roff_text(upper), version);
  // Words are neither hyphenated nor spread: many of them are meant to be copied.
  text += ".nh\n.ad l\n";
  auto summary = command.description;
  summary.erase(summary.find_last_not_of('.') + 1);
  text += ".SH NAME\n" + roff_text(page_name(command)) + " \\- " + paragraph(summary);
  text += synopsis(command);
  text += ".SH DESCRIPTION\n" + paragraph(sentence(command.description));
  text += commands_section(command) + options_section(command);
  if (!command.notes.empty()) {
    text += ".SH NOTES\n" + unfilled(command.notes);
  }
  return text + ".SH EXIT STATUS\n" + paragraph(exit_codes_help) + see_also(program, command);
}

}  // namespace midas::internal::tools

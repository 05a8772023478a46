#include "transport/formats/plain_value.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <array>

namespace midas::internal {

namespace {

constexpr std::array<std::string_view, 8> margins{"\xef\xbb\xbf", "\xc2\xa0", " ",  "\t",
                                                  "\r",           "\n",       "\v", "\f"};

bool is_in_name(char c) noexcept {
  return ascii::is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
}

bool is_enclosed(std::string_view text, std::string_view begin, std::string_view end) noexcept {
  return text.size() >= begin.size() + end.size() && text.starts_with(begin) && text.ends_with(end);
}

}  // namespace

std::string_view without_margins(std::string_view text) noexcept {
  const auto shorten = [&text](std::string_view margin) {
    const bool at_begin = text.starts_with(margin);
    const bool at_end = !at_begin && text.ends_with(margin);
    text.remove_prefix(at_begin ? margin.size() : 0);
    text.remove_suffix(at_end ? margin.size() : 0);
    return at_begin || at_end;
  };
  while (std::ranges::any_of(margins, shorten)) {
  }
  return text;
}

bool is_guid_or_name(std::string_view text) noexcept {
  constexpr std::size_t guid_in_braces = 38;
  if (text.size() == guid_in_braces && is_enclosed(text, "{", "}")) {
    text = text.substr(1, text.size() - 2);
  }
  return !text.empty() && std::ranges::all_of(text, is_in_name);
}

bool is_one_word(std::string_view text) noexcept {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string_view advice_for_value(std::string_view text) noexcept {
  if (is_enclosed(text, "\"", "\"") || is_enclosed(text, "'", "'")) {
    return "Remove the quotation marks: env files of Docker and others keep them";
  }
  if (is_enclosed(text, "${", "}") || is_enclosed(text, "$(", ")") || is_enclosed(text, "<", ">") ||
      is_enclosed(text, "{{", "}}")) {
    return "Replace the placeholder by the value";
  }
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff") ||
      text.find('\0') != std::string_view::npos) {
    return "Write it as UTF-8: it has the bytes of UTF-16";
  }
  return {};
}

}  // namespace midas::internal

#include "transport/formats/escaped_text.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

namespace midas::internal {

namespace {

using placed_characters = std::span<const placed_character>;

// An escape at the front of a text: its length, and the character that it stands for.
struct escape {
  std::size_t size = 0;
  std::uint32_t code = 0;
};

std::optional<std::uint32_t> digit_of(char c, std::uint32_t base) noexcept {
  const auto value = ascii::is_digit(c)     ? static_cast<std::uint32_t>(c - '0')
                     : c >= 'a' && c <= 'f' ? static_cast<std::uint32_t>(c - 'a') + 10
                                            : base;
  return value < base ? std::optional{value} : std::nullopt;
}

char at(placed_characters text, std::size_t index) noexcept {
  return index < text.size() ? text[index].value : '\0';
}

// `prefix` characters, then between `min_digits` and `max_digits` digits.
std::optional<escape> read_number(placed_characters text, std::size_t prefix,
                                  std::size_t min_digits, std::size_t max_digits,
                                  std::uint32_t base) noexcept {
  escape result{.size = prefix};
  while (result.size < prefix + max_digits) {
    const auto digit = digit_of(at(text, result.size), base);
    if (!digit) {
      break;
    }
    result.code = result.code * base + *digit;
    ++result.size;
  }
  return result.size >= prefix + min_digits ? std::optional{result} : std::nullopt;
}

std::optional<escape> read_backslash(placed_characters text) noexcept {
  switch (const auto kind = at(text, 1)) {
    case 'u':
      return read_number(text, 2, 4, 4, 16);
    case 'x':
      return read_number(text, 2, 2, 2, 16);
    case 'n':
    case 'r':
    case 't':
    case 'b':
    case 'f':
      return escape{.size = 2, .code = ' '};
    case '"':
    case '\'':
    case '/':
    case '\\':
      return escape{.size = 2, .code = static_cast<std::uint32_t>(kind)};
    default:
      return std::nullopt;
  }
}

bool starts_with(placed_characters text, std::string_view word) noexcept {
  return text.size() >= word.size() &&
         std::ranges::equal(text.first(word.size()), word, {}, &placed_character::value);
}

std::optional<escape> read_entity(placed_characters text) noexcept {
  constexpr std::array<std::pair<std::string_view, char>, 5> names{
      {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
  for (const auto& [name, value] : names) {
    if (starts_with(text, name)) {
      return escape{.size = name.size(), .code = static_cast<std::uint32_t>(value)};
    }
  }
  if (!starts_with(text, "&#")) {
    return std::nullopt;
  }
  auto result =
      at(text, 2) == 'x' ? read_number(text, 3, 1, 7, 16) : read_number(text, 2, 1, 7, 10);
  if (result && at(text, result->size) == ';') {
    ++result->size;
  }
  return result;
}

std::optional<escape_kind> kind_of(char first) noexcept {
  switch (first) {
    case '%':
      return escape_kind::url;
    case '\\':
      return escape_kind::json;
    case '&':
      return escape_kind::html;
    default:
      return std::nullopt;
  }
}

std::optional<escape> read_escape(placed_characters text,
                                  std::span<const escape_kind> kinds) noexcept {
  const auto kind = kind_of(text.front().value);
  if (!kind || std::ranges::find(kinds, *kind) == kinds.end()) {
    return std::nullopt;
  }
  switch (*kind) {
    case escape_kind::url:
      return read_number(text, 1, 2, 2, 16);
    case escape_kind::json:
      return read_backslash(text);
    case escape_kind::html:
      return read_entity(text);
  }
  return std::nullopt;
}

void add(placed_text& result, char value, std::size_t begin, std::size_t end) {
  if (static_cast<unsigned char>(value) > ' ' && value != '\x7f') {
    result.push_back({.value = ascii::lower(value), .begin = begin, .end = end});
  }
}

// Bytes stand for themselves in URLs; elsewhere a character above them is one of UTF-8.
void add_code(placed_text& result, const escape& found, bool is_byte, std::size_t begin,
              std::size_t end) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value & 0xffU); };
  if (found.code < 0x80 || is_byte) {
    add(result, byte(found.code), begin, end);
  } else if (found.code < 0x800) {
    add(result, byte(0xc0U | found.code >> 6U), begin, end);
    add(result, byte(0x80U | (found.code & 0x3fU)), begin, end);
  } else {
    // No header value has such characters, so their bytes do not matter.
    add(result, '?', begin, end);
  }
}

}  // namespace

placed_text read_placed(std::string_view text) {
  placed_text result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    add(result, text[i], i, i + 1);
  }
  return result;
}

placed_text without_escapes(const placed_text& text, std::span<const escape_kind> kinds) {
  placed_text result;
  result.reserve(text.size());
  for (placed_characters rest{text}; !rest.empty();) {
    const auto found = read_escape(rest, kinds);
    const auto size = found ? found->size : 1;
    const auto begin = rest.front().begin;
    const auto end = rest[size - 1].end;
    if (found) {
      add_code(result, *found, rest.front().value == '%', begin, end);
    } else {
      add(result, rest.front().value, begin, end);
    }
    rest = rest.subspan(size);
  }
  return result;
}

}  // namespace midas::internal

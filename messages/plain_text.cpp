#include "messages/plain_text.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal {

namespace {

struct character {
  char32_t code = 0;
  // 0 if no well-formed character begins here.
  std::size_t size = 0;
};

std::size_t size_announced_by(unsigned char lead) noexcept {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead < 0xe0) {
    return 2;
  }
  if (lead >= 0xe0 && lead < 0xf0) {
    return 3;
  }
  return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

character first_character(std::string_view text) noexcept {
  constexpr std::array<char32_t, 5> smallest_of_size{0, 0, 0x80, 0x800, 0x10000};
  const auto lead = static_cast<unsigned char>(text.front());
  const auto size = size_announced_by(lead);
  if (size == 0 || size > text.size()) {
    return {};
  }
  char32_t code = size == 1 ? lead : lead & (0x7fU >> size);
  for (const char c : text.substr(1, size - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) {
      return {};
    }
    code = code << 6U | (byte & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < smallest_of_size.at(size) || code > 0x10ffff || surrogate) {
    return {};
  }
  return {code, size};
}

bool is_blank(char32_t code) noexcept {
  return code <= 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029;
}

struct code_range {
  char32_t first;
  char32_t last;
};

// Characters without a glyph, and those that set the writing direction.
bool steers_display(char32_t code) noexcept {
  constexpr std::array<code_range, 9> ranges{{{0xad, 0xad},
                                              {0x61c, 0x61c},
                                              {0x180e, 0x180e},
                                              {0x200b, 0x200f},
                                              {0x202a, 0x202e},
                                              {0x2060, 0x206f},
                                              {0xfeff, 0xfeff},
                                              {0xfff9, 0xfffb},
                                              {0xe0000, 0xe007f}}};
  return std::ranges::any_of(
      ranges, [code](const code_range& each) { return code >= each.first && code <= each.last; });
}

// Whether a terminal shows the character as a glyph or a space.
bool is_shown(char32_t code) noexcept {
  return (code == ' ' || code == 0xa0 || !is_blank(code)) && !steers_display(code);
}

bool is_printable_ascii(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

// Copies `text`, with `replace(character, its bytes)` in place of each character or malformed byte
// that `keeps` rejects.
template <class Keeps, class Replace>
std::string rewritten(std::string_view text, Keeps keeps, Replace replace) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto next = first_character(text);
    const auto piece = text.substr(0, std::max<std::size_t>(next.size, 1));
    text.remove_prefix(piece.size());
    if (keeps(next)) {
      result += piece;
    } else {
      result += replace(next, piece);
    }
  }
  return result;
}

std::string hexadecimal(char32_t value, std::size_t min_digits) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (; value != 0 || result.size() < min_digits; value >>= 4U) {
    result.insert(result.begin(), digits[value & 0xfU]);
  }
  return result;
}

std::string escape_of(const character& c, std::string_view bytes) {
  if (c.size == 0) {
    return "\\x" + hexadecimal(static_cast<unsigned char>(bytes.front()), 2);
  }
  switch (c.code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return concat({"\\u{", hexadecimal(c.code, 1), "}"});
  }
}

bool is_in_jwt(char c) noexcept {
  return ascii::is_alphanumeric(c) || std::string_view{"-_.+/="}.find(c) != std::string_view::npos;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t max_bytes) {
  std::string result;
  bool gap = false;
  while (!text.empty()) {
    const auto next = first_character(text);
    auto piece = text.substr(0, std::max<std::size_t>(next.size, 1));
    text.remove_prefix(piece.size());
    if (next.size != 0 && is_blank(next.code)) {
      gap = !result.empty();
      continue;
    }
    if (next.size == 0 || steers_display(next.code)) {
      piece = "?";
    }
    if (result.size() + (gap ? 1 : 0) + piece.size() > max_bytes) {
      return result + "...";
    }
    result += gap ? " " : "";
    result += piece;
    gap = false;
  }
  return result;
}

// Avoids operator+, for which g++ 12 reports an overflow that does not exist.
std::string quoted(std::string_view text) { return std::string{'"'}.append(text).append(1, '"'); }

std::string quoted_start(std::string_view text) {
  constexpr std::size_t most = 80;
  std::string result{text.substr(0, most)};
  std::ranges::replace_if(
      result, [](char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return quoted(result + (text.size() > most ? "..." : ""));
}

std::string without_tokens(std::string_view text) {
  // Base64url of `{"`, the beginning of the header of every JSON Web Token.
  constexpr std::string_view beginning = "eyJ";
  constexpr std::size_t min_token_length = 20;
  std::string result;
  for (auto at = text.find(beginning); at != std::string_view::npos; at = text.find(beginning)) {
    const auto rest = text.substr(at);
    const auto end = std::ranges::find_if_not(rest, is_in_jwt);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    result += text.substr(0, at);
    result += size < min_token_length ? rest.substr(0, size) : "<redacted>";
    text.remove_prefix(at + size);
  }
  return result.append(text);
}

std::string printable(std::string_view text) {
  return rewritten(
      text, [](const character& c) { return c.size != 0 && is_shown(c.code); }, escape_of);
}

std::string printable_lines(std::string_view text) {
  std::string result;
  while (true) {
    const auto end = text.find('\n');
    result += printable(text.substr(0, end));
    if (end == std::string_view::npos) {
      return result;
    }
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string well_formed(std::string_view text) {
  return rewritten(
      text, [](const character& c) { return c.size != 0; },
      [](const character&, std::string_view) { return "\xef\xbf\xbd"; });
}

std::string without_controls(std::string text) {
  return is_printable_ascii(text)
             ? std::move(text)
             : rewritten(
                   text, [](const character& c) { return c.size != 0 && is_shown(c.code); },
                   [](const character&, std::string_view) { return "?"; });
}

}  // namespace midas::internal

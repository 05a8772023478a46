#include "proxy/observation/json_text.hpp"

#include "messages/plain_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace midas::internal::proxy {

namespace {

constexpr bool needs_no_escape(char c) noexcept {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

void append_code_unit(std::string& to, std::uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  to += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    to += digits[(unit >> static_cast<unsigned>(shift)) & 0xfU];
  }
}

void append_code_point(std::string& to, std::uint32_t point) {
  if (point < 0x10000) {
    append_code_unit(to, point);
  } else {
    append_code_unit(to, 0xd800 + ((point - 0x10000) >> 10U));
    append_code_unit(to, 0xdc00 + ((point - 0x10000) & 0x3ffU));
  }
}

// Takes a character from the begin of `text`, which is well-formed UTF-8 and not empty.
std::uint32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t point = size == 1 ? first : first & (0x7fU >> size);
  for (std::size_t at = 1; at < size; ++at) {
    point = (point << 6U) | (static_cast<unsigned char>(text[at]) & 0x3fU);
  }
  text.remove_prefix(size);
  return point;
}

void append_escaped(std::string& to, std::string_view well_formed_text) {
  while (!well_formed_text.empty()) {
    const char first = well_formed_text.front();
    if (needs_no_escape(first)) {
      to += first;
      well_formed_text.remove_prefix(1);
    } else if (first == '"' || first == '\\') {
      to += '\\';
      to += first;
      well_formed_text.remove_prefix(1);
    } else {
      append_code_point(to, take_code_point(well_formed_text));
    }
  }
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  if (std::ranges::all_of(text, needs_no_escape)) {
    to += text;
  } else {
    append_escaped(to, well_formed(text));
  }
  to += '"';
}

}  // namespace midas::internal::proxy

// Classification and case of ASCII characters, independent of the locale.
#pragma once

#include <algorithm>
#include <string>

namespace midas::internal::ascii {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool is_alphanumeric(char c) noexcept { return is_digit(c) || is_letter(c); }

constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// Whether `c` must not occur in the value of an HTTP header: any control character but the tab.
constexpr bool breaks_header(char c) noexcept { return is_control(c) && c != '\t'; }

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) { return lower(c); });
  return text;
}

}  // namespace midas::internal::ascii

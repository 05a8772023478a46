#include "transport/formats/base64.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace midas::internal {

namespace {

constexpr std::uint32_t no_value = 64;

constexpr std::uint32_t value_of(char c) noexcept {
  if (c >= 'A' && c <= 'Z') {
    return static_cast<std::uint32_t>(c - 'A');
  }
  if (c >= 'a' && c <= 'z') {
    return static_cast<std::uint32_t>(c - 'a' + 26);
  }
  if (ascii::is_digit(c)) {
    return static_cast<std::uint32_t>(c - '0' + 52);
  }
  return c == '-' ? 62 : c == '_' ? 63 : no_value;
}

std::string_view without_padding(std::string_view text) noexcept {
  for (int i = 0; i < 2 && text.size() % 4 != 1 && text.ends_with('='); ++i) {
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<std::string> decode_base64url(std::string_view text) {
  if (text.size() % 4 == 1) {
    return std::nullopt;
  }
  std::string result;
  result.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto value = value_of(c);
    if (value == no_value) {
      return std::nullopt;
    }
    bits = (bits << 6U | value) & 0xffffU;
    count += 6;
    if (count >= 8) {
      count -= 8;
      result += static_cast<char>(bits >> count & 0xffU);
    }
  }
  return result;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string digits{without_padding(text)};
  const bool is_padded = digits.size() != text.size();
  if (is_padded && text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::ranges::replace(digits, '+', '-');
  std::ranges::replace(digits, '/', '_');
  return decode_base64url(digits);
}

}  // namespace midas::internal

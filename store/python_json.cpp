#include "store/python_json.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace midas::internal {

namespace {

// The number of digits at the beginning.
std::size_t digits_of(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::find_if_not(text, [](char c) { return ascii::is_digit(c); }) - text.begin());
}

// The size of a number at the beginning, 0 if there is none, and whether it is beyond the range of
// a double. A number with many digits counts as such, too: its value matters to nobody here.
struct json_number {
  std::size_t size = 0;
  bool is_extreme = false;
};

json_number json_number_of(std::string_view text) noexcept {
  constexpr std::size_t many = 200;
  std::size_t size = text.starts_with('-') ? 1 : 0;
  const auto whole = digits_of(text.substr(size));
  if (whole == 0 || (whole > 1 && text[size] == '0')) {
    return {};
  }
  size += whole;
  if (text.substr(size).starts_with('.')) {
    const auto fraction = digits_of(text.substr(size + 1));
    if (fraction == 0) {
      return {};
    }
    size += 1 + fraction;
  }
  bool is_extreme = size > many;
  if (size < text.size() && (text[size] == 'e' || text[size] == 'E')) {
    const auto sign = text.substr(size + 1);
    const std::size_t begin = size + (sign.starts_with('-') || sign.starts_with('+') ? 2 : 1);
    const auto exponent = begin < text.size() ? digits_of(text.substr(begin)) : 0;
    if (exponent == 0) {
      return {};
    }
    is_extreme = is_extreme || exponent > 2;
    size = begin + exponent;
  }
  return {.size = size, .is_extreme = is_extreme};
}

json_number json_value_of(std::string_view text) noexcept {
  for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
    if (text.starts_with(name)) {
      return {.size = name.size(), .is_extreme = true};
    }
  }
  return json_number_of(text);
}

// The number of an escape sequence such as \ud800 at the beginning.
std::optional<std::uint16_t> escaped_unit(std::string_view text) noexcept {
  constexpr std::size_t size = 6;
  constexpr int base = 16;
  std::uint16_t unit = 0;
  if (text.size() < size || !text.starts_with("\\u")) {
    return std::nullopt;
  }
  const auto* const end = text.data() + size;
  const auto read = std::from_chars(text.data() + 2, end, unit, base);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{unit} : std::nullopt;
}

constexpr std::size_t escape_size = 6;

class python_replacement {
 public:
  explicit python_replacement(sensitive_string& text) : text_(text) {}

  bool run() {
    while (place_ < text_.size()) {
      if (text_[place_] == '"') {
        ++place_;
        pass_string();
      } else {
        pass_token();
      }
    }
    return has_changed_;
  }

 private:
  [[nodiscard]] std::string_view rest() const noexcept {
    return std::string_view{text_}.substr(place_);
  }

  // Up to the character after the quotation mark.
  void pass_string() {
    while (place_ < text_.size() && text_[place_] != '"') {
      if (text_[place_] == '\\') {
        pass_escape();
      } else {
        ++place_;
      }
    }
    ++place_;
  }

  void pass_escape() {
    const auto unit = escaped_unit(rest());
    if (!unit) {
      place_ += 2;
      return;
    }
    const bool is_high = *unit >= 0xd800 && *unit < 0xdc00;
    const bool is_low = *unit >= 0xdc00 && *unit < 0xe000;
    const auto next = is_high ? escaped_unit(rest().substr(escape_size)) : std::nullopt;
    if (next && *next >= 0xdc00 && *next < 0xe000) {
      place_ += 2 * escape_size;
      return;
    }
    if (is_high || is_low) {
      constexpr std::string_view unknown = "\\ufffd";
      text_.replace(place_, escape_size, unknown);
      has_changed_ = true;
    }
    place_ += escape_size;
  }

  void pass_token() {
    const bool begins = ascii::is_digit(text_[place_]) || text_[place_] == '-' ||
                        text_[place_] == 'N' || text_[place_] == 'I';
    if (!begins) {
      ++place_;
      return;
    }
    const auto value = json_value_of(rest());
    if (value.is_extreme) {
      text_.replace(place_, value.size, value.size, '?');
      text_[place_] = '"';
      text_[place_ + value.size - 1] = '"';
      has_changed_ = true;
    }
    // Anything else is not JSON, whatever follows.
    place_ = value.size == 0 ? text_.size() : place_ + value.size;
  }

  sensitive_string& text_;
  std::size_t place_ = 0;
  bool has_changed_ = false;
};

}  // namespace

bool replace_what_python_adds(sensitive_string& text) { return python_replacement{text}.run(); }

}  // namespace midas::internal

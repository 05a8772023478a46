#include "store/whole_text.hpp"

namespace midas::internal {

// No loop has an early exit or a branch that writes: g++ 12 would not vectorize it.

text_traits traits_of(std::string_view text) noexcept {
  unsigned char all = 0;
  unsigned char control = 0;
  unsigned char backslash = 0;
  for (const char c : text) {
    all |= static_cast<unsigned char>(c);
    control |= static_cast<unsigned char>(static_cast<unsigned char>(c) < ' ' && c != '\t' &&
                                          c != '\n' && c != '\r');
    backslash |= static_cast<unsigned char>(c == '\\');
  }
  return {.is_ascii = all < 0x80, .has_control = control != 0, .has_backslash = backslash != 0};
}

bool is_printable(std::string_view text) noexcept {
  unsigned char unprintable = 0;
  for (const char c : text) {
    unprintable |= static_cast<unsigned char>(static_cast<unsigned char>(c - ' ') > '~' - ' ');
  }
  return unprintable == 0;
}

void restore_quotation_marks(sensitive_string& text) noexcept {
  for (char& c : text) {
    c = c == '\0' ? '"' : c;
  }
}

}  // namespace midas::internal

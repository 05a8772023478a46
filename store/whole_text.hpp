// Loops over every character of a token cache, which may have megabytes. They are in a source of
// their own because the store is compiled for size: this source is compiled at -O3, at which g++
// vectorizes them.
#pragma once

#include <midas/sensitive_string.hpp>

#include <string_view>

namespace midas::internal {

/// Which characters occur in a text.
struct text_traits {
  bool is_ascii = true;
  /// One that JSON has nowhere, not even as white space.
  bool has_control = false;
  bool has_backslash = false;
};

text_traits traits_of(std::string_view text) noexcept;

/// Whether `text` has only visible characters of ASCII, and spaces.
bool is_printable(std::string_view text) noexcept;

/// Replaces each NUL by a quotation mark. Without escape sequences, decoding a string in place
/// changes nothing but the quotation mark at its end.
void restore_quotation_marks(sensitive_string& text) noexcept;

}  // namespace midas::internal

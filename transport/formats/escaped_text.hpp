// Reads through the escapes in a text, keeping track of where each character stands.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace midas::internal {

/// One character, and the part of the original text that it stands for.
struct placed_character {
  char value = 0;
  std::size_t begin = 0;
  std::size_t end = 0;

  bool operator==(const placed_character&) const = default;
};

/// Where escapes come from: URLs ("%2b"), JSON ("\u002b", "\/", "\x2b") or HTML ("&#43;",
/// "&#x2b;", "&amp;").
enum class escape_kind { url, json, html };

/// The characters are those of a host's answer, so they are wiped.
using placed_text = std::vector<placed_character, wiping_allocator<placed_character>>;

/// The characters of `text` in lower case, without white space and control characters.
placed_text read_placed(std::string_view text);

/// `text` with each escape of one of the `kinds` replaced by the bytes that it stands for, in lower
/// case and without white space. One level of escapes only.
placed_text without_escapes(const placed_text& text, std::span<const escape_kind> kinds);

}  // namespace midas::internal

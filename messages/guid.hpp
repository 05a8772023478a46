// GUIDs, as Microsoft calls UUIDs: ids of identities, tenants and requests.
#pragma once

#include "messages/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace midas::internal {

/// True for the form "6a5e3c1b-0000-1111-2222-333344445555", in any case, without braces.
/// Thread-safe. Inline, since the simulator cannot link it: a shared midas hides it.
[[nodiscard]] inline bool is_guid(std::string_view text) noexcept {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, form, [](char c, char expected) {
    return expected == '-'
               ? c == '-'
               : ascii::is_digit(c) || (ascii::lower(c) >= 'a' && ascii::lower(c) <= 'f');
  });
}

}  // namespace midas::internal

// The status page: one HTML page without external resources.
#pragma once

#include <string>
#include <string_view>

namespace midas::internal::proxy {

struct status_page {
  std::string html{};
  /// The Content-Security-Policy, which admits the page's own style and script by their hashes, and
  /// requests to its own origin.
  std::string policy{};
};

/// Puts the style and the script into the page, in place of "@STYLE@" and "@SCRIPT@".
[[nodiscard]] status_page make_status_page(std::string_view html, std::string_view style,
                                           std::string_view script);

/// The page of the proxy, made from page/ at the first call. Any thread.
[[nodiscard]] const status_page& own_status_page();

}  // namespace midas::internal::proxy

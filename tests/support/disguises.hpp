// The forms in which a host may repeat a secret, and a search for what a text reveals of one.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace midas::internal::test {

/// Secrets of the shapes that hosts use: one without characters that need an escape, one with many.
inline constexpr std::string_view plain_marker = "MARKER3d-4e5f-6071-8293-a4b5c6d7e8f9";
inline constexpr std::string_view special_marker = "M+R/K=R&0\"1\\2<3%34+5/6 7=8&9'a;b?c~d/==+";

struct disguise {
  std::string name;
  std::string text;
};

/// `secret` as it is, cut, in another case, percent-encoded, escaped as in JSON and HTML, in
/// base64, in UTF-16, and in combinations of these.
std::vector<disguise> disguises_of(std::string_view secret);

/// Searches texts for parts of a secret.
class leak_search {
 public:
  explicit leak_search(std::string_view secret);

  /// Whether ten characters in a row of the secret, or of one of its disguises, stand in `text`;
  /// white space and case do not count.
  [[nodiscard]] bool finds_in(std::string_view text) const;

 private:
  std::unordered_set<std::string> parts_;
};

}  // namespace midas::internal::test

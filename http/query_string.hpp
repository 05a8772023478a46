// The parameters of a query or a form, percent-decoded.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::http {

/// Percent-decodes one component of a query, where '+' means a space. Empty if an escape is
/// incomplete or not hexadecimal, or if the result is not UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The parameters of a query in their order. Does not refer to the request.
class query_string {
 public:
  /// Parses the text after '?', or the body of a form. Empty if a component cannot be decoded.
  [[nodiscard]] static std::optional<query_string> parse(std::string_view text);

  /// The first value of that name, compared exactly. Null without one.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// The number of parameters, repeated ones included.
  [[nodiscard]] std::size_t size() const noexcept { return parameters_.size(); }
  /// A name that occurs more than once. Null without one.
  [[nodiscard]] const std::string* repeated() const noexcept;

 private:
  struct parameter {
    std::string name;
    std::string value;
  };
  std::vector<parameter> parameters_;
};

}  // namespace midas::internal::http

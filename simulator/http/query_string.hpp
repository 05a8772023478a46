// The query of a request target, taken apart and percent-decoded.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// Percent-decodes one component of a query, '+' meaning a space. Empty when an escape is cut short
/// or no hexadecimal number, or when the result is no UTF-8.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// The parameters of a query, in order. A value, free of views into the request.
class query_string {
 public:
  /// Takes what stands behind the '?'. Empty when a component cannot be decoded.
  [[nodiscard]] static std::optional<query_string> parse(std::string_view text);

  /// The first value of that name; names are compared exactly.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  /// A name that occurs twice or more; null when there is none.
  [[nodiscard]] const std::string* repeated() const noexcept;

 private:
  struct parameter {
    std::string name;
    std::string value;
  };
  std::vector<parameter> parameters_;
};

}  // namespace midas::internal::simulator

// Bodies with the shape of recorded ones.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// What a report of `midas doctor` says about a body.
struct recorded_body {
  /// The result of shape_of().
  std::string shape{};
  /// The size in bytes.
  std::size_t size = 0;
  /// The names and kinds of the members, if the body is an object.
  std::vector<std::pair<std::string, std::string>> members{};
  std::size_t other_members = 0;
  /// The error code and its description, as far as they are known.
  std::string error_code{};
  std::string error_description{};
};

/// A body of the same shape, whose values are made up, except for the error code and description in
/// the members that hosts have for them. It is padded to the recorded size, at most a mebibyte.
[[nodiscard]] std::string body_like(const recorded_body& body);

}  // namespace midas::internal::tools

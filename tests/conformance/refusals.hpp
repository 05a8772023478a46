// The cases that midas does not satisfy on purpose, and why.
#pragma once

#include "tests/conformance/vector_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::conformance {

struct refusal {
  std::string_view reason;
  /// Whether it is what such a case asks for, told by the case alone.
  bool (*asked_by)(const json& content);
};

/// The refusal that a case falls under; null when midas ought to satisfy it.
const refusal* find_refusal(const vector_case& each);

/// Whether a case that has these problems is refused on purpose: it falls under a refusal, and what
/// the host was sent was right. (A case that midas satisfies is not refused, whatever it asks for.)
bool is_refused(const vector_case& each, const std::vector<std::string>& problems);

/// "| reason | cases |", for docs/compatibility.md, of the cases that were refused.
std::string refusal_table(const std::vector<const vector_case*>& refused);

}  // namespace midas::internal::conformance

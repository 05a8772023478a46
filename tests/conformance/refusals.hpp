// The cases that midas deliberately does not satisfy, and why.
#pragma once

#include "tests/conformance/vector_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::conformance {

struct refusal {
  std::string_view reason;
  /// Whether a case, judged by its content alone, falls under this refusal.
  bool (*asked_by)(const json& content);
};

/// The refusal that a case falls under; null if midas must satisfy the case.
const refusal* find_refusal(const vector_case& each);

/// Whether a case with these problems is refused on purpose: it falls under a refusal, and the
/// requests to the host were as expected. A case without problems is never refused.
bool is_refused(const vector_case& each, const std::vector<std::string>& problems);

/// The table of refused cases in docs/compatibility.md.
std::string refusal_table(const std::vector<const vector_case*>& refused);

}  // namespace midas::internal::conformance

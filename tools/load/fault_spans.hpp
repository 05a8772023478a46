// What the host did wrong during a load run, on the time axis.
#pragma once

#include <midas/token_event.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// A fault that occurred in each second from `from_second` to before `to_second`, counted from the
/// beginning of the run.
struct fault_span {
  std::uint64_t from_second = 0;
  std::uint64_t to_second = 0;
  /// "503 from IMDS", "request_timeout from IMDS".
  std::string text;

  friend bool operator==(const fault_span&, const fault_span&) = default;
};

/// The fault of the host `host` that an event shows, at the time of the event. Empty for any other
/// event, and for an acquisition that ends with a temporary failure: its exchanges have shown it.
std::optional<std::string> fault_of(const token_event& event, std::string_view host);

/// The spans of faults of which it is known in which seconds they occurred, by their text. Seconds
/// that follow each other, or with one between them, are one span. In the order of their
/// beginnings.
std::vector<fault_span> merged_spans(const std::map<std::string, std::set<std::uint64_t>>& faults);

}  // namespace midas::internal::tools

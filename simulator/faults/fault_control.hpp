// Reads and replaces the fault rules of a running simulated host over HTTP.
#pragma once

#include "simulator/faults/fault_injector.hpp"
#include "simulator/http/http_exchange.hpp"

#include <cstdint>
#include <string_view>

namespace midas::internal::simulator {

/// The maximum size of a request's body, and so of the rules that a client can put.
inline constexpr std::uint64_t max_rules_bytes = 1'048'576;

/// Answers GET, HEAD, PUT and DELETE /faults. GET answers with the text of the rules. PUT replaces
/// them by its body, and answers with the same text; 400 with the reason if it is malformed, and
/// the previous rules stay. DELETE removes them.
///
/// A web page cannot change the rules: browsers state the page's Origin with every PUT and DELETE,
/// also to a name that was rebound to this machine, and such requests get 403.
class fault_control {
 public:
  static constexpr std::string_view path = "/faults";

  /// PUT and DELETE get 403 if `may_change` is false. `faults` must outlive the control.
  fault_control(fault_injector& faults, bool may_change)
      : faults_(faults), may_change_(may_change) {}

  /// Fills an empty response to a request for `path`. The server's thread only.
  void answer(const request_view& request, response& out);

 private:
  [[nodiscard]] bool accepts_change(const request_view& request, response& out) const;

  fault_injector& faults_;
  bool may_change_;
};

}  // namespace midas::internal::simulator

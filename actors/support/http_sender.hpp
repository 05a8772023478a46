// The HTTP requests of one acquisition actor.
#pragma once

#include "messages/protocols.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace midas::internal {

/// Sends one request at a time to the HTTP actor, which may be replaced. Used by one acquisition
/// actor only.
class http_sender {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  http_sender() = default;
  http_sender(acquisition_actor::pointer self, http_actor http)
      : self_(self), http_(std::move(http)) {}

  /// All further requests go to this actor.
  void replace(const http_actor& replacement) { http_ = replacement; }

  /// Sends the request for callers of which the first has that deadline, or a refresh until then.
  template <class OnResponse, class OnFailure>
  void send(http_request request, time_point first_deadline, OnResponse on_response,
            OnFailure on_failure) {
    request.deadline = first_deadline_ = first_deadline;
    request.ticket = ticket_ = next_ticket();
    is_refresh_ = request.purpose == request_purpose::refresh;
    caf_compat::request(self_, http_, std::move(request))
        .then([on_response](http_response& response) { on_response(response); },
              [on_failure](const caf::error& failure) { on_failure(failure); });
  }

  /// A caller with that deadline waits for the request in flight, which may still wait for the
  /// host's limits. The HTTP actor ignores a request that has ended.
  void add_deadline(time_point deadline) {
    if (is_refresh_ || deadline < first_deadline_) {
      is_refresh_ = false;
      first_deadline_ = deadline;
      caf_compat::send(self_, http_, hasten_request{ticket_, deadline});
    }
  }

  /// The request in flight ends with errc::cancelled, unless its response is on its way.
  void withdraw() { caf_compat::send(self_, http_, withdraw_request{ticket_}); }

  /// Calls `on_reason` with what the request in flight waits for, unless the HTTP actor has ended.
  template <class OnReason>
  void ask_wait_reason(OnReason on_reason) const {
    caf_compat::request(self_, http_, wait_query{ticket_})
        .then([on_reason](const wait_answer& answer) { on_reason(answer.reason); },
              [](const caf::error& /*the actor is replaced*/) {});
  }

  /// A response contained no usable token.
  void report_unusable() { caf_compat::send(self_, http_, unusable_answer{}); }

 private:
  static std::uint64_t next_ticket() noexcept {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
  }

  acquisition_actor::pointer self_ = nullptr;
  http_actor http_;
  std::uint64_t ticket_ = 0;
  // Of the last request.
  time_point first_deadline_{};
  bool is_refresh_ = false;
};

}  // namespace midas::internal

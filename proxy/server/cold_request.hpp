// A request whose token is not in memory.
#pragma once

#include "proxy/client.hpp"
#include "proxy/server/server_state.hpp"
#include "proxy/token_query.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace midas::internal::proxy {

/// When a request was complete.
struct request_start {
  std::chrono::system_clock::time_point at{};
  std::chrono::steady_clock::time_point steady{};
};

/// Waits for midas. The worker's thread only, except where noted.
class cold_request : public std::enable_shared_from_this<cold_request> {
 public:
  /// Called on the thread of the worker, once.
  using handler = std::function<void(cold_request& request, expected<access_token> result)>;
  /// Runs a function on the thread of the worker, later; any thread.
  using executor = std::function<void(std::function<void()> later)>;

  cold_request(token_query query, token_key key, request_start start, bool is_first);

  /// Asks midas. Calls `done` in any case, also after cancel().
  void begin(server_state& server, std::chrono::milliseconds timeout, const client& who,
             executor post, handler done);
  /// The client has left.
  void cancel() { stop_.request_stop(); }
  /// The client has its answer, although midas has none.
  void note_answered() noexcept { is_answered_ = true; }
  [[nodiscard]] bool is_answered() const noexcept { return is_answered_; }

  [[nodiscard]] const token_query& query() const noexcept { return query_; }
  [[nodiscard]] const request_start& start() const noexcept { return start_; }
  /// Whether it has caused the acquisition, as far as the proxy knows.
  [[nodiscard]] bool is_first() const noexcept { return is_first_; }

 private:
  void end(server_state& server, const expected<access_token>& result);

  token_query query_;
  token_key key_;
  request_start start_;
  bool is_first_;
  bool is_answered_ = false;
  std::uint64_t share_ = 0;
  std::stop_source stop_;
};

}  // namespace midas::internal::proxy

// A request whose token is not in memory.
#pragma once

#include "proxy/client.hpp"
#include "proxy/server/server_state.hpp"
#include "proxy/token_query.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

namespace midas::internal::proxy {

class worker;

/// When a request was complete.
struct request_start {
  std::chrono::system_clock::time_point at{};
  std::chrono::steady_clock::time_point steady{};
};

/// Waits for midas. The worker's thread only, except where noted.
class cold_request : public std::enable_shared_from_this<cold_request> {
 public:
  /// Called on the thread of the worker, once. Must not throw.
  using handler = std::function<void(cold_request& request, const expected<access_token>& result)>;

  cold_request(token_query query, token_key key, request_start start, bool is_first, handler done);

  /// Asks midas. Calls the handler in any case, also after cancel(), unless this throws.
  void begin(worker& owner, const client& who);
  /// The client has left.
  void cancel() { stop_.request_stop(); }
  /// The client has its answer, although midas has none.
  void note_answered() noexcept { is_answered_ = true; }
  [[nodiscard]] bool is_answered() const noexcept { return is_answered_; }

  [[nodiscard]] const token_query& query() const noexcept { return query_; }
  [[nodiscard]] const request_start& start() const noexcept { return start_; }
  /// Whether it has caused the acquisition, as far as the proxy knows.
  [[nodiscard]] bool is_first() const noexcept { return is_first_; }

  // -- For the worker, to which midas's answer is handed without an allocation --

  /// Links the requests of a list. Returns the one before.
  std::shared_ptr<cold_request> set_next(std::shared_ptr<cold_request> next) noexcept {
    return std::exchange(next_, std::move(next));
  }
  /// midas has answered.
  void end() noexcept;

 private:
  using work_guard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

  token_query query_;
  token_key key_;
  request_start start_;
  bool is_first_;
  bool is_answered_ = false;
  std::uint64_t share_ = 0;
  server_state* server_ = nullptr;
  std::stop_source stop_;
  handler done_;
  std::optional<work_guard> work_;
  std::optional<expected<access_token>> result_;
  std::shared_ptr<cold_request> next_;
};

}  // namespace midas::internal::proxy

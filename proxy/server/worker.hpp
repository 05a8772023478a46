// One thread of the proxy, and everything that only it touches.
#pragma once

#include "http/date_field.hpp"
#include "messages/descriptor.hpp"
#include "proxy/protocols/request_ids.hpp"
#include "proxy/server/prepared_replies.hpp"
#include "proxy/server/server_state.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_set>

namespace midas::internal::proxy {

class cold_request;
class connection;

/// Serves connections on a thread of its own. Each connection stays with its worker, so that
/// nothing on the way of a cached token is shared with another thread.
class worker {
 public:
  // The concrete executor type saves a virtual call and a reference count in every operation.
  using io_executor = boost::asio::io_context::executor_type;
  using clock = std::chrono::steady_clock;

  /// `index` counts the workers from 0.
  worker(unsigned index, server_state& server, std::shared_ptr<const server_settings> settings);
  ~worker();
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // -- Any thread --

  /// Starts the thread. Throws std::system_error.
  void start();
  /// Runs the function on the worker's thread, later.
  void post(std::function<void()> function);
  /// Serves the client; counts it as connected when it is handed over.
  void serve(descriptor socket);
  void change_settings(std::shared_ptr<const server_settings> settings);
  /// Answers the requests in progress, and closes the connections.
  void drain();
  /// Refuses the requests that wait for a token, and closes all connections; the thread ends when
  /// midas has answered what is cancelled.
  void stop();
  void join();
  /// Answers a request that has waited for midas. Does not throw.
  void answered(std::shared_ptr<cold_request> request) noexcept;

  // -- Before start() --

  /// Calls the function on the worker's thread after an exception that concerned no connection:
  /// what the worker does for others may have ended.
  void on_failure(std::function<void()> resume) { resume_ = std::move(resume); }

  // -- The worker's thread --

  [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
  [[nodiscard]] server_state& server() noexcept { return server_; }
  [[nodiscard]] unsigned index() const noexcept { return index_; }
  [[nodiscard]] const std::shared_ptr<const server_settings>& settings() const noexcept {
    return settings_;
  }
  /// The number of the settings, from 1.
  [[nodiscard]] std::uint64_t policy_number() const noexcept { return policy_number_; }
  [[nodiscard]] prepared_replies& replies() noexcept { return replies_; }
  [[nodiscard]] request_ids& ids() noexcept { return ids_; }
  [[nodiscard]] std::string_view date(std::chrono::system_clock::time_point now) {
    return date_.at(now);
  }
  /// Space for a reply, empty.
  [[nodiscard]] sensitive_string& scratch() noexcept {
    scratch_.clear();
    return scratch_;
  }
  [[nodiscard]] bool is_draining() const noexcept { return draining_; }
  void closed(const std::shared_ptr<connection>& client);
  /// An exception has ended what was done for the client.
  void failed(const client& who) noexcept {
    server_.observer.rejected(index_, who, rejection::internal_error);
  }

 private:
  void run();
  void resume();
  void take(descriptor socket);
  void take_answers() noexcept;
  [[nodiscard]] std::vector<std::shared_ptr<connection>> connections() const;
  void tick();
  void schedule_tick();

  unsigned index_;
  server_state& server_;
  std::shared_ptr<const server_settings> settings_;
  std::uint64_t policy_number_ = 1;
  // One thread runs it; other threads only post to it.
  boost::asio::io_context io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  std::optional<boost::asio::executor_work_guard<io_executor>> work_;
  boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, io_executor> timer_;
  bool ticking_ = false;
  bool draining_ = false;
  bool stopping_ = false;
  prepared_replies replies_;
  request_ids ids_;
  http::date_field date_;
  sensitive_string scratch_;
  std::unordered_set<std::shared_ptr<connection>> open_;
  std::function<void()> resume_;
  // Answered and not taken, the newest first.
  std::mutex answers_lock_;
  std::shared_ptr<cold_request> answers_;
  bool has_posted_answers_ = false;
  std::thread thread_;
};

}  // namespace midas::internal::proxy

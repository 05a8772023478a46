#include "transport/curl/curl_multi_loop.hpp"

#include "messages/background_thread.hpp"
#include "messages/concat.hpp"
#include "messages/made_once.hpp"
#include "messages/make_error.hpp"
#include "transport/curl/curl_failure.hpp"
#include "transport/curl/curl_inbox.hpp"
#include "transport/curl/curl_multi_handle.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/curl/curl_sockets.hpp"
#include "transport/curl/curl_transfers.hpp"

#include <curl/curl.h>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

void initialize_libcurl() {
  // Once, and never cleaned up: the program may use libcurl as well.
  static constinit made_once<CURLcode> initialized;
  if (initialized.get([] { return curl_global_init(CURL_GLOBAL_DEFAULT); }) != CURLE_OK) {
    throw std::runtime_error{"libcurl cannot be initialized"};
  }
}

curl_multi_options checked(curl_multi_options options) {
  using namespace std::chrono_literals;
  if (!is_header_value(options.user_agent)) {
    throw std::invalid_argument{
        "the option user_agent contains control characters, such as a line break"};
  }
  options.keep_alive = std::clamp<std::chrono::seconds>(options.keep_alive, 1s, 24h);
  return options;
}

}  // namespace

class curl_multi_loop::implementation {
 public:
  explicit implementation(curl_multi_options options) : options_(checked(std::move(options))) {
    initialize_libcurl();
  }

  // A forked process has none of the threads, and locks as they were at that moment.
  [[nodiscard]] bool is_forked() const noexcept { return ::getpid() != process_; }

  std::uint64_t start(http_request request, completion done) {
    curl_job job{0, std::move(request), std::move(done)};
    if (is_forked()) {
      job.done(fail(errc::shutting_down,
                    "the transport belongs to the process that this one was forked from",
                    "Create a token service in each process, after fork()"));
    } else if (auto running = start_thread(); !running) {
      job.done(unexpected{std::move(running.error())});
    } else if (!inbox_.push(job)) {
      job.done(fail(errc::shutting_down, concat({"the transport stopped before the request to ",
                                                 endpoint_name(job.request.url), " was sent"})));
    }
    return job.id;
  }

  void cancel(std::uint64_t id) {
    if (!is_forked()) {
      inbox_.cancel(id);
    }
  }

  [[nodiscard]] http_statistics statistics() const {
    http_statistics result;
    // Read before the requests, so that the difference cannot become negative.
    const auto completed = transfers_.completed();
    // Before the attempts, of which they are a part.
    result.connections_opened = sockets_.connections();
    result.connection_attempts = sockets_.attempts();
    result.connections_reused = transfers_.connections_reused();
    result.requests = inbox_.accepted();
    result.in_flight = result.requests - completed;
    return result;
  }

  void stop() {
    if (is_forked()) {
      return;
    }
    inbox_.close();
    // A concurrent second call waits here for the first.
    const std::lock_guard lock{thread_mutex_};
    stopped_ = true;
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  expected<void> start_thread() {
    if (running_.load(std::memory_order_acquire)) {
      return {};
    }
    const std::lock_guard lock{thread_mutex_};
    if (stopped_ || thread_.joinable()) {
      return {};
    }
    try {
      thread_ = std::thread{[this] { run(); }};
    } catch (const std::system_error& problem) {
      return unexpected{no_thread("HTTP requests", problem.code().value())};
    }
    running_.store(true, std::memory_order_release);
    return {};
  }

  void run() noexcept {
    prepare_background_thread("midas-http");
    curl_inbox::batch batch;
    for (inbox_.wait(batch, {}); !batch.closed; inbox_.wait(batch, transfers_.wait_limit())) {
      for (auto& job : batch.starts) {
        transfers_.begin(std::move(job));
      }
      for (const auto id : batch.cancels) {
        transfers_.cancel(id);
      }
      transfers_.advance();
      transfers_.complete_finished_in_groups();
    }
    transfers_.stop_all(std::move(batch.starts));
    transfers_.complete_finished();
    multi_.reset();
  }

  const curl_multi_options options_;
  curl_sockets sockets_;
  curl_multi_handle multi_{options_.max_connections_kept};
  curl_inbox inbox_;
  curl_transfers transfers_{options_, sockets_, multi_};
  const pid_t process_ = ::getpid();
  std::atomic<bool> running_ = false;
  // Protects the members below.
  std::mutex thread_mutex_;
  bool stopped_ = false;
  std::thread thread_;
};

curl_multi_loop::curl_multi_loop(curl_multi_options options)
    : implementation_(std::make_unique<implementation>(std::move(options))) {}

curl_multi_loop::~curl_multi_loop() {
  if (implementation_->is_forked()) {
    // Neither closed nor freed: that would write to connections which the other process uses.
    static_cast<void>(implementation_.release());
    return;
  }
  stop();
}

std::uint64_t curl_multi_loop::start(http_request request, completion done) {
  return implementation_->start(std::move(request), std::move(done));
}

void curl_multi_loop::cancel(std::uint64_t id) { implementation_->cancel(id); }

http_statistics curl_multi_loop::statistics() const { return implementation_->statistics(); }

void curl_multi_loop::stop() { implementation_->stop(); }

}  // namespace midas::internal

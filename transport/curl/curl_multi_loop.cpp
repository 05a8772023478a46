#include "transport/curl/curl_multi_loop.hpp"

#include "messages/make_error.hpp"
#include "transport/curl/curl_inbox.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/curl/curl_sockets.hpp"
#include "transport/curl/curl_transfers.hpp"

#include <curl/curl.h>

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): pthread_sigmask is POSIX, not ISO C

#include <algorithm>
#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

struct multi_cleanup {
  void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};

using multi_handle = std::unique_ptr<CURLM, multi_cleanup>;

multi_handle make_multi_handle(std::size_t max_connections_kept) {
  // Initialized once and never cleaned up: the program may use libcurl as well.
  static const auto initialized = curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_handle result{initialized == CURLE_OK ? curl_multi_init() : nullptr};
  if (result == nullptr) {
    throw std::runtime_error{"libcurl cannot be initialized"};
  }
  // What 0 means to libcurl differs between its releases.
  constexpr std::size_t unlimited = std::numeric_limits<int>::max();
  const auto kept = max_connections_kept == 0 ? unlimited : max_connections_kept;
  curl_multi_setopt(result.get(), CURLMOPT_MAXCONNECTS,
                    static_cast<long>(std::min(kept, unlimited)));
  return result;
}

// Signals to the process are for the program's own threads. That includes SIGPIPE, which libcurl's
// TLS can raise here. Signals raised by a fault stay unblocked, so that the program's handlers run.
void block_signals() {
  sigset_t set;
  sigfillset(&set);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
    sigdelset(&set, fault);
  }
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

class curl_multi_loop::implementation {
 public:
  explicit implementation(curl_multi_options options) : options_(std::move(options)) {
    thread_ = std::thread{[this] { run(); }};
  }

  std::uint64_t start(http_request request, completion done) {
    curl_job job{0, std::move(request), std::move(done)};
    if (!inbox_.push(job)) {
      job.done(fail(errc::shutting_down, "the transport stopped before the request to " +
                                             endpoint_name(job.request.url) + " was sent"));
    }
    return job.id;
  }

  void cancel(std::uint64_t id) { inbox_.cancel(id); }

  [[nodiscard]] http_statistics statistics() const {
    http_statistics result;
    // Read before the requests, so that the difference cannot become negative.
    const auto completed = transfers_.completed();
    result.connections_opened = sockets_.opened();
    result.connections_reused = transfers_.connections_reused();
    result.requests = inbox_.accepted();
    result.in_flight = result.requests - completed;
    return result;
  }

  void stop() {
    inbox_.close();
    // A concurrent second call waits here for the first.
    const std::lock_guard lock{stop_mutex_};
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void run() noexcept {
    block_signals();
    pthread_setname_np(pthread_self(), "midas-http");
    curl_inbox::batch batch;
    for (inbox_.wait(batch, {}); !batch.closed; inbox_.wait(batch, transfers_.max_wait())) {
      for (auto& job : batch.starts) {
        transfers_.begin(std::move(job));
      }
      for (const auto id : batch.cancels) {
        transfers_.cancel(id);
      }
      transfers_.end_expired();
      transfers_.perform();
      transfers_.complete_finished_in_groups();
    }
    transfers_.stop_all(std::move(batch.starts));
    transfers_.complete_finished();
    // Safe because the inbox is closed: no thread wakes the handle any more.
    multi_.reset();
  }

  const curl_multi_options options_;
  curl_sockets sockets_;
  multi_handle multi_ = make_multi_handle(options_.max_connections_kept);
  curl_inbox inbox_{multi_.get()};
  curl_transfers transfers_{options_, sockets_, multi_.get()};
  std::mutex stop_mutex_;
  std::thread thread_;
};

curl_multi_loop::curl_multi_loop(curl_multi_options options)
    : implementation_(std::make_unique<implementation>(std::move(options))) {}

curl_multi_loop::~curl_multi_loop() { stop(); }

std::uint64_t curl_multi_loop::start(http_request request, completion done) {
  return implementation_->start(std::move(request), std::move(done));
}

void curl_multi_loop::cancel(std::uint64_t id) { implementation_->cancel(id); }

http_statistics curl_multi_loop::statistics() const { return implementation_->statistics(); }

void curl_multi_loop::stop() { implementation_->stop(); }

}  // namespace midas::internal

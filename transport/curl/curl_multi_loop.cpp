#include "transport/curl/curl_multi_loop.hpp"

#include "messages/make_error.hpp"
#include "transport/curl/curl_transfers.hpp"
#include "transport/curl/curl_inbox.hpp"
#include "transport/curl/curl_multi_handle.hpp"
#include "transport/curl/curl_request_check.hpp"
#include "transport/curl/curl_sockets.hpp"

#include <pthread.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): pthread_sigmask is POSIX, not ISO C

#include <mutex>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

// The signals of the process are for the program's own threads, SIGPIPE among them: libcurl's TLS
// would raise it. Those that a fault raises stay, or the program's handlers would not see them.
void leave_signals_to_others() {
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
      job.done(fail(errc::shutting_down, "the transport was stopped before the request to " +
                                             endpoint_name(job.request.url) + " began"));
    }
    return job.id;
  }

  void cancel(std::uint64_t id) { inbox_.cancel(id); }

  [[nodiscard]] http_statistics statistics() const {
    http_statistics result;
    // First, so that what has completed since does not make the difference negative.
    const auto completed = transfers_.completed();
    result.connections_opened = sockets_.opened();
    result.connections_reused = transfers_.connections_reused();
    result.requests = inbox_.accepted();
    result.in_flight = result.requests - completed;
    return result;
  }

  void stop() {
    inbox_.close();
    // Whoever comes second waits here until it is done.
    const std::lock_guard lock{stop_mutex_};
    if (thread_.joinable()) {
      thread_.join();
    }
  }

 private:
  void run() noexcept {
    leave_signals_to_others();
    pthread_setname_np(pthread_self(), "midas-http");
    curl_jobs jobs;
    for (inbox_.wait(jobs, {}); !jobs.closed; inbox_.wait(jobs, transfers_.max_wait())) {
      for (auto& job : jobs.starts) {
        transfers_.begin(std::move(job));
      }
      for (const auto id : jobs.cancels) {
        transfers_.cancel(id);
      }
      transfers_.transfer();
      transfers_.complete_finished_in_groups();
    }
    transfers_.end_all(std::move(jobs.starts));
    transfers_.complete_finished();
    // The inbox is closed, so nobody wakes it any more.
    multi_.close();
  }

  const curl_multi_options options_;
  curl_sockets sockets_;
  curl_multi_handle multi_{options_.max_connections_kept};
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

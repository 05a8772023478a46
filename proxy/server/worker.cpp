#include "proxy/server/worker.hpp"

#include "proxy/server/cold_request.hpp"
#include "proxy/server/connection.hpp"

#include <boost/asio/post.hpp>

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <string>
#include <utility>

namespace midas::internal::proxy {
namespace {

/// Blocks all signals in the current thread, so that a thread started meanwhile inherits the mask
/// and signals go to the program's own threads.
class no_signals {
 public:
  no_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~no_signals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  no_signals(const no_signals&) = delete;
  no_signals& operator=(const no_signals&) = delete;

 private:
  sigset_t before_{};
};

/// After an exception that concerns no connection: memory may be free again then.
constexpr std::chrono::milliseconds failure_pause{20};

/// How often connections and tokens are looked at: a timeout is late by at most an eighth.
std::chrono::milliseconds tick_of(const server_settings& settings) {
  using std::chrono::milliseconds;
  return std::clamp(std::min(settings.header_timeout, settings.idle_timeout) / 8, milliseconds{10},
                    milliseconds{1'000});
}

}  // namespace

worker::worker(unsigned index, server_state& server,
               std::shared_ptr<const server_settings> settings)
    : index_(index),
      server_(server),
      settings_(std::move(settings)),
      work_(io_.get_executor()),
      timer_(io_.get_executor()) {}

worker::~worker() {
  stop();
  join();
}

void worker::start() {
  const no_signals blocked;
  thread_ = std::thread([this] {
    const auto name = "midas-proxy-" + std::to_string(index_);
    pthread_setname_np(pthread_self(), name.c_str());
    run();
  });
}

// An exception, usually for lack of memory, ends one step and not the process: the worker has other
// clients. Those of a connection end at the connection.
void worker::run() {
  for (bool has_failed = false;; has_failed = true) {
    try {
      if (has_failed) {
        std::this_thread::sleep_for(failure_pause);
        resume();
      }
      io_.run();
      return;
    } catch (...) {
      failed({});
    }
  }
}

void worker::resume() {
  if (!open_.empty()) {
    schedule_tick();
  }
  if (resume_ && !stopping_) {
    resume_();
  }
}

void worker::answered(std::shared_ptr<cold_request> request) noexcept {
  // Also while posting: the request keeps the thread, and is not taken meanwhile.
  const std::lock_guard lock(answers_lock_);
  auto* const newest = request.get();
  static_cast<void>(newest->set_next(std::exchange(answers_, std::move(request))));
  if (has_posted_answers_) {
    return;
  }
  try {
    boost::asio::post(io_.get_executor(), [this] { take_answers(); });
    has_posted_answers_ = true;
  } catch (...) {
    // The next tick, or the next answer, takes it.
  }
}

void worker::take_answers() noexcept {
  std::shared_ptr<cold_request> next;
  {
    const std::lock_guard lock(answers_lock_);
    next = std::exchange(answers_, nullptr);
    has_posted_answers_ = false;
  }
  // In the order in which midas has answered.
  std::shared_ptr<cold_request> oldest;
  while (next) {
    auto after = next->set_next(std::move(oldest));
    oldest = std::exchange(next, std::move(after));
  }
  while (oldest) {
    auto after = oldest->set_next(nullptr);
    oldest->end();
    oldest = std::move(after);
  }
}

void worker::post(std::function<void()> function) {
  boost::asio::post(io_.get_executor(), std::move(function));
}

void worker::serve(descriptor socket) {
  // A std::function must be copyable.
  boost::asio::post(io_.get_executor(),
                    [this, socket = std::move(socket)]() mutable { take(std::move(socket)); });
}

void worker::change_settings(std::shared_ptr<const server_settings> settings) {
  post([this, settings = std::move(settings)] {
    settings_ = settings;
    ++policy_number_;
  });
}

void worker::drain() {
  post([this] {
    draining_ = true;
    for (const auto& each : connections()) {
      each->finish();
    }
  });
}

void worker::stop() {
  post([this] {
    if (std::exchange(stopping_, true)) {
      return;
    }
    draining_ = true;
    // Without a copy, which could fail.
    while (!open_.empty()) {
      const auto each = *open_.begin();
      each->end();
    }
    replies_.clear();
    boost::system::error_code ignored;
    timer_.cancel(ignored);
    work_.reset();
  });
}

void worker::join() {
  if (thread_.joinable()) {
    thread_.join();
  }
}

void worker::take(descriptor socket) {
  if (stopping_) {
    return server_.connections.closed();
  }
  std::shared_ptr<connection> client;
  try {
    client = std::make_shared<connection>(*this, std::move(socket));
    open_.insert(client);
  } catch (...) {
    failed({});
    return server_.connections.closed();
  }
  server_.observer.connected(index_);
  client->start();
  schedule_tick();
}

void worker::closed(const std::shared_ptr<connection>& client) {
  if (open_.erase(client) != 0) {
    server_.observer.disconnected(index_);
    server_.connections.closed();
  }
}

std::vector<std::shared_ptr<connection>> worker::connections() const {
  // A copy, since closing a connection removes it from the original.
  return {open_.begin(), open_.end()};
}

void worker::schedule_tick() {
  if (ticking_) {
    return;
  }
  timer_.expires_after(tick_of(*settings_));
  timer_.async_wait([this](boost::system::error_code error) {
    ticking_ = false;
    if (!error && !stopping_) {
      tick();
    }
  });
  ticking_ = true;
}

void worker::tick() {
  take_answers();
  const auto now = clock::now();
  std::vector<std::shared_ptr<connection>> late;
  std::copy_if(open_.begin(), open_.end(), std::back_inserter(late),
               [now](const auto& each) { return each->is_late(now); });
  for (const auto& each : late) {
    each->time_out();
  }
  const bool has_tokens = replies_.drop_old_tokens(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  // An idle worker does not wake up.
  if (has_tokens || !open_.empty()) {
    schedule_tick();
  }
}

}  // namespace midas::internal::proxy

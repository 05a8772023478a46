#include "proxy/proxy_server.hpp"

#include "proxy/lifecycle/identity_header_file.hpp"
#include "proxy/server/acceptor.hpp"
#include "proxy/server/descriptor_limit.hpp"
#include "proxy/server/listening_socket.hpp"
#include "proxy/server/server_state.hpp"
#include "proxy/server/worker.hpp"

#include <algorithm>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

namespace midas::internal::proxy {
namespace {

constexpr unsigned max_workers = 64;
constexpr unsigned default_max_workers = 4;

class silent_observer final : public proxy_observer {
 public:
  void served(unsigned, const served_request&) noexcept override {}
  void connected(unsigned) noexcept override {}
  void disconnected(unsigned) noexcept override {}
  void rejected(unsigned, const client&, rejection) noexcept override {}
};

std::shared_ptr<const server_settings> settings_of(const proxy_configuration& from) {
  const auto connections = affordable_connections(from.max_connections, descriptor_limit());
  return std::make_shared<const server_settings>(
      server_settings{.policy = access_policy{from},
                      .allowed_hosts = from.allowed_hosts,
                      .max_connections = connections,
                      .max_connections_per_client =
                          connections_per_client(from.max_connections_per_client, connections),
                      .max_header_bytes = from.max_header_bytes,
                      .header_timeout = from.header_timeout,
                      .idle_timeout = from.idle_timeout,
                      .request_timeout = from.request_timeout});
}

client_shares::limits shares_of(const proxy_configuration& from) {
  return {.max_cold_keys = from.max_cold_keys_per_client};
}

std::vector<listening_socket> open_all(const proxy_configuration& configuration,
                                       std::vector<descriptor> passed) {
  std::vector<listening_socket> result;
  result.reserve(passed.size() + configuration.listeners.size());
  for (auto& each : passed) {
    result.push_back(adopt_listener(std::move(each), configuration.allow_non_loopback));
  }
  for (const auto& each : configuration.listeners) {
    result.push_back(open_listener(each, configuration.allow_non_loopback));
  }
  return result;
}

std::vector<endpoint_state> states_of(const std::vector<listening_socket>& listeners) {
  std::vector<endpoint_state> result;
  std::string problems;
  for (const auto& each : listeners) {
    result.push_back(each.state());
    problems.append(problems.empty() ? "" : "; ").append(each.state().problem);
  }
  if (std::none_of(listeners.begin(), listeners.end(),
                   [](const auto& each) { return each.is_open(); })) {
    throw std::runtime_error(problems.empty() ? "there is nothing to listen on; give --listen "
                                                "ADDRESS:PORT or --unix PATH"
                                              : problems);
  }
  return result;
}

}  // namespace

class proxy_server::implementation {
 public:
  implementation(const proxy_configuration& configuration, std::vector<descriptor> passed,
                 token_service& tokens, proxy_observer* observer)
      : listeners_(open_all(configuration, std::move(passed))),
        endpoints_(states_of(listeners_)),
        state_{.tokens = tokens,
               .observer = observer != nullptr ? *observer : silent_,
               .identity_header = configuration.identity_header.empty()
                                      ? random_identity_header()
                                      : configuration.identity_header,
               .shares = client_shares{shares_of(configuration)}},
        settings_(settings_of(configuration)) {
    for (unsigned i = 0; i < workers_of(configuration); ++i) {
      workers_.push_back(std::make_unique<worker>(i, state_, settings_));
    }
    for (auto& each : listeners_) {
      if (each.is_open()) {
        acceptors_.push_back(std::make_shared<acceptor>(each, workers_));
        acceptors_.back()->start();
      }
    }
    workers_.front()->on_failure([this] {
      for (const auto& each : acceptors_) {
        each->resume();
      }
    });
    start_workers();
  }

  ~implementation() { stop(); }
  implementation(const implementation&) = delete;
  implementation& operator=(const implementation&) = delete;

  [[nodiscard]] const std::vector<endpoint_state>& endpoints() const { return endpoints_; }
  [[nodiscard]] server_state& state() { return state_; }
  [[nodiscard]] unsigned workers() const { return static_cast<unsigned>(workers_.size()); }

  void reload(const proxy_configuration& configuration) {
    const std::lock_guard lock(lock_);
    state_.shares.set_limits(shares_of(configuration));
    settings_ = settings_of(configuration);
    for (const auto& each : workers_) {
      each->change_settings(settings_);
    }
  }

  bool responds(std::chrono::milliseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    std::vector<std::future<void>> answers;
    {
      const std::lock_guard lock(lock_);
      if (stopped_) {
        return false;
      }
      for (const auto& each : workers_) {
        const auto answer = std::make_shared<std::promise<void>>();
        answers.push_back(answer->get_future());
        each->post([answer] { answer->set_value(); });
      }
    }
    return std::all_of(answers.begin(), answers.end(), [until](const auto& each) {
      return each.wait_until(until) == std::future_status::ready;
    });
  }

  bool drain(std::chrono::milliseconds timeout) {
    const auto until = std::chrono::steady_clock::now() + timeout;
    const bool was_told = tell_to_drain(until);
    // Without any time, the workers cannot even be told.
    const bool is_idle =
        was_told ? state_.connections.wait_for_none(until) : state_.connections.get() == 0;
    const bool all_answered = is_idle && !has_stopped();
    stop();
    return all_answered;
  }

  void stop() {
    const std::lock_guard lock(lock_);
    if (std::exchange(stopped_, true)) {
      return;
    }
    workers_.front()->post([this] {
      for (const auto& each : acceptors_) {
        each->stop();
      }
    });
    for (const auto& each : workers_) {
      each->stop();
    }
    for (const auto& each : workers_) {
      each->join();
    }
    acceptors_.clear();
    listeners_.clear();
  }

 private:
  void start_workers() {
    try {
      for (const auto& each : workers_) {
        each->start();
      }
    } catch (...) {
      // A worker that has started would not end while there are acceptors.
      stop();
      throw;
    }
  }

  /// stop() closes connections whose requests are not answered.
  bool has_stopped() {
    const std::lock_guard lock(lock_);
    return stopped_;
  }

  /// False if the proxy has stopped, or does so meanwhile.
  bool tell_to_drain(std::chrono::steady_clock::time_point until) {
    // Accepted connections are handed over before the workers are stopped, so that they are
    // answered.
    const auto told = std::make_shared<std::promise<void>>();
    {
      const std::lock_guard lock(lock_);
      if (stopped_) {
        return false;
      }
      workers_.front()->post([this, told] {
        for (const auto& each : acceptors_) {
          each->finish();
        }
        for (const auto& each : workers_) {
          each->drain();
        }
        told->set_value();
      });
    }
    return told->get_future().wait_until(until) == std::future_status::ready;
  }

  silent_observer silent_;
  std::vector<listening_socket> listeners_;
  std::vector<endpoint_state> endpoints_;
  server_state state_;
  std::mutex lock_;
  std::shared_ptr<const server_settings> settings_;
  bool stopped_ = false;
  std::vector<std::unique_ptr<worker>> workers_;
  // Their sockets belong to the first worker's io_context.
  std::vector<std::shared_ptr<acceptor>> acceptors_;
};

namespace {

std::vector<descriptor> owned(const std::vector<int>& numbers) {
  std::vector<descriptor> result;
  result.reserve(numbers.size());
  for (const int each : numbers) {
    result.emplace_back(each);
  }
  return result;
}

}  // namespace

proxy_server::proxy_server(const proxy_configuration& configuration, const std::vector<int>& passed,
                           token_service& tokens, proxy_observer* observer)
    : implementation_(
          std::make_unique<implementation>(configuration, owned(passed), tokens, observer)) {}

proxy_server::~proxy_server() = default;

const std::vector<endpoint_state>& proxy_server::endpoints() const noexcept {
  return implementation_->endpoints();
}

const secret& proxy_server::identity_header() const noexcept {
  return implementation_->state().identity_header;
}

unsigned proxy_server::workers() const noexcept { return implementation_->workers(); }

unsigned proxy_server::workers_of(const proxy_configuration& configuration) noexcept {
  if (configuration.workers != 0) {
    return std::min(configuration.workers, max_workers);
  }
  return std::clamp(std::thread::hardware_concurrency(), 1U, default_max_workers);
}

std::size_t proxy_server::connections() const noexcept {
  return implementation_->state().connections.get();
}

std::size_t proxy_server::waiting() const noexcept {
  return implementation_->state().waiting.load(std::memory_order_relaxed);
}

void proxy_server::reload(const proxy_configuration& configuration) {
  implementation_->reload(configuration);
}

void proxy_server::forget_refusals() { implementation_->state().shares.forget_refusals(); }

bool proxy_server::responds(std::chrono::milliseconds timeout) {
  return implementation_->responds(timeout);
}

bool proxy_server::drain(std::chrono::milliseconds timeout) {
  return implementation_->drain(timeout);
}

void proxy_server::stop() { implementation_->stop(); }

}  // namespace midas::internal::proxy

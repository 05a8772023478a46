#include "proxy/observation/observation_server.hpp"

#include "messages/make_error.hpp"
#include "proxy/observation/brief_cache.hpp"
#include "proxy/observation/metrics.hpp"
#include "proxy/observation/status_json.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

namespace midas::internal::proxy {

namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds pause_after_failed_accept{250};
constexpr std::chrono::milliseconds pause_after_exception{20};

std::string text_of_address(const listen_address& at) {
  return at.path.empty() ? at.address + ":" + std::to_string(at.port) : at.path;
}

unexpected not_listening(const listen_address& at, const std::string& why,
                         const std::string& advice) {
  return fail(errc::invalid_configuration,
              "metrics cannot be served at " + quoted_start(text_of_address(at)) + ": " + why,
              advice);
}

expected<tcp::acceptor> bind_to(boost::asio::io_context& loop, const listen_address& at,
                                const tcp::endpoint& endpoint) {
  boost::system::error_code failure;
  tcp::acceptor result{loop};
  result.open(endpoint.protocol(), failure);
  if (!failure) {
    result.set_option(tcp::acceptor::reuse_address{true}, failure);
  }
  if (!failure) {
    result.bind(endpoint, failure);
  }
  if (!failure) {
    result.listen(boost::asio::socket_base::max_listen_connections, failure);
  }
  if (failure) {
    return not_listening(at, failure.message(),
                         "Choose an address of this machine and a free port");
  }
  return result;
}

std::function<std::string()> kept_for_a_moment(std::function<std::string()> make) {
  constexpr std::chrono::milliseconds age{250};
  return [cache = std::make_shared<brief_cache>(std::move(make), age)] {
    return cache->at(brief_cache::clock::now());
  };
}

}  // namespace

observation_sources sources_of(const observation& source, std::function<health()> live,
                               std::function<health()> ready) {
  return {kept_for_a_moment([metrics = proxy_metrics{source}] { return metrics_text(metrics); }),
          kept_for_a_moment([&source] { return status_json(source.look()); }), std::move(live),
          std::move(ready)};
}

expected<std::unique_ptr<observation_server>> observation_server::listen(
    boost::asio::io_context& loop, const listen_address& at, bool allow_non_loopback,
    observation_sources sources, observation_limits limits) {
  boost::system::error_code failure;
  const auto address = boost::asio::ip::make_address(at.address, failure);
  if (failure || !at.path.empty()) {
    return not_listening(at, "it is not an address of IPv4 or IPv6 with a port",
                         "Use an address and a port, e.g. 127.0.0.1:9464");
  }
  if (!address.is_loopback() && !allow_non_loopback) {
    return not_listening(at, "it is not a loopback address",
                         "Use 127.0.0.1 or ::1; with --allow-non-loopback, other machines can read "
                         "the resources, identities and users of this one");
  }
  auto bound = bind_to(loop, at, {address, at.port});
  if (!bound) {
    return unexpected{bound.error()};
  }
  std::unique_ptr<observation_server> result{
      new observation_server{*std::move(bound), std::move(sources), limits}};
  result->accept();
  return result;
}

observation_server::observation_server(acceptor from, observation_sources sources,
                                       observation_limits limits)
    : acceptor_(std::move(from)),
      port_(acceptor_.local_endpoint().port()),
      sources_(std::move(sources)),
      limits_(limits),
      retry_(acceptor_.get_executor()),
      self_(std::make_shared<observation_server*>(this)) {}

observation_server::~observation_server() { close(); }

void observation_server::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
  self_.reset();
  for (const auto& each : std::exchange(connections_, {})) {
    each->close();
  }
}

void observation_server::accept() {
  is_accepting_ = false;
  acceptor_.async_accept(
      [weak = std::weak_ptr{self_}](const boost::system::error_code& failure, tcp::socket socket) {
        const auto alive = weak.lock();
        if (alive == nullptr) {
          return;
        }
        auto& server = **alive;
        server.is_accepting_ = false;
        if (!failure) {
          server.add(std::move(socket));
          server.accept();
          return;
        }
        // No descriptor is left: at once would be again too early.
        server.accept_later();
      });
  is_accepting_ = true;
}

void observation_server::accept_later() {
  retry_.expires_after(pause_after_failed_accept);
  retry_.async_wait([weak = std::weak_ptr{self_}](const boost::system::error_code& canceled) {
    if (const auto still = canceled ? nullptr : weak.lock()) {
      (*still)->accept();
    }
  });
  is_accepting_ = true;
}

void observation_server::run(boost::asio::io_context& loop) {
  for (bool has_failed = false;; has_failed = true) {
    try {
      if (has_failed) {
        std::this_thread::sleep_for(pause_after_exception);
        if (self_ != nullptr && !is_accepting_) {
          accept();
        }
      }
      loop.run();
      return;
    } catch (...) {
      // Usually for lack of memory. The connection that it concerned has ended.
    }
  }
}

void observation_server::add(tcp::socket socket) {
  make_room();
  const auto place = connections_.emplace(connections_.end());
  try {
    *place = std::make_shared<observation_connection>(std::move(socket), sources_, limits_,
                                                      [this, place] { connections_.erase(place); });
  } catch (...) {
    connections_.erase(place);
    throw;
  }
  // The connection may end at once, and leave the list.
  const auto added = *place;
  added->start();
}

void observation_server::make_room() {
  if (connections_.size() < limits_.max_connections) {
    return;
  }
  const auto oldest = std::ranges::min_element(
      connections_, {}, [](const auto& each) { return each->last_active(); });
  (*oldest)->close();
  connections_.erase(oldest);
}

}  // namespace midas::internal::proxy

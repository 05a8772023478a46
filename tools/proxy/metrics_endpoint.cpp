#include "tools/proxy/metrics_endpoint.hpp"

#include "proxy/configuration/listen_address_text.hpp"
#include "proxy/observation/observation_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <thread>
#include <utility>

namespace midas::internal::tools {

struct metrics_endpoint::server {
  boost::asio::io_context loop{1};
  proxy::listen_address address{};
  std::unique_ptr<proxy::observation_server> listener{};
  std::thread thread{};
};

expected<std::unique_ptr<metrics_endpoint>> metrics_endpoint::listen(
    const proxy::proxy_configuration& configuration, const proxy::observation& source,
    std::function<proxy::health()> live, std::function<proxy::health()> ready) {
  auto made = std::make_unique<server>();
  made->address = configuration.metrics.value();
  auto listener = proxy::observation_server::listen(
      made->loop, made->address, configuration.allow_non_loopback,
      proxy::sources_of(source, std::move(live), std::move(ready)));
  if (!listener) {
    return unexpected{listener.error()};
  }
  made->listener = *std::move(listener);
  made->address.port = made->listener->port();
  made->thread = std::thread{[&running = *made] { running.listener->run(running.loop); }};
  return std::unique_ptr<metrics_endpoint>{new metrics_endpoint{std::move(made)}};
}

metrics_endpoint::metrics_endpoint(std::unique_ptr<server> running) : server_(std::move(running)) {}

metrics_endpoint::~metrics_endpoint() {
  boost::asio::post(server_->loop, [&listener = *server_->listener] { listener.close(); });
  server_->thread.join();
}

std::string metrics_endpoint::url() const { return "http://" + to_string(server_->address); }

}  // namespace midas::internal::tools

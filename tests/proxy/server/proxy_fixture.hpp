// A proxy in front of a simulated host, both on loopback ports of their own.
#pragma once

#include "proxy/proxy_server.hpp"
#include "tests/proxy/server/recording_observer.hpp"
#include "tests/simulator/support/raw_client.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace midas::internal::proxy::test {

using midas::internal::test::get_request;
using midas::internal::test::raw_client;

inline constexpr std::string_view token_target =
    "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";

/// The target of a request to IMDS.
inline std::string target_of(std::string_view resource) {
  return std::string{token_target}.append(resource);
}

/// True as soon as the condition holds; false if it does not within ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

inline proxy_configuration on_loopback() {
  proxy_configuration result;
  result.listeners = {{.address = "127.0.0.1"}};
  result.workers = 2;
  result.identity_header = secret{std::string_view{"the-secret"}};
  return result;
}

class proxy_fixture {
 public:
  explicit proxy_fixture(const proxy_configuration& configuration = on_loopback(),
                         const simulated_host_options& host_options = {})
      : host(host_options),
        tokens({.endpoint = host.endpoint()}),
        observer(proxy_server::workers_of(configuration)),
        server(
            std::make_unique<proxy_server>(configuration, std::vector<int>{}, tokens, &observer)) {}

  [[nodiscard]] std::uint16_t port() const { return server->endpoints().at(0).where.port; }
  [[nodiscard]] raw_client connect() const { return raw_client{port()}; }

  simulated_host host;
  token_service tokens;
  recording_observer observer;
  std::unique_ptr<proxy_server> server;
};

}  // namespace midas::internal::proxy::test

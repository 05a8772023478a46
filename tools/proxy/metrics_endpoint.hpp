// The metrics listener on a thread of its own.
#pragma once

#include "proxy/configuration/proxy_configuration.hpp"
#include "proxy/observation/observation.hpp"
#include "proxy/observation/observation_answer.hpp"
#include <midas/error.hpp>

#include <functional>
#include <memory>
#include <string>

namespace midas::internal::tools {

/// Serves metrics, the status page and the probes until it is destroyed.
class metrics_endpoint {
 public:
  /// Fails with errc::invalid_configuration if the configuration's address cannot be bound. The
  /// observation must outlive the endpoint; the functions are called on its thread.
  [[nodiscard]] static expected<std::unique_ptr<metrics_endpoint>> listen(
      const proxy::proxy_configuration& configuration, const proxy::observation& source,
      std::function<proxy::health()> live, std::function<proxy::health()> ready);

  metrics_endpoint(const metrics_endpoint&) = delete;
  metrics_endpoint& operator=(const metrics_endpoint&) = delete;
  ~metrics_endpoint();

  /// "http://127.0.0.1:9464".
  [[nodiscard]] std::string url() const;

 private:
  struct server;
  explicit metrics_endpoint(std::unique_ptr<server> running);

  std::unique_ptr<server> server_;
};

}  // namespace midas::internal::tools

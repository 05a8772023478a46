// The administration of a proxy that is backed by a token service.
#pragma once

#include "proxy/administration/administration.hpp"
#include <midas/token_service.hpp>

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// What a proxy does on its administrator's behalf, besides what its token service does.
struct administrated_proxy {
  /// Forgets the refusals of all clients (client_shares::forget_refusals()).
  std::function<void()> forget_refusals{};
  /// See proxy::administration.
  std::function<proxy::configuration_result<std::vector<proxy::configuration_change>>()> reload{};
  std::function<void()> drain{};
};

/// Refers to the service, which must outlive it. Any thread.
class service_administration final : public proxy::administration {
 public:
  service_administration(token_service& tokens, administrated_proxy proxy)
      : tokens_(tokens), proxy_(std::move(proxy)) {}

  [[nodiscard]] std::vector<proxy::held_key> keys() override;
  std::size_t flush(const proxy::key_selection& selected) override;
  proxy::configuration_result<std::vector<proxy::configuration_change>> reload() override {
    return proxy_.reload();
  }
  void drain() override { proxy_.drain(); }

 private:
  token_service& tokens_;
  administrated_proxy proxy_;
};

}  // namespace midas::internal::tools

// The simulated counterpart of every identity host: one row each.
#pragma once

#include "simulator/hosts/simulated_protocol.hpp"
#include <midas/identity_host.hpp>
#include <midas/simulated_host_options.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace midas::internal::simulator {

enum class tls_use : std::uint8_t {
  never,
  always,
  /// Unless options.plain_http is set.
  by_default,
};

struct simulated_host_row {
  identity_host host;
  tls_use tls;
  /// `thumbprint` is that of the server's certificate, empty without TLS. Throws as
  /// private_directory does if the host writes files.
  std::unique_ptr<simulated_protocol> (*make)(const simulated_host_options& options,
                                              const std::string& thumbprint);
  /// Whether simulated_host_options::identity_binding may be set.
  bool supports_identity_binding = false;

  [[nodiscard]] bool uses_tls(const simulated_host_options& options) const noexcept {
    return tls == tls_use::always || (tls == tls_use::by_default && !options.plain_http);
  }
};

[[nodiscard]] std::span<const simulated_host_row> simulated_host_rows() noexcept;

/// Throws std::invalid_argument if `host` is not an enumerator.
[[nodiscard]] const simulated_host_row& row_of(identity_host host);

}  // namespace midas::internal::simulator

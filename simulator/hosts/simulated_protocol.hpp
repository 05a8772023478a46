// What a simulated host is, apart from the server that it runs in.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"
#include <midas/environment_variable.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// One thread at a time.
class simulated_protocol {
 public:
  simulated_protocol() = default;
  virtual ~simulated_protocol() = default;
  simulated_protocol(const simulated_protocol&) = delete;
  simulated_protocol& operator=(const simulated_protocol&) = delete;

  /// Fills an empty response. Its `resource` is valid until the next call.
  virtual void answer(const request_view& request, std::chrono::system_clock::time_point now,
                      response& out) = 0;

  /// Whether it answers requests to this path as token requests, whatever their method.
  [[nodiscard]] virtual bool is_token_path(std::string_view path) const noexcept = 0;

  /// Fills the status and the body of an error, in the form that the host's own errors have.
  virtual void write_error(response& out, int status, std::string_view code,
                           std::string_view text) = 0;

  /// Makes the tokens that it gives.
  [[nodiscard]] virtual token_issuer& issuer() noexcept = 0;

  /// What programs that run on such a host find in their environment, when it is served at
  /// `endpoint`: scheme and authority.
  [[nodiscard]] virtual std::vector<environment_variable> environment(
      const std::string& endpoint) const = 0;
};

}  // namespace midas::internal::simulator

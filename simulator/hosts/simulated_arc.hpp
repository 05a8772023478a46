// The simulated agent of Azure Arc-enabled servers. It answers a first request with a challenge
// that names a file, and a second request that carries the file's content with a token.
//
// Source: Microsoft Learn, "Authenticate against Azure resources with Azure Arc-enabled servers".
// The error texts are ours.
#pragma once

#include "simulator/hosts/arc_keys.hpp"
#include "simulator/hosts/simulated_protocol.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::simulator {

/// Like the newest agents, it also issues tokens of user-assigned identities, and its answer
/// repeats the id that the request named.
class simulated_arc final : public simulated_protocol {
 public:
  /// Writes key files to options.arc_key_directory or, if that is empty, to a new directory. Throws
  /// as private_directory does.
  explicit simulated_arc(simulated_host_options options);

  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;
  [[nodiscard]] const std::string& key_directory() const noexcept override {
    return keys_.directory();
  }

 private:
  [[nodiscard]] std::optional<host_error> check_request(const request_view& request) const override;
  void answer_token_request(const request_view& request, const http::query_string& query,
                            std::int64_t now, response& out) override;
  void challenge(response& out);

  arc_keys keys_;
};

}  // namespace midas::internal::simulator

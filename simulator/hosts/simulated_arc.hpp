// How the agent of Azure Arc-enabled servers speaks: it answers a first request with a challenge,
// which names a file, and a second one that carries the file's content with a token.
//
// Facts: Microsoft Learn, "Authenticate against Azure resources with Azure Arc-enabled servers".
// The texts of errors are ours.
#pragma once

#include "simulator/hosts/arc_keys.hpp"
#include "simulator/hosts/identity_choice.hpp"
#include "simulator/hosts/simulated_protocol.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// As the newest agents do, it gives out the tokens of user-assigned identities too, and confirms
/// the name that was asked for.
class simulated_arc final : public simulated_protocol {
 public:
  /// Key files go into `key_directory`, into a new one when it is empty. Throws as
  /// private_directory does.
  simulated_arc(simulated_host_options options, const std::string& key_directory);

  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out) override;
  [[nodiscard]] bool is_token_path(std::string_view path) const noexcept override;
  void write_error(response& out, int status, std::string_view code,
                   std::string_view text) override;
  [[nodiscard]] token_issuer& issuer() noexcept override { return issuer_; }
  [[nodiscard]] std::vector<environment_variable> environment(
      const std::string& endpoint) const override;

  [[nodiscard]] const std::string& key_directory() const noexcept { return keys_.directory(); }

 private:
  void answer_token(const request_view& request, const query_string& query, std::int64_t now,
                    response& out);
  void challenge(response& out);

  simulated_host_options options_;
  arc_keys keys_;
  token_issuer issuer_;
  std::string resource_;
};

}  // namespace midas::internal::simulator

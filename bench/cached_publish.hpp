// The cost of publishing a token.
#pragma once

#include "published/token_table.hpp"
#include "transport/responses/token_response.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

/// Replaces the tokens of a table with `keys` keys in turn and returns the time per token. With
/// `with_parsing`, each token is parsed from a response, as in an acquisition, and the replaced one
/// is wiped. Otherwise the tokens are parsed in advance, and the replaced ones are still in use.
inline double nanoseconds_per_publish(std::size_t keys, bool with_parsing) {
  constexpr std::size_t publishes = 10'000;
  const auto now = clock_reading::now();
  const token_validity validity{.end = now + std::chrono::hours{20},
                                .refresh_at = now.boot + std::chrono::hours{12}};
  const auto token_of = [&now](std::size_t number) {
    constexpr std::size_t size = 1'800;
    const auto signature = std::to_string(number);
    http_response response{.status = 200};
    response.body.reserve(size + 100);
    response.body.append(R"({"access_token":")")
        .append(size - signature.size(), 'T')
        .append(signature)
        .append(R"(","expires_in":"86399","token_type":"Bearer"})");
    return access_token{*read_token_response("IMDS", std::move(response), now.wall),
                        token_source::identity_provider};
  };
  token_table table;
  std::vector<token_key> names;
  std::vector<access_token> held;
  for (std::size_t i = 0; i < keys; ++i) {
    names.push_back({{}, "https://vault-" + std::to_string(i) + ".azure.net"});
    const auto token = token_of(publishes + i);
    table.publish(names.back(), token, validity, now);
    if (!with_parsing) {
      held.push_back(token);
    }
  }
  std::vector<access_token> tokens;
  for (std::size_t i = 0; i < publishes && !with_parsing; ++i) {
    tokens.push_back(token_of(i));
  }
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < publishes; ++i) {
    auto later = validity;
    later.refresh_at += std::chrono::seconds{(i * 7'919) % 3'600};
    table.publish(names[i % keys], with_parsing ? token_of(i) : tokens[i], later, now);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  return took.count() / publishes;
}

}  // namespace midas::internal::bench

// What it costs to publish a token.
#pragma once

#include <midas/actors/token_table.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace midas::bench {

/// Of a table with so many keys, in turn, in place of tokens that are there already. With the
/// making of each token from its text, as an acquisition has it, or with tokens made before.
inline double nanoseconds_a_publish(std::size_t keys, bool with_making) {
  constexpr std::size_t least_publishes = 10'000;
  const auto now = moment::now();
  const token_validity validity{.end = now + std::chrono::hours{20},
                                .refresh_at = now.boot + std::chrono::hours{12}};
  auto text = std::string(1'800, 'T') + "0000000";
  const auto token_of = [&now, &text](std::size_t number) {
    for (auto digit = text.rbegin(); digit != text.rbegin() + 7; ++digit, number /= 10) {
      *digit = static_cast<char>('0' + number % 10);
    }
    token_grant grant;
    grant.token = secret{text};
    grant.expires_on = now.wall + std::chrono::hours{24};
    return access_token{std::move(grant), token_source::identity_provider};
  };
  token_table table;
  std::vector<token_key> names;
  for (std::size_t i = 0; i < keys; ++i) {
    names.push_back({{}, "https://vault-" + std::to_string(i) + ".azure.net"});
  }
  std::vector<access_token> tokens;
  for (std::size_t i = 0; i < least_publishes && !with_making; ++i) {
    tokens.push_back(token_of(i));
  }
  for (std::size_t i = 0; i < keys; ++i) {
    table.publish(names[i], token_of(least_publishes + i), validity, now);
  }
  const auto began = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < least_publishes; ++i) {
    auto later = validity;
    later.refresh_at += std::chrono::seconds{(i * 7'919) % 3'600};
    table.publish(names[i % keys], with_making ? token_of(i) : tokens[i], later, now);
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
  return took.count() / least_publishes;
}

}  // namespace midas::bench

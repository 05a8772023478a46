// Requests and events for the tests of what a proxy shows.
#pragma once

#include "proxy/observation/observation.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace midas::internal::test {

using namespace std::chrono_literals;

// 2026-11-28T16:26:05.678Z
inline constexpr proxy::wall_time noon{std::chrono::milliseconds{1'795'883'165'678}};

inline proxy::client user(uid_t uid) { return {.connection = 1, .uid = uid, .address = "unix"}; }

inline proxy::token_query query_for(std::string resource, managed_identity identity = {}) {
  return {proxy::client_protocol::imds, std::move(resource), std::move(identity)};
}

struct sample_request {
  proxy::client who = user(1000);
  std::optional<proxy::token_query> query = query_for("https://vault.azure.net");
  proxy::token_result result = proxy::token_result::hit;
  int status = 200;
  std::string reason{};
  proxy::wall_time at = noon;
  std::chrono::nanoseconds elapsed = 20us;

  [[nodiscard]] proxy::served_request view() const {
    return {who, query ? &*query : nullptr, result, status, reason, at, elapsed};
  }
};

inline void serve(proxy::observation& to, const sample_request& request, unsigned worker = 0) {
  to.served(worker, request.view());
}

inline error busy_error() {
  error result;
  result.code = errc::throttled;
  result.message = "IMDS is throttling";
  result.advice = "Send fewer requests";
  result.http_status = 429;
  return result;
}

inline token_key key_for(std::string resource, managed_identity identity = {}) {
  return {std::move(identity), std::move(resource)};
}

/// A token that was granted at `at`.
inline void grant(proxy::observation& to, const token_key& key, proxy::wall_time at,
                  std::chrono::seconds life = 24h) {
  to.note(acquisition_started{key});
  exchange_finished exchange;
  exchange.key = key;
  exchange.status = 200;
  exchange.elapsed = 3ms;
  to.note(exchange);
  to.note(acquisition_succeeded{key, std::chrono::floor<std::chrono::seconds>(at + life), 4ms, 1});
  to.note(refresh_scheduled{key, life / 2});
}

}  // namespace midas::internal::test

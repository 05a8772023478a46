// Published tokens as the threads of an application read them.
#pragma once

#include "published/token_table.hpp"
#include <midas/detail/thread_cache.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal::test::reads {

using namespace std::chrono_literals;
using namespace detail;

inline const std::string vault = "https://vault.azure.net";

inline access_token token_named(const std::string& text) {
  token_grant grant;
  grant.token = secret{text};
  grant.expires_on = clock_reading::now().wall + 24h;
  return {grant, token_source::identity_provider};
}

inline void publish(token_table& table, const token_key& key, const std::string& text,
                    std::chrono::seconds usable = 1h) {
  const auto now = clock_reading::now();
  table.publish(key, token_named(text), {.end = now + usable, .refresh_at = now.boot + 30min}, now);
}

inline token_lookup looking(const token_table& table, const std::string& resource,
                            const managed_identity& identity) {
  return make_lookup(table.id(), identity, resource);
}

// Reads as token_service does.
inline std::optional<access_token> read(token_table& table, const token_lookup& what) {
  if (auto* const found = find_fresh(what)) {
    return access_token{*found, token_source::cache};
  }
  if (auto found = table.read(what)) {
    return std::move(found->token);
  }
  return std::nullopt;
}

inline std::string text_of(const std::optional<access_token>& token) {
  return token ? std::string{token->token().reveal()} : "nothing";
}

inline std::optional<access_token> good(std::uint64_t handle) {
  auto* const found = find_fresh(handle);
  return found == nullptr ? std::nullopt : std::optional{access_token{*found, token_source::cache}};
}

// Reads as token_handle does.
inline std::optional<access_token> read(token_table& table, std::uint64_t handle,
                                        const std::string& resource) {
  if (auto token = good(handle)) {
    return token;
  }
  const managed_identity system;
  const auto what = looking(table, resource, system);
  auto token = read(table, what);
  if (auto* const mine = cache_of_this_thread; token && mine != nullptr) {
    mine->bind_handle(handle, what);
  }
  return token;
}

inline std::string read_by_handle(token_table& table, std::uint64_t handle,
                                  const std::string& resource) {
  return text_of(read(table, handle, resource));
}

inline std::string read_text(token_table& table, const std::string& resource,
                             const managed_identity& identity = {}) {
  return text_of(read(table, looking(table, resource, identity)));
}

}  // namespace midas::internal::test::reads

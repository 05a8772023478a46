// The cache actor: where every caller asks.
#pragma once

#include "actors/acquisition_actor.hpp"
#include "actors/http_actor.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace midas::internal {

struct cache_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<http_transport> transport;
  host_limits limits{};
  /// For requests that come with no timeout of their own.
  std::chrono::nanoseconds default_timeout = std::chrono::seconds{30};
  /// Keys that nobody has asked for this long leave memory; without it, for as long as a token of
  /// theirs lives.
  std::optional<std::chrono::seconds> idle_key_timeout{};
  /// Beyond so many, those that were asked for the longest ago leave memory.
  std::size_t max_keys = 10'000;
};

/// Answers from the published tokens, or hands the request on to the acquisition actor of its key,
/// which it makes at need. It has tokens renewed when their time has come. It makes the http actor
/// too, replaces either when it ends before its time, and takes both with it when it ends itself.
cache_actor spawn_cache(caf::actor_system& system, cache_settings settings);

}  // namespace midas::internal

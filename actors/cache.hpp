// The cache actor: where every caller asks.
#pragma once

#include <midas/actors/acquisition.hpp>
#include <midas/actors/http.hpp>

#include <chrono>
#include <memory>

namespace midas {

struct cache_settings {
  std::shared_ptr<const service_context> service;
  std::shared_ptr<http_transport> transport;
  host_limits limits{};
  /// For requests that come with no timeout of their own.
  std::chrono::nanoseconds default_timeout = std::chrono::seconds{30};
  /// Keys that nobody has asked for this long leave memory.
  std::chrono::seconds idle_key_timeout{3'600};
};

/// Answers from the published tokens, or hands the request on to the acquisition actor of its key,
/// which it makes at need. It makes the http actor too, replaces either when it ends before its
/// time, and takes both with it when it ends itself.
cache_actor spawn_cache(caf::actor_system& system, cache_settings settings);

}  // namespace midas

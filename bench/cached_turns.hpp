// Who takes turns in the benchmark of cached reads, and how much is measured of each.
#pragma once

#include "bench/cached_contestants.hpp"
#include "bench/cached_measure.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

namespace midas::internal::bench {

struct settings {
  std::vector<std::size_t> threads{1, 2, 4, 16, 64};
  std::vector<std::size_t> resources{1, 100, 10'000};
  std::size_t rounds = 5;
  clock_type::duration slice = std::chrono::milliseconds{30};
  /// Of single calls, for each contestant and number of threads.
  std::size_t samples = 60'000;
  std::size_t latency_rounds = 3;
};

inline constexpr std::array names {
  "midas: try_get", "midas: handle", "midas: get", "midas: actor's request", "floor",
      "mutex and map", "shared_mutex, shared_ptr", "atomic shared_ptr", "azure-identity's design",
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
      "azure-identity"
#endif
};

/// By their place among the names. The last is there only where it was found.
enum contestant : std::size_t {
  by_key,
  by_handle,
  by_get,
  by_actor,
  least,
  mutex,
  shared,
  atomic,
  azure,
  library
};

/// Calls the function with the number and the caller of each.
template <class Function>
void for_each(contestants& all, std::size_t resources, const Function& function) {
  function(by_key, all.by_key());
  function(by_handle, all.by_handle());
  function(by_get, all.by_get());
  function(by_actor, all.by_actor());
  function(least, all.floor(resources));
  function(mutex, all.by_mutex());
  function(shared, all.by_shared_mutex());
  function(atomic, all.by_atomic());
  function(azure, all.by_azure_identity());
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
  function(library, all.by_azure_identity_library());
#endif
}

/// What was seen of each.
using series = std::array<std::vector<double>, names.size()>;

}  // namespace midas::internal::bench

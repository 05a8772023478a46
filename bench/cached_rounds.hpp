// The rounds of the benchmark of cached reads: which implementations alternate, and how much is
// measured of each.
#pragma once

#include "bench/cached_implementations.hpp"
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
  /// Single calls for each implementation and number of threads.
  std::size_t samples = 60'000;
  std::size_t latency_rounds = 3;
};

inline constexpr std::array names {
  "midas: try_get", "midas: handle", "midas: get", "midas: actor's request", "lower bound",
      "mutex and map", "shared_mutex, shared_ptr", "atomic shared_ptr", "azure-identity's design",
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
      "azure-identity"
#endif
};

/// Index into `names`. `library` is used only with MIDAS_BENCH_AZURE_IDENTITY.
enum implementation : std::size_t {
  by_key,
  by_handle,
  by_get,
  by_actor,
  lower_bound,
  mutex,
  shared,
  atomic,
  azure,
  library
};

/// Calls the function with each implementation and its factory.
template <class Function>
void for_each(implementations& all, std::size_t resources, const Function& function) {
  function(by_key, all.by_key());
  function(by_handle, all.by_handle());
  function(by_get, all.by_get());
  function(by_actor, all.by_actor());
  function(lower_bound, all.lower_bound(resources));
  function(mutex, all.by_mutex());
  function(shared, all.by_shared_mutex());
  function(atomic, all.by_atomic());
  function(azure, all.by_azure_identity());
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
  function(library, all.by_azure_identity_library());
#endif
}

/// The measurements of each implementation.
using series = std::array<std::vector<double>, names.size()>;

}  // namespace midas::internal::bench

// The parameters of a load run.
#pragma once

#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// How a caller uses the token service.
enum class caller_kind { actors, threads, coroutines, callbacks };

struct load_plan {
  caller_kind as = caller_kind::actors;
  std::size_t callers = 10'000;
  /// Threads that run actors, coroutines or callbacks; does not apply to caller_kind::threads.
  std::size_t threads = 2;
  /// The timeout of each request.
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
  /// Assigned to the callers in turn.
  std::vector<token_request> requests;
  token_service_options service;
};

}  // namespace midas::internal::tools

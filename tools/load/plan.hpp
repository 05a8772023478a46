// Who asks for what in a load run.
#pragma once

#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// What a caller is made of.
enum class caller_kind { actors, threads, coroutines, callbacks };

struct load_plan {
  caller_kind as = caller_kind::actors;
  std::size_t callers = 10'000;
  /// Threads that carry actors, coroutines or callbacks; callers that are threads bring their own.
  std::size_t threads = 2;
  /// What each request gives its caller's patience.
  std::chrono::nanoseconds timeout = std::chrono::seconds{30};
  /// The n-th caller asks for the n-th of these, and so on round.
  std::vector<token_request> requests;
  token_service_options service;
};

}  // namespace midas::internal::tools

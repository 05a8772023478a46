// The host of a case: it expects requests, and answers as the case says.
#pragma once

#include "messages/http_message.hpp"
#include "tests/conformance/expectation.hpp"
#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include <midas/error.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace midas::internal::conformance {

/// How an exchange ends, and after how long.
struct scripted_answer {
  expected<http_response> outcome;
  std::chrono::milliseconds after{0};
};

/// Whether the TLS server of a case is one that the request may be told to, as midas decides it;
/// else how the handshake ends. A case without such a server has nothing to say.
expected<void> shake_hands(const http_request& request, const json& content,
                           const template_values& values);

/// The answer to a request, as an entry of "exchange" has it: within the request's own limits.
scripted_answer answer_to(const http_request& request, const json& respond,
                          const template_values& values);

}  // namespace midas::internal::conformance

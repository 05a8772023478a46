// The host of a case: answers requests as the case specifies.
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

/// The end of an exchange, and the time until then.
struct scripted_answer {
  expected<http_response> outcome;
  std::chrono::milliseconds after{0};
};

/// Succeeds if midas may send the request to the TLS server of the case, or if the case has none;
/// otherwise, the error of the handshake.
expected<void> shake_hands(const http_request& request, const json& content,
                           const template_values& values);

/// The answer to a request according to an entry of "exchange", within the limits of the request.
scripted_answer answer_to(const http_request& request, const json& respond,
                          const template_values& values);

}  // namespace midas::internal::conformance

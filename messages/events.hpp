// The messages that midas's actors send each other and themselves, beside requests and answers.
#pragma once

#include <midas/messages/error.hpp>
#include <midas/messages/http_message.hpp>
#include <midas/messages/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace midas {

/// A request that the cache hands on, with the moment by which it must be answered.
struct acquisition_request {
  token_request request{};
  std::chrono::steady_clock::time_point deadline{};
};

/// What the transport made of the exchange with that id.
struct http_completion {
  std::uint64_t id = 0;
  expected<http_response> outcome;
};

/// An acquisition ended. `received` counts the requests its actor has got in its life: when it equals
/// what the cache has sent, none is under way to it, and it can be ended.
struct acquisition_settled {
  token_key key{};
  std::string claims{};
  std::size_t received = 0;
};

/// What actors send themselves when a moment has come.
struct admission_due {};
struct deadline_due {};
struct sweep_due {};

std::string to_string(const acquisition_request&);
std::string to_string(const http_completion&);
std::string to_string(const acquisition_settled&);
inline std::string to_string(const admission_due&) { return "admission_due"; }
inline std::string to_string(const deadline_due&) { return "deadline_due"; }
inline std::string to_string(const sweep_due&) { return "sweep_due"; }

}  // namespace midas

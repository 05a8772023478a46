// The protocol of a simulated host, apart from the HTTP server that carries it.
#pragma once

#include "http/host_refusal.hpp"
#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"
#include <midas/environment_variable.hpp>
#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::http {
class query_string;
}  // namespace midas::internal::http

namespace midas::internal::simulator {

/// An error that a host answers with. Each host has a form of its own for it.
struct host_error {
  int status = 400;
  std::string_view code{};
  std::string text{};
  /// The AADSTS number of an error that Entra answers with; 0 for an error of the host itself.
  unsigned entra_number = 0;
};

/// The parts of a host protocol that are the same for every request.
struct protocol_traits {
  std::string_view token_path;
  /// The method of token requests.
  std::string_view method = "GET";
  /// Header fields of every response, complete lines that end in "\r\n".
  std::string_view fields = "Content-Type: application/json; charset=utf-8\r\n";
  /// Every response has a new x-ms-request-id.
  bool has_request_id = false;
  host_error wrong_path{};
  host_error wrong_method{};
  /// For a query or a form that cannot be decoded.
  host_error malformed_parameters{};
};

/// Base of the simulated hosts. It checks path and method, decodes the parameters and issues the
/// tokens; a derived class adds the checks and the forms of its own host. One thread at a time.
class simulated_protocol {
 public:
  virtual ~simulated_protocol() = default;
  simulated_protocol(const simulated_protocol&) = delete;
  simulated_protocol& operator=(const simulated_protocol&) = delete;

  /// Fills an empty response. Its `resource` is valid until the next call.
  void answer(const request_view& request, std::chrono::system_clock::time_point now,
              response& out);

  /// Whether requests to this path are token requests, whatever their method.
  [[nodiscard]] virtual bool is_token_path(std::string_view path) const noexcept;

  /// Fills in the status and the body of an error, in the form of the host's own errors.
  virtual void write_error(response& out, int status, std::string_view code,
                           std::string_view text) = 0;

  /// The variables that a program on such a host finds in its environment. `endpoint` is the
  /// scheme and authority that the host is served at.
  [[nodiscard]] virtual std::vector<environment_variable> environment(
      const std::string& endpoint) const = 0;

  /// The directory of the key files that prove a caller's privileges. Empty for hosts without any.
  [[nodiscard]] virtual const std::string& key_directory() const noexcept;

  [[nodiscard]] token_issuer& issuer() noexcept { return issuer_; }

 protected:
  simulated_protocol(simulated_host_options options, protocol_traits traits);

  [[nodiscard]] const simulated_host_options& options() const noexcept { return options_; }
  [[nodiscard]] std::string_view token_path() const noexcept { return traits_.token_path; }

  /// Answers a request to any path but the token path. By default with traits.wrong_path.
  virtual void answer_other_path(const request_view& request, std::int64_t now, response& out);

  /// Checks what a token request must have besides its parameters. By default nothing.
  [[nodiscard]] virtual std::optional<host_error> check_request(const request_view& request) const;

  /// Answers a token request that passed the checks above. `now` is in Unix seconds.
  virtual void answer_token_request(const request_view& request,
                                    const http::query_string& parameters, std::int64_t now,
                                    response& out) = 0;

  /// Answers a request for a resource that the tenant does not know. By default as Entra does.
  virtual void refuse_resource(const std::string& resource, std::int64_t now, response& out);

  /// Answers with an error: in Entra's form if it has a number, otherwise through write_error().
  void refuse(response& out, const host_error& error, std::int64_t now);

  /// Records which resource the request asks for, for the statistics.
  void note_resource(const std::string& resource, response& out);
  /// The same for the parameter `resource`. Returns null if it is missing or empty.
  [[nodiscard]] const std::string* note_resource(const http::query_string& parameters,
                                                 response& out);

  /// Writes a token, or refuses the resource if the tenant does not know it.
  void write_token(const simulated_identity& identity, const std::string& resource,
                   std::int64_t now, token_form form, response& out);

 private:
  simulated_host_options options_;
  protocol_traits traits_;
  token_issuer issuer_;
  std::string resource_;
};

/// The error with which the host of that protocol refuses a request.
[[nodiscard]] host_error host_error_of(const http::host_refusal& refused);

}  // namespace midas::internal::simulator

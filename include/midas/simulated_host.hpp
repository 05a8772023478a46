// A simulated identity endpoint of an Azure host, to test programs that request managed-identity
// tokens. Link midas::simulator. docs/simulator.md describes the hosts and the fault rules.
#pragma once

#include <midas/environment_variable.hpp>
#include <midas/simulated_host_options.hpp>
#include <midas/simulated_host_statistics.hpp>
#include <midas/token_service_options.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace midas {

/// An HTTP server on a thread of its own, which answers token requests as the real host does,
/// mistaken requests included. It serves from construction until stop() or destruction.
///
/// Tokens have the form of real ones, about 1.8 kB each, and every token is unique. Their signature
/// is filler, so no service accepts them. Besides the paths of the host, every simulated host
/// answers these requests, which are neither delayed nor counted:
///
///   GET /stats       statistics() as JSON
///   GET /journal     journal() as JSON
///   GET /faults      fault_rules()
///   PUT /faults      set_fault_rules() with the body, whose Content-Type is application/json
///   DELETE /faults   removes all rules
///
/// On a loopback address, any program of the machine can change the rules; on another address,
/// none can unless options.allow_remote_faults is set. Web pages cannot.
///
/// Any thread may call any member function, except that the destructor must not run concurrently
/// with other calls. The server's thread blocks all signals.
class simulated_host {
 public:
  /// Starts to serve; the host accepts connections when the constructor returns.
  ///
  /// Throws std::invalid_argument if an option is out of its range, if the address is not a
  /// loopback address and options.allow_any_address is not set, or if options.fault_rules is
  /// malformed, or if there is no such options.scenario. Throws std::system_error if the system
  /// cannot listen on the address and port, cannot write a file or cannot start a thread, and
  /// std::runtime_error if OpenSSL fails. what() names the value and a remedy.
  explicit simulated_host(const simulated_host_options& options = {});

  /// Calls stop(), and removes the files that the host created.
  ~simulated_host();
  simulated_host(const simulated_host&) = delete;
  simulated_host& operator=(const simulated_host&) = delete;

  /// "http://ADDRESS:PORT", or "https://ADDRESS:PORT" for Service Fabric and workload identity. An
  /// IPv6 address is in brackets.
  [[nodiscard]] const std::string& endpoint() const noexcept;

  /// The TCP port that the host listens on, the chosen one if options.port was 0.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// The variables that a program on a real host finds in its environment, for
  /// token_service_options::environment or for the environment of a child process. On some hosts
  /// one of them is the secret of the endpoint.
  [[nodiscard]] const std::vector<environment_variable>& environment() const noexcept;

  /// The options of a token service that requests its tokens from this host, in the same process,
  /// as any user, and whatever the environment of the process says:
  /// `token_service tokens{host.options()}`. They name the host, environment(), and, where the host
  /// has them, its key directory and the certificate to trust. Everything else has its default.
  [[nodiscard]] token_service_options options() const;

  /// The path of a PEM file with the certificate of an https host, for clients that verify it
  /// against a trust store; with options.identity_binding, with that of the authority that signed
  /// it. Empty for an http host. The file exists until the host is destroyed.
  [[nodiscard]] const std::string& certificate_file() const noexcept;

  /// The SHA-1 digest of an https host's certificate as 40 uppercase hexadecimal digits. Empty for
  /// an http host, and with options.identity_binding, for which the certificate may change.
  [[nodiscard]] const std::string& certificate_thumbprint() const noexcept;

  /// The directory of Azure Arc's key files. Empty for other hosts.
  [[nodiscard]] const std::string& arc_key_directory() const noexcept;

  /// The current statistics, or after stop() the final ones. An answer is counted before its first
  /// byte is sent, so a client that has read an answer finds it counted.
  [[nodiscard]] simulated_host_statistics statistics() const;

  /// The seed of the random decisions of the fault rules: options.seed or, if that is 0, the seed
  /// that was drawn.
  [[nodiscard]] std::uint64_t seed() const;

  /// Replaces the fault rules for all requests that arrive after the call returns. `json` is the
  /// text of a rules file; empty text removes all rules. Time windows, request counts and random
  /// sequences restart.
  ///
  /// Throws std::invalid_argument and keeps the previous rules if the text is malformed; what()
  /// names the rule, its member and how to correct it.
  void set_fault_rules(std::string_view json);

  /// The text of the rules in force, as it was given; `{"rules":[]}` if there are none.
  [[nodiscard]] std::string fault_rules() const;

  /// With options.identity_binding: replaces the certificate authority of the token proxy and the
  /// certificate that it signed, and the content of certificate_file(), at once. Connections that
  /// are open stay open. Has no effect on any other host. Throws std::system_error if the file
  /// cannot be written, and std::runtime_error if OpenSSL fails.
  void rotate_authority();

  /// The newest token requests, oldest first, at most options.journal_size of them.
  [[nodiscard]] std::vector<journal_entry> journal() const;

  /// Stops accepting connections and requests, lets answers in flight finish for up to
  /// options.stop_timeout and then closes all connections. Idempotent: every call returns when all
  /// of this is done. The other functions remain usable.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace midas

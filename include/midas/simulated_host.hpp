// A simulated Azure host of any kind that hands out tokens of managed identities, for a test or a
// load run to embed.
#pragma once

#include <midas/environment_variable.hpp>
#include <midas/simulated_host_journal.hpp>
#include <midas/simulated_host_options.hpp>
#include <midas/simulated_host_statistics.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace midas {

/// Serves on a thread of its own, from construction until stop() or destruction, the host's token
/// path as the real host does, its mistakes included, and
///
///   GET /stats     the statistics as JSON; never delayed, never counted
///   GET /journal   the journal as JSON; never delayed, never counted
///
/// Its tokens look like real ones, about 1.8 kB each and no two the same, and are worth nothing.
/// All members may be called from any thread. To run until a signal comes is the program's part:
/// the simulator's thread takes none.
class simulated_host {
 public:
  /// Returns when connections are accepted. Throws std::invalid_argument when an option is out of
  /// its range or the address is not allowed, std::system_error when the system refuses to listen
  /// or to write a file; both name the value and the way out.
  explicit simulated_host(const simulated_host_options& options = {});
  /// stop(), and removes its files.
  ~simulated_host();
  simulated_host(const simulated_host&) = delete;
  simulated_host& operator=(const simulated_host&) = delete;

  /// "http://127.0.0.1:PORT"; https for Service Fabric and workload identity.
  [[nodiscard]] const std::string& endpoint() const noexcept;
  /// The port it listens on, also when the options asked for 0.
  [[nodiscard]] std::uint16_t port() const noexcept;

  /// The variables by which programs find it, as those on a real host do. The one that carries the
  /// secret is among them.
  [[nodiscard]] const std::vector<environment_variable>& environment() const noexcept;

  /// The certificate of an https host, in PEM, for clients that check it against a trust store;
  /// empty for an http host.
  [[nodiscard]] const std::string& certificate_file() const noexcept;
  /// Its SHA-1 digest, 40 hexadecimal digits; empty for an http host.
  [[nodiscard]] const std::string& certificate_thumbprint() const noexcept;

  /// Where Azure Arc's key files are; empty for other hosts.
  [[nodiscard]] const std::string& arc_key_directory() const noexcept;

  /// Of this moment; after stop(), of the end. Whoever has read an answer finds it counted.
  [[nodiscard]] simulated_host_statistics statistics() const;

  /// The seed of what the fault rules leave to chance, also when the options asked for 0.
  [[nodiscard]] std::uint64_t seed() const;

  /// Replaces the fault rules now: requests that arrive after the return meet the new ones. Time
  /// windows, counts of requests and the sequence of chances begin anew. Empty for none. Throws
  /// std::invalid_argument, and keeps the rules as they are, when the text is malformed: what()
  /// names the rule, its member and the remedy.
  void set_fault_rules(std::string_view json);

  /// The newest token requests, oldest first; empty when the options ask for no journal.
  [[nodiscard]] std::vector<journal_entry> journal() const;

  /// Takes no new connections or requests, lets answers in flight finish for up to stop_timeout,
  /// then closes what is left. Returns when all that is done; again at once.
  void stop();

 private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

}  // namespace midas

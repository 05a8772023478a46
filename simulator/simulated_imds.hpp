// A simulated Azure VM identity endpoint (IMDS) that a test or a load run embeds.
#pragma once

#include "simulator/simulated_imds_options.hpp"
#include <midas/simulated_host_journal.hpp>
#include <midas/simulated_host_statistics.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace midas {

class simulated_host;

/// Serves HTTP/1.1 on a thread of its own from construction until stop() or destruction:
///
///   GET /metadata/identity/oauth2/token   as the real service answers it, see simulated_imds_host.hpp
///   GET /stats                            the statistics as JSON; never delayed, never counted
///   GET /journal                          the journal as JSON, likewise
///
/// Its tokens look like real ones, about 1.8 kB each and no two the same, and are worth nothing.
/// All members may be called from any thread. To run until a signal comes is the program's part:
/// the simulator's thread takes none.
class simulated_host {
 public:
  /// Returns when connections are accepted. Throws std::invalid_argument when an option is out of
  /// its range or the address is not allowed, std::system_error when the system refuses to listen;
  /// both name the value and the way out.
  explicit simulated_host(simulated_host_options options = {});
  /// stop().
  ~simulated_host();
  simulated_host(const simulated_host&) = delete;
  simulated_host& operator=(const simulated_host&) = delete;

  /// "http://127.0.0.1:PORT": what AZURE_POD_IDENTITY_AUTHORITY_HOST takes.
  [[nodiscard]] std::string endpoint() const;
  /// The port it listens on, also when the options asked for 0.
  [[nodiscard]] std::uint16_t port() const;

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
  std::unique_ptr<simulated_host> host_;
};

}  // namespace midas

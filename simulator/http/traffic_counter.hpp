// Counts the traffic of a simulated host for its statistics.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include <midas/simulated_host_statistics.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace midas::internal::simulator {

/// Any thread may use it. The lock makes snapshots consistent, and costs about 20 ns of the 10 µs
/// of an exchange when it is uncontended.
class traffic_counter {
 public:
  void connection_opened();
  void connection_closed();

  /// A request has arrived completely, and `answer` is its answer.
  void request_arrived(const response& answer);
  /// The answer of a request that arrived is about to be written.
  void answered(int status);
  /// The connection of a request that arrived ends without its answer.
  void abandoned();

  [[nodiscard]] simulated_host_statistics snapshot() const;

 private:
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  using text_counts = std::unordered_map<std::string, std::uint64_t, text_hash, std::equal_to<>>;

  std::uint64_t& count_of(std::string_view resource);

  mutable std::mutex mutex_;
  /// Without the resources, which are counted in a container with faster look-up.
  simulated_host_statistics totals_;
  text_counts resources_;
};

}  // namespace midas::internal::simulator

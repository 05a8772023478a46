// The running totals behind the statistics of a simulated endpoint.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include <midas/simulated_host_statistics.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace midas::internal::simulator {

/// Written by a server's thread, read by any. An uncontended lock is some 20 ns of the 10 µs that
/// an exchange costs; in return a snapshot is of one moment.
class traffic_counter {
 public:
  void connection_opened();
  void connection_closed();

  /// A request arrived in full, and this will be its answer. Copies what it keeps.
  void request_arrived(const response& answer);
  /// The answer of one that arrived goes to the socket.
  void answered(int status);
  /// The connection of one that arrived went away before its answer.
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
  /// All but the resources, which are counted where finding them is quick.
  simulated_host_statistics totals_;
  text_counts resources_;
};

}  // namespace midas::internal::simulator

// The series of a load run, in as many pieces as a chart or a table can show.
#pragma once

#include "tools/load/document/load_document.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// One or several rows of the series. Counts are sums.
struct time_bin : interval_counts {
  double from_second = 0;
  double to_second = 0;
  /// That of the first row.
  std::string phase{};
  /// The greatest of the rows.
  std::optional<double> target_rate{};
  std::optional<double> p50_ms{};
  std::optional<double> p99_ms{};
  std::optional<double> max_ms{};

  [[nodiscard]] double per_second(std::uint64_t count) const {
    const auto seconds = to_second - from_second;
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
  }
};

/// A bin for each row of the series, or for as many rows as necessary to get at most `most` bins. A
/// row of less than a quarter of a second at the end of a phase is part of the bin before it. So is
/// a row that lies within it; no bin begins before the one before it ends.
[[nodiscard]] std::vector<time_bin> time_bins(const std::vector<load_second>& series,
                                              std::size_t most);

}  // namespace midas::internal::tools

// Which percentiles a load run reports.
#pragma once

#include <midas/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// Parses "50,90,99.5": numbers above 0 and up to 100, at most 20. Fails with
/// errc::invalid_configuration for any other text. Returns them in ascending order, each once.
expected<std::vector<double>> parse_percentiles(std::string_view text);

/// "p99.5".
std::string percentile_name(double percent);

}  // namespace midas::internal::tools

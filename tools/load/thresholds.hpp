// What a load run has to meet: "p99<5ms", "errors<0.1%".
#pragma once

#include <midas/error.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::tools {

struct load_result;
struct threshold_outcome;

enum class comparison { less, less_or_equal, greater, greater_or_equal };

/// The unit of the bound, which `threshold::bound` is in.
enum class bound_unit { nanoseconds, count, percent, per_second };

struct threshold {
  /// As given, without spaces.
  std::string expression;
  /// The left side: "p99", "errors".
  std::string metric;
  comparison relation = comparison::less;
  double bound = 0;
  bound_unit unit = bound_unit::count;
};

/// Parses METRIC, one of < <= > >=, and a bound: a duration for latencies, otherwise a number, with
/// % for a part of all requests, or with /s for a rate. Fails with errc::invalid_configuration for
/// any other text.
expected<threshold> parse_threshold(std::string_view text);

/// The known metrics, in lines of at most `max_width` characters.
std::string threshold_metrics(std::size_t max_width);

/// Latencies and rates are those of load_result::judged(), everything else of load_result::total().
/// Without a value, because nothing was measured, the threshold is not met.
threshold_outcome evaluate(const threshold& wanted, const load_result& result);

/// True if the threshold is about errors: it then says which errors are acceptable.
[[nodiscard]] bool judges_errors(const threshold& wanted);

}  // namespace midas::internal::tools

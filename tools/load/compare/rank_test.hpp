// Whether two samples differ by more than chance explains.
#pragma once

#include <cstddef>
#include <span>

namespace midas::internal::tools {

/// The two-sided p-value of the Mann-Whitney test: the probability that a random split of all the
/// values into groups of these sizes differs in its rank sums at least as much. Exact, with ties,
/// for up to 60 values; approximated by the normal distribution for more. 1 if a sample is empty.
[[nodiscard]] double rank_test(std::span<const double> one, std::span<const double> other);

/// The least p-value that samples of these sizes can have: when all values of one are below all of
/// the other.
[[nodiscard]] double least_p_value(std::size_t one, std::size_t other);

}  // namespace midas::internal::tools

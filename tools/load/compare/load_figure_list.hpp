// The figures of a load run that tables and comparisons show.
#pragma once

#include "tools/load/document/load_document.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace midas::internal::tools {

enum class figure_unit { count, per_second, milliseconds, bytes, plain };

enum class better_is { higher, lower };

/// One figure of a document.
struct listed_figure {
  /// "whole run", "cold burst" or "steady state".
  std::string group{};
  /// For tables, and the name of the member in the document, such as "steady.latency_ms.p99".
  std::string label{};
  std::string member{};
  figure_unit unit = figure_unit::plain;
  better_is better = better_is::lower;
  /// Empty if the document does not have it.
  std::function<std::optional<double>(const load_document&)> value{};
};

/// Those of the phases first, then those of the whole run.
[[nodiscard]] const std::vector<listed_figure>& listed_figures();

/// The values of a figure in all repetitions, or that of the only run.
[[nodiscard]] std::vector<double> values_of(const listed_figure& figure,
                                            const load_document& document);

/// "335,000", "1.25 ms", "48.1 MB".
[[nodiscard]] std::string figure_text(double value, figure_unit unit);

/// The middle value; of an even number, the mean of the middle two. Zero without values.
[[nodiscard]] double median(std::vector<double> values);

}  // namespace midas::internal::tools

// Compares two load runs.
#pragma once

#include "tools/load/compare/load_figure_list.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace midas::internal::tools {

/// A difference counts if chance explains it with at most this probability (rank_test()). With five
/// repetitions on each side, that means that their ranges do not overlap.
inline constexpr double significance = 0.01;

enum class verdict {
  /// There are too few repetitions to tell a difference from the spread.
  unknown,
  /// The values are equal, or differ no more than repetitions of one run do.
  same,
  better,
  worse,
};

[[nodiscard]] const char* to_string(verdict value) noexcept;

/// The repetitions of one figure in one document.
struct figure_sample {
  std::size_t count = 0;
  double median = 0;
  double least = 0;
  double greatest = 0;

  /// The range in parts of the median; zero if the median is zero.
  [[nodiscard]] double spread() const { return median == 0 ? 0 : (greatest - least) / median; }
};

struct compared_figure {
  /// An element of listed_figures().
  const listed_figure* figure = nullptr;
  figure_sample a{};
  figure_sample b{};
  /// See rank_test().
  double p_value = 1;
  /// Of b.
  verdict outcome = verdict::unknown;

  [[nodiscard]] double difference() const { return b.median - a.median; }
};

/// Something that makes the runs less comparable, or that was to be compared.
struct compared_property {
  /// The setting, or a property of the machine.
  std::string name{};
  /// As text; empty if absent.
  std::string a{};
  std::string b{};
};

/// One side of the comparison.
struct compared_run {
  /// As the command line names the file.
  std::string file{};
  std::string midas_version{};
  std::string started_at{};
  std::string what{};
  std::size_t repetitions = 1;
};

struct load_comparison {
  compared_run a{};
  compared_run b{};
  /// Options whose values differ, except those that change no result, such as --json.
  std::vector<compared_property> settings{};
  std::vector<compared_property> machines{};
  /// Those that both documents have.
  std::vector<compared_figure> figures{};

  /// True if a figure of b is worse by more than the spread.
  [[nodiscard]] bool is_worse() const;
  /// True if no difference can be told from the spread.
  [[nodiscard]] bool has_too_few_repetitions() const;
};

[[nodiscard]] load_comparison compare(const std::string& file_a, const load_document& a,
                                      const std::string& file_b, const load_document& b);

/// The verdict on two samples of a figure of which `better` values are better.
[[nodiscard]] verdict judge(const std::vector<double>& a, const std::vector<double>& b,
                            better_is better);

}  // namespace midas::internal::tools

// The results of a benchmark: printed as tables, and written as JSON for docs/performance.md.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

/// One row for each measurement.
struct table {
  std::string title;
  /// How the values were measured, in a sentence or two.
  std::string note{};
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows{};
};

/// A measured value with its target.
struct figure {
  std::string name;
  std::string target;
  std::string measured;
  bool reached = false;
};

/// Lines over a common axis.
struct plot {
  /// Also the file name of the picture: lowercase letters and hyphens.
  std::string name;
  std::string title;
  std::string x_label;
  std::string y_label;
  bool x_is_logarithmic = false;
  bool y_is_logarithmic = false;
  struct line {
    std::string label;
    std::vector<std::pair<double, double>> points;
  };
  std::vector<line> lines{};
};

/// Collects the results of a benchmark program. Not thread-safe.
class bench_report {
 public:
  /// Reads `--json FILE` and `--quick` from the arguments. Exits with a usage line on standard
  /// error and status 2 if there are others.
  bench_report(int count, char** arguments);

  /// True for a short run that only shows that the benchmark works.
  [[nodiscard]] bool quick() const noexcept { return quick_; }

  /// Adds a result; tables and figures are also printed.
  void add(table found);
  void add(figure found);
  void add(plot found);

  /// Writes the file that `--json` names, if any. Returns the exit code: 1 if the file cannot be
  /// written, else 0.
  [[nodiscard]] int finish() const;

 private:
  std::string file_;
  bool quick_ = false;
  std::vector<table> tables_;
  std::vector<figure> figures_;
  std::vector<plot> plots_;
};

/// The median; `values` must not be empty.
[[nodiscard]] double median(std::vector<double> values);

/// The value that the fraction `part` (0 to 1) of `values` does not exceed; must not be empty.
[[nodiscard]] double quantile(std::vector<double> values, double part);

}  // namespace midas::internal::bench

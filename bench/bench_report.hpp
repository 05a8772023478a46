// What a benchmark found: printed as tables for people, and written as JSON for
// docs/performance.md.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

/// One line for each measured thing, under a line of headings.
struct table {
  std::string title;
  /// What has to be known to read it: how it was measured, in a sentence or two.
  std::string note{};
  std::vector<std::string> headings;
  std::vector<std::vector<std::string>> rows{};
};

/// A figure that was to be reached, and what was seen.
struct figure {
  std::string name;
  std::string asked;
  std::string seen;
  bool reached = false;
};

/// Lines over a common axis.
struct plot {
  /// Also the name of its picture: small letters and hyphens.
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

/// Gathers what one benchmark program finds. One thread.
class bench_report {
 public:
  /// Takes `--json FILE` and `--quick` from the arguments; ends the program with a line on stderr
  /// and status 2 when there is anything else.
  bench_report(int count, char** arguments);

  /// A run that only shows that the benchmark works: as little as possible is measured.
  [[nodiscard]] bool quick() const noexcept { return quick_; }

  /// Prints it.
  void add(table found);
  void add(figure found);
  void add(plot found);

  /// Writes the file that `--json` names, if any. The status to end the program with: 1 when the
  /// file cannot be written.
  [[nodiscard]] int finish() const;

 private:
  std::string file_;
  bool quick_ = false;
  std::vector<table> tables_;
  std::vector<figure> figures_;
  std::vector<plot> plots_;
};

/// The middle one in order of size; there has to be one.
[[nodiscard]] double median(std::vector<double> values);

/// The value that this part (0 to 1) of them does not exceed; there has to be one.
[[nodiscard]] double quantile(std::vector<double> values, double part);

}  // namespace midas::internal::bench

// The options of `midas load` that concern several runs or several machines, and the report.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace midas::internal::tools {

struct view_arguments {
  std::string report_file{};
  std::size_t repeat = 1;
  /// Two documents to compare, instead of a run.
  std::vector<std::string> compare{};
  /// The address of --worker, which is instead of a run; may be empty.
  std::string worker{};
  /// The addresses of --workers.
  std::string workers{};
  std::string worker_secret_file{};
  bool allow_non_loopback = false;
};

/// Adds an option for each member. `arguments` must outlive `command`.
void add_view_options(CLI::App& command, view_arguments& arguments);

}  // namespace midas::internal::tools

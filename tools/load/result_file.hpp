// Where the results of a load run are written.
#pragma once

#include <fstream>
#include <functional>
#include <string>

namespace midas::internal::tools {

/// Opened before the run, and written after it, so that a run is not lost because of a mistaken
/// path. Without a path, it does nothing.
class result_file {
 public:
  /// Keeps what the file contains. Throws std::runtime_error if the file cannot be opened.
  explicit result_file(std::string path);

  /// Replaces the file by that text. Throws std::runtime_error if that fails.
  void write(const std::function<std::string()>& text);

 private:
  std::string path_;
};

/// Prints the text and the end of its line on standard output. Throws std::runtime_error if they
/// cannot be written.
void print_results(const std::string& text);

}  // namespace midas::internal::tools

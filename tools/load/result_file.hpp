// A file for the results of a load run.
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

}  // namespace midas::internal::tools

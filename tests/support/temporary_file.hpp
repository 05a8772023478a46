// A file that exists as long as its object.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace midas::internal::test {

class temporary_file {
 public:
  explicit temporary_file(const std::string& content = {}) {
    ::close(::mkstemp(path_.data()));
    std::ofstream{path_} << content;
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;
  ~temporary_file() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = (std::filesystem::temp_directory_path() / "midas-XXXXXX").string();
};

}  // namespace midas::internal::test

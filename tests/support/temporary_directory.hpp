// A directory for the files of one test.
#pragma once

#include "tests/support/catch.hpp"

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not ISO C

#include <filesystem>
#include <string>
#include <system_error>

namespace midas::internal::test {

/// A new directory, which is removed with everything in it.
class temporary_directory {
 public:
  temporary_directory() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  ~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = std::filesystem::temp_directory_path() / "midas-test-XXXXXX";
};

}  // namespace midas::internal::test

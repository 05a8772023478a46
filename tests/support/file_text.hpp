// What a file contains.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace midas::internal::test {

/// The whole file; empty if it cannot be read.
inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream stream{path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

}  // namespace midas::internal::test

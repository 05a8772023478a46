#include "tools/load/result_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace midas::internal::tools {

namespace {

[[noreturn]] void refuse_file(const std::string& path) {
  throw std::runtime_error{fmt::format("cannot write {}: {}; give a file that can be written", path,
                                       std::generic_category().message(errno))};
}

}  // namespace

result_file::result_file(std::string path) : path_(std::move(path)) {
  if (!path_.empty() && !std::ofstream{path_, std::ios::app}) {
    refuse_file(path_);
  }
}

void result_file::write(const std::function<std::string()>& text) {
  if (path_.empty()) {
    return;
  }
  std::ofstream file{path_, std::ios::binary | std::ios::trunc};
  file << text();
  if (!file.flush()) {
    refuse_file(path_);
  }
}

void print_results(const std::string& text) {
  const auto line = text + "\n";
  // Short results stay in the buffer: at exit, nobody would notice that they cannot be written.
  if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size() || std::fflush(stdout) != 0) {
    throw std::runtime_error{fmt::format("cannot print the results: {}; check standard output",
                                         std::generic_category().message(errno))};
  }
}

}  // namespace midas::internal::tools

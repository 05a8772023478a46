// Runs of midas load.
#pragma once

#include "tests/support/program.hpp"

#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

/// Runs midas load with these arguments and waits for it to end.
inline program_result run_load(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "load");
  return run_program(MIDAS_PROGRAM, arguments);
}

}  // namespace midas::internal::test

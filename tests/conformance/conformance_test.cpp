// Runs the conformance cases, each in a section with its id, and prints how many passed.
#define CATCH_CONFIG_RUNNER
#include "tests/conformance/case_run.hpp"
#include "tests/conformance/refusals.hpp"
#include "tests/conformance/vector_file.hpp"
#include "tests/support/catch.hpp"

#include <exception>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using namespace midas::internal::conformance;

namespace {

struct tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::vector<const vector_case*> refused;
};

tally& counts() {
  static tally instance;
  return instance;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string result;
  for (const auto& each : lines) {
    result += each + "\n";
  }
  return result;
}

std::string between_markers(const std::string& text) {
  const std::string begin = "<!-- conformance: begin -->\n";
  const std::string end = "<!-- conformance: end -->";
  const auto from = text.find(begin);
  const auto to = text.find(end);
  return from == std::string::npos || to == std::string::npos
             ? std::string{}
             : text.substr(from + begin.size(), to - from - begin.size());
}

std::string read_file(const std::string& name) {
  std::ifstream file{name};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("midas satisfies the conformance cases") {
  for (const auto& each : all_cases()) {
    DYNAMIC_SECTION(each.id) {
      const auto problems = run_case(each);
      if (problems.empty()) {
        ++counts().passed;
      } else if (is_refused(each, problems)) {
        counts().refused.push_back(&each);
      } else {
        ++counts().failed;
        FAIL_CHECK(each.id << " (" << each.file << ")\n" << joined(problems));
      }
    }
  }
}

TEST_CASE("docs/compatibility.md has the table of the cases that midas refuses on purpose") {
  std::vector<const vector_case*> refused;
  for (const auto& each : all_cases()) {
    // The page covers only the cases of tests/vectors/.
    if (each.is_own && is_refused(each, run_case(each))) {
      refused.push_back(&each);
    }
  }
  CHECK(between_markers(read_file(MIDAS_COMPATIBILITY_PAGE)) == refusal_table(refused));
}

int main(int argc, char** argv) {
  try {
    const int result = Catch::Session().run(argc, argv);
    const auto& total = counts();
    std::cout << "conformance: " << total.passed << " passed, " << total.refused.size()
              << " refused on purpose, " << total.failed << " failed" << std::endl;
    return total.failed != 0 && result == 0 ? 1 : result;
  } catch (const std::exception& e) {
    std::cerr << "midas_conformance: " << e.what() << '\n';
    return 1;
  }
}

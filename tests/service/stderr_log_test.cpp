#include "service/stderr_log.hpp"

#include "tests/support/captured_stderr.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"

#include <algorithm>
#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::Matches;

TEST_CASE("a line of the log has the time, the library's name and the severity") {
  std::string written;
  {
    captured_stderr captured;
    log_to_stderr(event_severity::info, "host_recovered");
    written = captured.read();
  }
  CHECK_THAT(written, Matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z midas info "
                              "host_recovered\n"));
}

TEST_CASE("no line is missed before the first one of a process") {
  CHECK(passes_anew("a line of the log has the time, the library's name and the severity", {}));
}

TEST_CASE("a long line is cut, and still ends with a line break") {
  std::string written;
  {
    captured_stderr captured;
    write_to_stderr(std::string(10'000, 'x'));
    written = captured.read();
  }
  CHECK(written == std::string(4'095, 'x') + "\n");
}

TEST_CASE("a reader that does not read delays no caller, and learns how many lines it missed") {
  std::string first;
  std::string later;
  {
    captured_stderr captured;
    // More than a pipe holds.
    for (int i = 0; i < 1'000; ++i) {
      log_to_stderr(event_severity::debug, std::string(1'000, 'x'));
    }
    first = captured.read();
    log_to_stderr(event_severity::debug, "next");
    later = captured.read();
  }
  const auto arrived = std::ranges::count(first, '\n');
  CHECK(arrived < 1'000);
  CHECK(first.ends_with("x\n"));
  CHECK_THAT(later, Contains("error log_lines_dropped count=" + std::to_string(1'000 - arrived)));
  CHECK_THAT(later, Contains("debug next\n"));
}

TEST_CASE("a closed reader of the log does not end the process") {
  captured_stderr captured;
  captured.close_reader();
  log_to_stderr(event_severity::error, "host_recovered");
  SUCCEED();
}

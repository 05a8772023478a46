#include "proxy/observation/process_figures.hpp"

#include "tests/support/catch.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>

using namespace midas::internal::proxy;

TEST_CASE("the figures of a process are read whatever its name is") {
  const auto stat = parse_process_stat(
      "7 (a) b) (c) S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 12 0 4711 1000000 99 18446744073\n");
  REQUIRE(stat);
  CHECK(stat->threads == 12);
  CHECK(stat->start_ticks == 4711);
  CHECK(stat->resident_pages == 99);
}

TEST_CASE("a text that is not of a process has no figures") {
  CHECK_FALSE(parse_process_stat(""));
  CHECK_FALSE(parse_process_stat("7 (a"));
  CHECK_FALSE(parse_process_stat("7 (a) S 1 2 3"));
  CHECK_FALSE(parse_process_stat("7 (a) S 1 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 x 0 1 2 3 4"));
}

TEST_CASE("this process has plausible figures, also if it must not be dumped") {
  ::prctl(PR_SET_DUMPABLE, 0);
  const auto before = read_process_figures();
  const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto after = read_process_figures();
  ::close(file);
  ::prctl(PR_SET_DUMPABLE, 1);
  REQUIRE(before.open_fds);
  CHECK(after.open_fds == *before.open_fds + 1);
  CHECK(before.cpu_seconds >= 0);
  CHECK(before.resident_bytes.value_or(0) > 1'000'000);
  CHECK(before.threads.value_or(0) >= 1);
  CHECK(before.max_fds.value_or(0) > *before.open_fds);
  const auto now =
      std::chrono::duration<double>{std::chrono::system_clock::now().time_since_epoch()}.count();
  REQUIRE(before.start_time_seconds);
  CHECK(*before.start_time_seconds <= now + 2);
  // No test takes longer.
  CHECK(*before.start_time_seconds > now - 3'600);
  CHECK(after.start_time_seconds == before.start_time_seconds);
}

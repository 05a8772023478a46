// Many processes with one file, and processes whose system calls fail or that are killed at one.
#include "tests/store/support/store_directory.hpp"
#include "tests/store/support/store_program.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/file_token_store.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace store_processes_test {

using namespace midas;
using namespace midas::internal::test;

namespace {

using names = std::vector<std::string>;

names loaded(const store_directory& files) {
  file_token_store store{{.path = files.file()}};
  const auto tokens = store.load();
  if (!tokens) {
    return {to_string(tokens.error())};
  }
  return resources_of(*tokens);
}

// Sanitizers do not work with other preloaded libraries.
constexpr bool may_preload = may_start_threads_after_fork;

constexpr auto first = "https://first.example";
constexpr auto second = "https://second.example";
constexpr auto third = "https://third.example";

// One save with the n-th call failing. False if there were fewer calls.
struct faulty_save {
  std::string ended;
  bool was_reached = false;
};

faulty_save save_with_fault(const store_directory& files, const std::string& fault, int n) {
  const store_directory reports;
  const auto report = reports.path() + "/reached";
  const auto child =
      start_store_program({files.file(), "save", second}, {{"LD_PRELOAD", MIDAS_FAILING_CALLS},
                                                           {"MIDAS_FAULT", fault},
                                                           {"MIDAS_FAULT_AT", std::to_string(n)},
                                                           {"MIDAS_FAULT_REPORT", report}});
  return {.ended = end_of_store_program(child), .was_reached = std::filesystem::exists(report)};
}

// A lock file without a process id counts as abandoned after six seconds.
void age_lock(const store_directory& files) {
  std::error_code ignored;
  std::filesystem::last_write_time(
      files.lock(), std::filesystem::file_time_type::clock::now() - std::chrono::seconds{8},
      ignored);
}

// The next process works, and nothing remains of the one before.
void check_next_use(const store_directory& files, bool is_saved) {
  age_lock(files);
  CHECK(end_of_store_program(start_store_program({files.file(), "save", third})) == "exit 0");
  CHECK(loaded(files) == (is_saved ? names{first, second, third} : names{first, third}));
  CHECK(files.names() == names{"tokens.json"});
}

void start_with_first(const store_directory& files) {
  file_token_store store{{.path = files.file()}};
  const auto token = a_token(first);
  REQUIRE(store.save({&token, 1}));
}

// Whether the second token was saved. The file is the old one or the new one, whole.
bool has_second(const store_directory& files) {
  const auto after = loaded(files);
  const bool is_saved = after == names{first, second};
  CHECK((is_saved || after == names{first}));
  return is_saved;
}

// A save with the fault at the first call, one with the fault at the second, and so on, until there
// are fewer calls. Returns how many saves that are.
template <class Check>
int save_with_each_fault(const std::string& fault, Check check) {
  int n = 0;
  for (bool was_reached = true; was_reached;) {
    ++n;
    REQUIRE(n < 100);
    const store_directory files;
    start_with_first(files);
    const auto run = save_with_fault(files, fault, n);
    was_reached = run.was_reached;
    INFO(fault << " at call " << n << ": " << run.ended);
    check(files, run);
  }
  return n;
}

}  // namespace

TEST_CASE("two hundred processes at once lose no entry") {
  const store_directory files;
  constexpr int count = 200;
  std::vector<pid_t> children;
  names expected_names;
  for (int i = 0; i < count; ++i) {
    const auto resource = "https://resource-" + std::to_string(i) + ".example";
    expected_names.push_back(resource);
    children.push_back(start_store_program({files.file(), "save", resource}));
  }
  int failed = 0;
  for (const auto child : children) {
    failed += end_of_store_program(child) == "exit 0" ? 0 : 1;
  }
  CHECK(failed == 0);
  std::ranges::sort(expected_names);
  CHECK(loaded(files) == expected_names);
  CHECK(files.names() == names{"tokens.json"});
}

TEST_CASE("a call that fails leaves the old file or the new one, whole") {
  if (!may_preload) {
    return;
  }
  const auto saves = save_with_each_fault(
      GENERATE("EIO", "ENOSPC", "EROFS"), [](const auto& files, const auto& run) {
        const bool is_saved = has_second(files);
        CHECK((run.ended == "exit 1" || (run.ended == "exit 0" && is_saved)));
        if (run.ended == "exit 1") {
          // Neither a lock nor a temporary file.
          CHECK(files.names() == names{"tokens.json"});
        }
        check_next_use(files, is_saved);
      });
  CHECK(saves > 9);
}

TEST_CASE("a call that a signal interrupts is made again") {
  if (!may_preload) {
    return;
  }
  const auto saves = save_with_each_fault("EINTR", [](const auto& files, const auto& run) {
    CHECK(run.ended == "exit 0");
    CHECK(has_second(files));
    CHECK(files.names() == names{"tokens.json"});
  });
  CHECK(saves > 7);
}

TEST_CASE("a process that is killed at any call leaves the old file or the new one, whole") {
  if (!may_preload) {
    return;
  }
  const auto saves = save_with_each_fault("kill", [](const auto& files, const auto& run) {
    CHECK(run.ended == (run.was_reached ? "signal 9" : "exit 0"));
    check_next_use(files, has_second(files));
  });
  CHECK(saves > 9);
}

TEST_CASE("a store on a network file system is refused unless the option allows it") {
  if (!may_preload) {
    return;
  }
  const store_directory files;
  const auto output = files.path() + "/output";
  CHECK(end_of_store_program(start_store_program(
            {files.file(), "save", first},
            {{"LD_PRELOAD", MIDAS_FAILING_CALLS}, {"MIDAS_FAULT_FILE_SYSTEM", "6969"}}, output)) ==
        "exit 1");
  CHECK(file_text(output).find("network file system") != std::string::npos);
  CHECK(files.names() == names{"output"});
}

}  // namespace store_processes_test

// midas simulate, steered by signals while it runs.
#include "tests/simulator/support/raw_client.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

std::string refusing_with(const std::string& status) {
  return R"({"rules":[{"action":{"status":)" + status + "}}]}";
}

/// A simulator with a rules file, and its standard error in another file.
struct steered_simulator {
  explicit steered_simulator(const std::string& more = {})
      : program("/bin/sh", {"-c", std::string{"exec "} + MIDAS_PROGRAM + " simulate --faults " +
                                      rules.path() + " " + more + " 2>" + errors.path()}) {
    const auto line = program.read_line();
    port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
  }

  void write(const std::string& text) const {
    std::ofstream{rules.path(), std::ios::trunc} << text;
  }
  [[nodiscard]] std::string served() const { return raw_client{port}.get("/faults")->body; }
  /// Sends SIGHUP and returns what the simulator says about it.
  std::string reload() {
    const auto before = said().size();
    program.send(SIGHUP);
    while (said().size() == before || said().back() != '\n') {
      std::this_thread::yield();
    }
    return said().substr(before);
  }

  temporary_file rules{refusing_with("503")};
  temporary_file errors;
  running_program program;
  std::uint16_t port = 0;

 private:
  [[nodiscard]] std::string said() const {
    std::ifstream file{errors.path()};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
};

}  // namespace

TEST_CASE("SIGHUP makes the simulator read its rules file again") {
  steered_simulator simulator;
  CHECK_THAT(simulator.served(), Contains("503"));
  simulator.write(refusing_with("429"));
  CHECK_THAT(simulator.reload(),
             Contains(simulator.rules.path()) && Contains("1 rule is in force"));
  CHECK_THAT(simulator.served(), Contains("429") && !Contains("503"));
  CHECK(simulator.program.stop(SIGTERM).exit_code == 0);
}

TEST_CASE("a wrong rules file is refused at SIGHUP, and the previous rules stay") {
  steered_simulator simulator;
  for (const auto* wrong : {R"({"rules":[{"action":{"staus":1}}]})", "{", ""}) {
    simulator.write(wrong);
    const auto said = simulator.reload();
    CHECK_THAT(said, Contains(simulator.rules.path()) && Contains("the previous rules remain"));
    CHECK_THAT(simulator.served(), Contains("503"));
  }
  std::filesystem::remove(simulator.rules.path());
  CHECK_THAT(simulator.reload(), Contains("cannot read the rules file"));
  CHECK_THAT(simulator.served(), Contains("503"));
  simulator.write(refusing_with("429"));
  (void)simulator.reload();
  CHECK_THAT(simulator.served(), Contains("429"));
}

TEST_CASE("SIGHUP restores the rules of the options, too") {
  steered_simulator simulator{"--error 403 --error-rate 0.5"};
  const auto all = simulator.served();
  CHECK_THAT(all, Contains("503") && Contains("403"));
  raw_client{simulator.port}.send("DELETE /faults HTTP/1.1\r\nConnection: close\r\n\r\n");
  while (simulator.served() == all) {
    std::this_thread::yield();
  }
  CHECK(simulator.served() == R"({"rules":[]})");
  CHECK_THAT(simulator.reload(), Contains("2 rules are in force"));
  CHECK(simulator.served() == all);
}

TEST_CASE("a rules file that turned into something else is refused at SIGHUP") {
  steered_simulator simulator;
  std::filesystem::remove(simulator.rules.path());
  std::filesystem::create_directory(simulator.rules.path());
  CHECK_THAT(simulator.reload(), Contains("cannot read the rules file"));
  CHECK_THAT(simulator.served(), Contains("503"));
  std::filesystem::remove(simulator.rules.path());
  std::filesystem::create_symlink("/dev/zero", simulator.rules.path());
  CHECK_THAT(simulator.reload(), Contains("at most 16 MiB"));
  CHECK_THAT(simulator.served(), Contains("503"));
  // A FIFO that nobody writes is empty, as is a file that an editor is about to write.
  std::filesystem::remove(simulator.rules.path());
  REQUIRE(::mkfifo(simulator.rules.path().c_str(), 0600) == 0);
  CHECK_THAT(simulator.reload(), Contains("the file is empty") && Contains("rules remain"));
  CHECK_THAT(simulator.served(), Contains("503"));
  CHECK(simulator.program.stop(SIGTERM).exit_code == 0);
}

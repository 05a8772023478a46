// The options of midas load and what it writes, run as a user runs it.
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_file.hpp"
#include "tests/tools/load/load_schema.hpp"
#include "tests/tools/load/run_load.hpp"
#include "tools/program.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

program_result run_briefly(const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"--callers", "5", "--latency", "1ms"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_load(arguments);
}

}  // namespace

TEST_CASE("midas load refuses impossible numbers before it sends anything") {
  const auto arguments = GENERATE(
      std::vector<std::string>{"--callers", "0"}, std::vector<std::string>{"--callers=-1"},
      std::vector<std::string>{"--callers", "99999999999999999999999"},
      std::vector<std::string>{"--callers", "10000001"}, std::vector<std::string>{"--threads", "0"},
      std::vector<std::string>{"--resources", "0"}, std::vector<std::string>{"--rate", "0"},
      std::vector<std::string>{"--rate=-5/s"}, std::vector<std::string>{"--rate", "1e99/s"},
      std::vector<std::string>{"--stages", "10s"}, std::vector<std::string>{"--duration=-1s"},
      std::vector<std::string>{"--percentiles", "0"},
      std::vector<std::string>{"--threshold", "oops<1"},
      std::vector<std::string>{"--requests-per-second=-1"},
      std::vector<std::string>{"--max-in-flight", "0"},
      std::vector<std::string>{"--host", "nowhere"},
      std::vector<std::string>{"--faults", "/nonexistent"},
      std::vector<std::string>{"--timeout", "0s", "--once"});
  const auto refused = run_load(arguments);
  CAPTURE(arguments, refused.errors);
  CHECK(refused.exit_code == 2);
  CHECK(refused.output.empty());
  CHECK(std::ranges::count(refused.errors, '\n') == 1);
  CHECK_THAT(refused.errors, StartsWith("midas"));
}

TEST_CASE("an error of the command line names the help of its command") {
  const auto unexpected = run_load({"--callers", "5", "--rat", "1000", "more"});
  CHECK(unexpected.exit_code == 2);
  CHECK(unexpected.errors ==
        "midas: unexpected arguments: --rat 1000 more (see midas load --help)\n");
  CHECK_THAT(run_load({"--callers", "x"}).errors, Contains("(see midas load --help)"));
  CHECK_THAT(run_program(MIDAS_PROGRAM, {"--oops"}).errors, Contains("(see midas --help)"));
  CHECK_THAT(run_program(MIDAS_PROGRAM, {"store", "list", "--oops"}).errors,
             Contains("(see midas store list --help)"));
}

TEST_CASE("options that contradict each other are refused") {
  const auto arguments =
      GENERATE(std::vector<std::string>{"--rate", "5/s", "--stages", "1s:5/s"},
               std::vector<std::string>{"--once", "--rate", "5/s"},
               std::vector<std::string>{"--once", "--warm-up", "1s"},
               std::vector<std::string>{"--duration", "1s", "--stages", "1s:5/s"},
               std::vector<std::string>{"--fresh-keys", "--resources", "5"},
               std::vector<std::string>{"--fresh-keys", "--force-refresh"},
               std::vector<std::string>{"--target", "http://127.0.0.1:9", "--latency", "5ms"});
  const auto refused = run_load(arguments);
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.errors, Contains("excludes"));
}

TEST_CASE("a threshold that is not met has an exit code of its own") {
  const auto met = run_briefly({"--once", "--threshold", "p99<10min", "--threshold", "errors<=0"});
  CHECK(met.exit_code == 0);
  CHECK_THAT(met.output, Contains("p99<10min") && Contains("met") && !Contains("NOT MET"));
  const auto missed = run_briefly({"--once", "--threshold", "p50<1ns", "--json"});
  CHECK(missed.exit_code == 4);
  check_load_schema(missed.output);
  CHECK_FALSE(parsed(missed.output)["thresholds"][0]["passed"].GetBool());
  const auto dead = run_load({"--target", "http://127.0.0.1:9", "--callers", "5", "--timeout", "1s",
                              "--once", "--threshold", "errors<=100%"});
  CHECK(dead.exit_code == 0);
}

TEST_CASE("the distribution and the series are written to files") {
  const temporary_file hdr{"what was there before"};
  const temporary_file csv;
  const auto result = run_briefly({"--once", "--hdr", hdr.path(), "--csv", csv.path()});
  CHECK(result.exit_code == 0);
  CHECK_THAT(file_text(hdr.path()), Contains("1/(1-Percentile)\n") &&
                                        Contains("Total count    =            5]") &&
                                        !Contains("before"));
  CHECK_THAT(file_text(csv.path()), Contains("\n0.") && Contains(",cold,,5,0,0,"));
}

TEST_CASE("a file that cannot be written is refused before the run") {
  const std::string option = GENERATE("--hdr", "--csv");
  const auto refused = run_briefly({"--duration", "1h", option, "/nonexistent/file"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Contains("/nonexistent/file"));
  CHECK(refused.output.empty());
}

TEST_CASE("results that cannot be printed are an error") {
  const auto result = run_program(
      "/bin/sh", {"-c", "\"$0\" load --once --callers 5 --latency 1ms > /dev/full", MIDAS_PROGRAM});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("standard output"));
}

// The sanitizers need more addresses than the limit leaves.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("threads that cannot be started are an error, and the started ones end") {
  const auto result = run_program(
      "/bin/sh",
      {"-c", "ulimit -v 2000000; \"$0\" load --once --as threads --callers 9000", MIDAS_PROGRAM});
  CHECK(result.exit_code == 1);
  CHECK(result.output.empty());
  CHECK_THAT(result.errors,
             Contains("9000 threads could be started") && Contains("--as coroutines"));
}
#endif

TEST_CASE("results that cannot be written leave the others") {
  const temporary_file csv;
  const auto result =
      run_briefly({"--once", "--hdr", "/dev/full", "--report", "/dev/full", "--csv", csv.path()});
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, Contains("cannot write /dev/full"));
  CHECK(std::ranges::count(result.errors, '\n') == 2);
  CHECK_THAT(result.output, Contains("cold burst"));
  CHECK_THAT(file_text(csv.path()), Contains(",cold,"));
  const auto repeated = run_briefly({"--once", "--repeat", "2", "--report", "/dev/full"});
  CHECK(repeated.exit_code == 1);
  CHECK_THAT(repeated.output, Contains("2 runs"));
}

TEST_CASE("the settings have the value of every option") {
  midas::internal::tools::named_actions actions;
  CLI::App program;
  actions = midas::internal::tools::declare_program(program);
  const auto result = run_briefly({"--once", "--json", "--threshold", "p50<1h", "--threads", "1",
                                   "--max-in-flight", "7", "--expires-in", "3600001ms"});
  const auto document = parsed(result.output);
  const auto& settings = document["settings"];
  CHECK(settings["callers"].GetInt() == 5);
  CHECK(settings["once"].GetBool());
  CHECK_FALSE(settings["force-refresh"].GetBool());
  CHECK(settings["rate"].IsNull());
  CHECK(std::string{settings["timeout"].GetString()} == "30 s");
  CHECK(std::string{settings["latency"].GetString()} == "1 ms");
  CHECK(std::string{settings["expires-in"].GetString()} == "3600001 ms");
  CHECK(settings["max-in-flight"].GetInt() == 7);
  CHECK(std::string{settings["threshold"][0].GetString()} == "p50<1h");
  const auto check_all = [&settings](const CLI::App& command) {
    for (const auto* option : command.get_options()) {
      const auto name = option->get_lnames().front();
      CAPTURE(name);
      CHECK(settings.HasMember(name.c_str()) == (name != "help"));
    }
  };
  const auto* load = program.get_subcommand("load");
  check_all(*load);
  for (const auto* group : load->get_subcommands({})) {
    check_all(*group);
  }
}

TEST_CASE("chosen percentiles take the place of the usual ones in the table") {
  const auto table = run_briefly({"--once", "--percentiles", "12.5,99.999"}).output;
  CHECK_THAT(table,
             Contains("p12.5 ") && Contains("p99.999 ") && Contains("max") && !Contains("p50"));
}

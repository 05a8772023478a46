// The report, repetitions, comparisons and workers of midas load, run as a user runs them.
#include "tests/support/catch.hpp"
#include "tests/support/file_text.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/tools/load/load_schema.hpp"
#include "tests/tools/load/run_load.hpp"

#include <sys/stat.h>

#include <csignal>
#include <fstream>

using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

program_result run_small(std::vector<std::string> arguments) {
  for (const auto* each : {"--callers", "10", "--duration", "200ms", "--latency", "1ms"}) {
    arguments.emplace_back(each);
  }
  return run_load(std::move(arguments));
}

std::uint64_t tokens_in(const rapidjson::Value& histogram) {
  std::uint64_t tokens = 0;
  for (const auto& bucket : histogram["buckets"].GetArray()) {
    tokens += bucket[2].GetUint64();
  }
  return tokens;
}

// A worker, and the file with the secret that it has printed.
class printed_worker {
 public:
  explicit printed_worker(const temporary_directory& files, const std::string& secret_file = {})
      : secret_file_(secret_file.empty() ? files.path() + "/secret" : secret_file),
        process_(MIDAS_PROGRAM, arguments_for(secret_file)) {
    const auto line = process_.read_line();
    REQUIRE(line.starts_with("Worker at 127.0.0.1:"));
    address_ = line.substr(10);
    if (secret_file.empty()) {
      const auto secret = process_.read_line();
      REQUIRE(secret.starts_with("Secret: "));
      std::ofstream{secret_file_} << secret.substr(8);
      REQUIRE(::chmod(secret_file_.c_str(), 0600) == 0);
    }
  }

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] const std::string& secret_file() const { return secret_file_; }
  running_program& process() { return process_; }

 private:
  static std::vector<std::string> arguments_for(const std::string& secret_file) {
    std::vector<std::string> arguments{"load", "--worker"};
    if (!secret_file.empty()) {
      arguments = {"load", "--worker", "127.0.0.1:0", "--worker-secret-file", secret_file};
    }
    return arguments;
  }

  std::string secret_file_;
  running_program process_;
  std::string address_;
};

}  // namespace

TEST_CASE("midas load --report writes a page of the run") {
  const temporary_directory files;
  const auto page = files.path() + "/report.html";
  const auto result = run_small({"--report", page, "--json", "--series-histograms"});
  CHECK(result.exit_code == 0);
  check_load_schema(result.output);
  const auto document = parsed(result.output);
  CHECK(document["tokens"].GetUint64() > 10);
  std::uint64_t counted = 0;
  for (const auto& row : document["series"].GetArray()) {
    counted += tokens_in(row["histogram"]);
  }
  CHECK(counted == document["tokens"].GetUint64());
  CHECK_THAT(file_text(page), Contains("10 actors") && Contains("Latency distribution") &&
                                  Contains("--callers") && Contains("</html>"));
  const auto refused = run_small({"--report", files.path() + "/missing/report.html"});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Contains("/missing/report.html"));
  CHECK(refused.output.empty());
}

TEST_CASE("midas load --repeat has every repetition, and --compare compares them") {
  const temporary_directory files;
  const auto first = run_small({"--repeat", "2", "--json"});
  CHECK(first.exit_code == 0);
  check_load_schema(first.output);
  const auto document = parsed(first.output);
  CHECK(document["repetitions"].Size() == 2);
  CHECK(document["series"].Size() > 0);
  CHECK(document["repetitions"][0]["series"].Size() == 0);
  CHECK(document["repetitions"][0]["settings"]["callers"].GetInt() == 10);
  CHECK_THAT(run_small({"--repeat", "2"}).output, Contains("2 runs") && Contains("greatest"));

  const auto a = files.path() + "/a.json";
  std::ofstream{a} << first.output;
  const auto compared = run_load({"--compare", a, a});
  CHECK(compared.exit_code == 0);
  CHECK_THAT(compared.output, Contains("steady state") && Contains("--repeat 5"));
  CHECK(parsed(run_load({"--compare", a, a, "--json"}).output)["figures"].Size() > 10);
  const auto missing = run_load({"--compare", a, files.path() + "/b.json"});
  CHECK(missing.exit_code == 2);
  CHECK_THAT(missing.errors, Contains("b.json: cannot be read"));
  CHECK(run_load({"--compare", a}).exit_code == 2);
}

TEST_CASE("midas load --compare and --worker refuse options that would have no effect") {
  for (const std::vector<std::string>& each :
       {std::vector<std::string>{"--compare", "/nonexistent", "/nonexistent", "--threshold",
                                 "p99<1s"},
        std::vector<std::string>{"--compare", "/nonexistent", "/nonexistent", "--client-id",
                                 "00000000-0000-4000-8000-000000000000"},
        std::vector<std::string>{"--worker", "256.0.0.1:1", "--rate", "5/s"}}) {
    const auto& option = each[each.size() - 2];
    const auto result = run_load(each);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.errors, Contains(option + " has no effect with " + each.front()));
  }
}

TEST_CASE("comparisons and sums that cannot be printed are an error") {
  const temporary_directory files;
  const auto document = files.path() + "/run.json";
  std::ofstream{document} << run_small({"--json"}).output;
  for (const auto* each : {"--compare \"$1\" \"$1\"", "--repeat 2 --once --callers 2"}) {
    const auto result = run_program(
        "/bin/sh",
        {"-c", std::string{"\"$0\" load "} + each + " > /dev/full", MIDAS_PROGRAM, document});
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.errors, Contains("cannot print the results") && Contains("standard output"));
  }
}

TEST_CASE("midas load --compare has an exit code of its own for a run that is worse") {
  const temporary_directory files;
  const auto write = [&files](const char* name, double rate) {
    std::string runs;
    for (int i = 0; i < 5; ++i) {
      const auto run = R"({"schema": "midas-load/1", "tokens": 1, "errors": 0, "seconds": 1,)"
                       R"( "tokens_per_second": )" +
                       std::to_string(rate + i) + "}";
      runs += (i == 0 ? "" : ",") + run;
    }
    const auto path = files.path() + "/" + name;
    std::ofstream{path} << R"({"schema": "midas-load/1", "tokens": 1, "errors": 0, "seconds": 1,)"
                        << R"("tokens_per_second": 1, "repetitions": [)" << runs << "]}";
    return path;
  };
  const auto slow = write("slow.json", 100);
  const auto fast = write("fast.json", 200);
  CHECK(run_load({"--compare", fast, slow}).exit_code == 5);
  CHECK(run_load({"--compare", slow, fast}).exit_code == 0);
}

TEST_CASE("midas load --workers sums the runs of its workers") {
  const temporary_directory files;
  printed_worker one{files};
  printed_worker other{files, one.secret_file()};
  const auto both = one.address() + "," + other.address();
  const auto run = [&](std::vector<std::string> more) {
    std::vector<std::string> all{"--workers", both, "--worker-secret-file", one.secret_file()};
    all.insert(all.end(), more.begin(), more.end());
    return run_load(all);
  };
  const auto result = run({"--callers", "10", "--once", "--latency", "1ms", "--json", "--threshold",
                           "errors<=0", "--threshold", "tokens>=20"});
  CAPTURE(result.errors);
  CHECK(result.exit_code == 0);
  check_load_schema(result.output);
  const auto document = parsed(result.output);
  CHECK(document["workers"].GetUint() == 2);
  CHECK(document["tokens"].GetUint() == 20);
  CHECK(document["http_requests"].GetUint() == 2);
  CHECK(document["machines"].Size() == 2);
  REQUIRE(document["series"].Size() > 0);
  for (const auto& row : document["series"].GetArray()) {
    CHECK(row.HasMember("p99_ms") == (row["tokens"].GetUint64() != 0));
    CHECK_FALSE(row.HasMember("histogram"));
  }
  CHECK(document["thresholds"].Size() == 2);
  CHECK(result.output.find("eyJ") == std::string::npos);

  CHECK(run({"--callers", "10", "--once", "--threshold", "tokens>=21"}).exit_code == 4);
  const auto files_refused = run({"--once", "--faults", "/etc/hostname"});
  CHECK(files_refused.exit_code == 2);
  CHECK_THAT(files_refused.errors, Contains("--faults"));
  const auto wrong_option = run({"--once", "--warm-up", "1s", "--callers", "5"});
  CHECK(wrong_option.exit_code == 2);
  for (auto* each : {&one, &other}) {
    const auto end = each->process().stop(SIGTERM);
    CHECK(end.exit_code == 0);
    CHECK(end.output.empty());
  }
}

TEST_CASE("midas load --workers fails without the secret and for addresses beyond loopback") {
  CHECK_THAT(run_load({"--workers", "127.0.0.1:9", "--once"}).errors,
             Contains("--worker-secret-file"));
  const auto far = run_load({"--workers", "192.0.2.1:9", "--once"});
  CHECK(far.exit_code == 2);
  CHECK_THAT(far.errors, Contains("192.0.2.1:9") && Contains("--allow-non-loopback"));
  const auto wide = run_load({"--worker", "0.0.0.0:0"});
  CHECK(wide.exit_code == 2);
  CHECK_THAT(wide.errors, Contains("0.0.0.0:0") && Contains("--allow-non-loopback"));
  CHECK(run_load({"--worker", "localhost"}).exit_code == 2);
}

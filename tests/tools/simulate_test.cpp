// midas simulate, run as a user runs it. Clients find every host only by what it prints.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"
#include "tests/support/vault.hpp"

#include <rapidjson/document.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace midas::internal::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// Sets environment variables for the programs that a test starts.
class program_environment {
 public:
  explicit program_environment(std::map<std::string, std::string> variables)
      : variables_(std::move(variables)) {
    // With this variable, midas would remark that it does not belong to the other hosts.
    unsetenv("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    for (const auto& [name, value] : variables_) {
      setenv(name.c_str(), value.c_str(), 1);
    }
  }
  ~program_environment() {
    for (const auto& [name, value] : variables_) {
      unsetenv(name.c_str());
    }
    setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9", 1);
  }
  program_environment(const program_environment&) = delete;
  program_environment& operator=(const program_environment&) = delete;

 private:
  std::map<std::string, std::string> variables_;
};

std::map<std::string, std::string> variables_in(const std::string& line) {
  rapidjson::Document document;
  document.Parse(line.c_str());
  INFO(line);
  REQUIRE(document.IsObject());
  std::map<std::string, std::string> result;
  for (const auto& member : document.GetObject()) {
    result[member.name.GetString()] = member.value.GetString();
  }
  return result;
}

std::vector<std::string> simulating(const std::string& host,
                                    const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"simulate", "--host", host};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

program_result run_token(const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"token", "--resource", vault_url, "--output", "raw"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(MIDAS_PROGRAM, arguments);
}

}  // namespace

TEST_CASE("midas gets a token from each simulated host by the variables that it prints") {
  const auto* host =
      GENERATE("imds", "app-service", "service-fabric", "machine-learning", "cloud-shell");
  CAPTURE(host);
  running_program simulator{MIDAS_PROGRAM, simulating(host, {"--print-env", "json"})};
  {
    const program_environment environment{variables_in(simulator.read_line())};
    const auto result = run_token();
    CHECK(result.exit_code == 0);
    CHECK(result.errors.empty());
    CHECK_THAT(result.output, StartsWith("ey"));
  }
  const auto end = simulator.stop(SIGTERM);
  CHECK(end.exit_code == 0);
  CHECK(end.output.empty());
}

TEST_CASE("midas gets a token from an App Service 2017 if --host selects it") {
  running_program simulator{MIDAS_PROGRAM, simulating("app-service-2017", {"--print-env", "json"})};
  const program_environment environment{variables_in(simulator.read_line())};
  CHECK(run_token({"--host", "app-service-2017"}).exit_code == 0);
}

TEST_CASE("midas exchanges a federated token over plain http only if that is allowed") {
  running_program simulator{
      MIDAS_PROGRAM, simulating("workload-identity", {"--print-env", "json", "--plain-http"})};
  const program_environment environment{variables_in(simulator.read_line())};
  CHECK(run_token({"--allow-insecure-endpoint"}).exit_code == 0);
  const auto refused = run_token();
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.errors, Contains("AZURE_AUTHORITY_HOST"));
}

TEST_CASE("midas rejects key files of Azure Arc outside the agent's directory") {
  running_program simulator{MIDAS_PROGRAM, simulating("arc", {"--print-env", "json"})};
  const program_environment environment{variables_in(simulator.read_line())};
  const auto refused = run_token();
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Contains("/var/opt/azcmagent/tokens"));
}

TEST_CASE("midas simulate plays an IMDS with and without version 2") {
  const bool knows = GENERATE(true, false);
  std::vector<std::string> arguments{"--print-env", "json"};
  if (!knows) {
    arguments.emplace_back("--no-imds-v2");
  }
  running_program simulator{MIDAS_PROGRAM, simulating("imds", arguments)};
  const program_environment environment{variables_in(simulator.read_line())};
  const auto report = run_program(MIDAS_PROGRAM, {"doctor"});
  CHECK(report.exit_code == 0);
  CHECK_THAT(report.output,
             Contains(knows ? "IMDS v2: known to this host" : "IMDS v2: not known to this host"));
}

TEST_CASE("a shell that evaluates the export lines has the variables") {
  running_program simulator{MIDAS_PROGRAM, simulating("cloud-shell", {"--print-env", "sh"})};
  const auto line = simulator.read_line();
  const auto shell = run_program("/bin/sh", {"-c", line + "\nprintf %s \"$MSI_ENDPOINT\""});
  CHECK_THAT(shell.output, StartsWith("http://127.0.0.1:"));
  CHECK_THAT(shell.output, Catch::Matchers::EndsWith("/oauth2/token"));
}

TEST_CASE("midas simulate announces variables, certificate and key files") {
  const auto text_of = [](const std::string& host, const std::vector<std::string>& more = {}) {
    running_program simulator{MIDAS_PROGRAM, simulating(host, more)};
    std::string text;
    for (std::string line; line != "Press Ctrl-C to stop.";) {
      line = simulator.read_line();
      text += line + "\n";
    }
    const auto end = simulator.stop(SIGINT);
    CHECK(end.exit_code == 0);
    CHECK(end.output == "Stopped after 0 requests over 0 connections.\n");
    return text;
  };
  const auto fabric = text_of("service-fabric");
  CHECK_THAT(fabric, StartsWith("Simulated Service Fabric at https://127.0.0.1:"));
  CHECK_THAT(fabric, Contains("export IDENTITY_SERVER_THUMBPRINT='"));
  CHECK_THAT(fabric, Contains("certificate: /") && Contains("thumbprint:  "));
  CHECK_THAT(fabric, !Contains("once the system trusts"));
  const auto arc = text_of("arc");
  CHECK_THAT(arc,
             Contains("export IMDS_ENDPOINT='http://127.0.0.1:") && Contains("key files:   /"));
  CHECK_THAT(arc, !Contains("thumbprint"));
  CHECK_THAT(arc, Contains("clients accept those in /var/opt/azcmagent/tokens only"));
  CHECK_THAT(text_of("workload-identity"), Contains("once the system trusts the certificate"));
  CHECK_THAT(text_of("workload-identity", {"--plain-http"}),
             Contains("midas token --host workload-identity --allow-insecure-endpoint --resource"));
  CHECK_THAT(text_of("imds"), StartsWith("Simulated IMDS at http://127.0.0.1:"));
}

TEST_CASE("a simulated host removes its files when a signal stops it") {
  const auto directory = std::filesystem::temp_directory_path() /
                         ("midas-simulate-test-" + std::to_string(std::rand()));
  const auto certificate = directory / "certificate.pem";
  running_program simulator{
      MIDAS_PROGRAM, simulating("workload-identity", {"--print-env", "json", "--certificate-file",
                                                      certificate.string()})};
  const auto environment = variables_in(simulator.read_line());
  CHECK_THAT(environment.at("AZURE_AUTHORITY_HOST"), StartsWith("https://"));
  CHECK(std::filesystem::exists(certificate));
  CHECK(std::filesystem::exists(environment.at("AZURE_FEDERATED_TOKEN_FILE")));
  CHECK(simulator.stop(SIGTERM).exit_code == 0);
  CHECK_FALSE(std::filesystem::exists(directory));
  CHECK_FALSE(std::filesystem::exists(environment.at("AZURE_FEDERATED_TOKEN_FILE")));
}

TEST_CASE("a simulated host that a test leaves running removes its files") {
  std::string file;
  {
    running_program simulator{MIDAS_PROGRAM,
                              simulating("workload-identity", {"--print-env", "json"})};
    file = variables_in(simulator.read_line()).at("AZURE_FEDERATED_TOKEN_FILE");
    CHECK(std::filesystem::exists(file));
  }
  CHECK_FALSE(std::filesystem::exists(std::filesystem::path{file}.parent_path()));
}

TEST_CASE("a simulated host stops when its terminal closes") {
  running_program simulator{MIDAS_PROGRAM, simulating("arc", {"--print-env", "json"})};
  (void)simulator.read_line();
  CHECK(simulator.stop(SIGHUP).exit_code == 0);
}

TEST_CASE("a simulated host that cannot print its address ends and removes its files") {
  const auto directory = std::filesystem::temp_directory_path() /
                         ("midas-unprinted-test-" + std::to_string(std::rand()));
  std::filesystem::create_directory(directory);
  const auto pipe = directory.string() + ".pipe";
  const auto without_reader = "mkfifo '" + pipe + "'; exec 3<>'" + pipe + "' 4>'" + pipe +
                              "' 3>&- >&4; rm '" + pipe + "'; ";
  for (const auto& before : {std::string{"exec >/dev/full; "}, without_reader}) {
    const auto result =
        run_program("/bin/sh", {"-c", before + "TMPDIR='" + directory.string() + "' exec '" +
                                          MIDAS_PROGRAM + "' simulate --host workload-identity"});
    CAPTURE(before);
    CHECK(result.exit_code == 1);
    CHECK_THAT(result.errors, StartsWith("midas simulate: cannot print"));
    CHECK(std::filesystem::is_empty(directory));
  }
  std::filesystem::remove(directory);
}

TEST_CASE("midas simulate injects the faults of its rules file, then those of its options") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("midas-faults-test-" + std::to_string(std::rand()) + ".json");
  std::ofstream(file) << R"({"rules":[{"match":{"nth":1},"action":{"status":400}}]})";
  running_program simulator{MIDAS_PROGRAM, simulating("imds", {"--faults", file.string(), "--error",
                                                               "403", "--print-env", "json"})};
  const auto endpoint = variables_in(simulator.read_line()).at("AZURE_POD_IDENTITY_AUTHORITY_HOST");
  const auto ask = [&] { return run_token({"--endpoint", endpoint}).errors; };
  CHECK_THAT(ask(), Contains("400"));
  CHECK_THAT(ask(), Contains("403"));
  CHECK(simulator.stop(SIGTERM).exit_code == 0);

  std::ofstream(file) << R"({"rules":[{"action":{"staus":400}}]})";
  const auto refused = run_program(MIDAS_PROGRAM, {"simulate", "--faults", file.string()});
  CHECK(refused.exit_code == 2);
  CHECK_THAT(refused.errors, Contains(file.string()) && Contains("rules[0].action"));
  std::filesystem::remove(file);
}

TEST_CASE("midas simulate announces the seed and the journal") {
  running_program simulator{MIDAS_PROGRAM, simulating("imds", {"--seed", "42", "--journal", "9"})};
  std::string text;
  for (std::string line; line != "Press Ctrl-C to stop.";) {
    line = simulator.read_line();
    text += line + "\n";
  }
  CHECK_THAT(text, Contains("seed:        42\n"));
  CHECK_THAT(text, Contains("/journal\n"));
  CHECK_THAT(text, Contains("/faults\n"));
}

TEST_CASE("invalid input to midas simulate causes one line that quotes it") {
  struct bad_input {
    std::vector<std::string> arguments;
    std::string named;
    int exit_code;
  };
  const std::vector<bad_input> inputs{
      {{"simulate", "--host", "toaster"}, "\"toaster\"", 2},
      {{"simulate", "--print-env", "yaml"}, "yaml", 2},
      {{"simulate", "--host", "arc", "--arc-key-directory", "/dev/null/keys"}, "/dev/null", 1},
      {{"simulate", "--host", "service-fabric", "--certificate-file", "/dev/null/c"},
       "/dev/null",
       1},
      {{"simulate", "--host", "service-fabric", "--address", "0.0.0.0"}, "0.0.0.0", 2},
      {{"simulate", "--limit", "20/h"}, "20/s", 2},
      {{"simulate", "--faults", "/dev/null/rules"}, "/dev/null/rules", 2},
      {{"simulate", "--error", "700"}, "700", 2},
      {{"simulate", "--error-rate", "0.5"}, "--error", 2},
      {{"simulate", "--error", "503", "--error-rate", "2"}, "2", 2},
      {{"simulate", "--retry-after", "3s"}, "--unavailable-for", 2},
      {{"simulate", "--error", "503", "--retry-after", "soon"}, "soon", 2},
      {{"simulate", "--reset-rate", "-1"}, "-1", 2},
      {{"simulate", "--journal", "99999999999"}, "journal_size", 2},
  };
  for (const auto& [arguments, named, exit_code] : inputs) {
    CAPTURE(arguments);
    const auto result = run_program(MIDAS_PROGRAM, arguments);
    CHECK(result.exit_code == exit_code);
    CHECK_THAT(result.errors, Contains(named));
    CHECK_THAT(result.errors, StartsWith("midas"));
    CHECK(result.errors.find('\n') == result.errors.size() - 1);
    CHECK(result.output.empty());
  }
}

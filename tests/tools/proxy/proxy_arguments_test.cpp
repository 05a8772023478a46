// The command line of midas proxy.
#include "tests/support/catch.hpp"
#include "tests/support/environment_scope.hpp"
#include "tests/support/program.hpp"
#include "tests/support/temporary_directory.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

using namespace midas::internal::test;
using Catch::Matchers::Contains;

namespace {

void write_private_file(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
  REQUIRE(::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0);
}

program_result midas_proxy(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "proxy");
  return run_program(MIDAS_PROGRAM, arguments);
}

}  // namespace

TEST_CASE(
    "the option --check-config accepts the defaults, and prints every problem of a configuration") {
  CHECK(midas_proxy({"--check-config"}).exit_code == 0);
  const temporary_directory directory;
  const auto path = directory.path() + "/proxy.json";
  write_private_file(path, R"({"worker": 1, "idle_timeout": "soon"})");
  const auto wrong = midas_proxy({"--config", path, "--check-config"});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.errors, Contains("worker is unknown"));
  CHECK_THAT(wrong.errors, Contains("idle_timeout"));
}

TEST_CASE("the option --check-config refuses an upstream that is the proxy itself") {
  const scoped_environment environment{
      {{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:8765"}}};
  const auto own = midas_proxy({"--check-config"});
  CHECK(own.exit_code == 2);
  CHECK_THAT(own.errors, Contains("AZURE_POD_IDENTITY_AUTHORITY_HOST names it"));
  CHECK(midas_proxy({"--check-config", "--listen", "127.0.0.1:8766"}).exit_code == 0);
}

TEST_CASE("the command line overrides the members of the file that it sets, and no others") {
  const temporary_directory directory;
  const auto path = directory.path() + "/proxy.json";
  write_private_file(path,
                     R"({"listeners": ["127.0.0.1:7001"], "identity_header": "0123456789abcdef"})");
  const auto from_file = midas_proxy({"--config", path, "--print-env", "json"});
  CHECK(from_file.output == R"({"AZURE_POD_IDENTITY_AUTHORITY_HOST":"http://127.0.0.1:7001",)"
                            R"("IDENTITY_ENDPOINT":"http://127.0.0.1:7001/msi/token",)"
                            R"("IDENTITY_HEADER":"0123456789abcdef"})"
                            "\n");
  const auto overridden =
      midas_proxy({"--config", path, "--listen", "[::1]:7002", "--print-env", "json"});
  CHECK_THAT(overridden.output, Contains(R"("http://[::1]:7002/msi/token")"));
  CHECK_THAT(overridden.output, Contains("0123456789abcdef"));
}

TEST_CASE("without a listener the proxy listens on loopback") {
  CHECK(midas_proxy({"--print-env", "sh"}).output ==
        "export AZURE_POD_IDENTITY_AUTHORITY_HOST='http://127.0.0.1:8765'\n");
}

TEST_CASE("the option --print-env prints the header in a file, and does not create one") {
  const temporary_directory directory;
  const auto path = directory.path() + "/header";
  const std::vector<std::string> arguments{"--identity-header-file", path, "--print-env", "docker"};
  const auto without = midas_proxy(arguments);
  CHECK(without.output == "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8765\n");
  CHECK_THAT(without.errors, Contains("there is no file " + path));
  write_private_file(path, "a-header-in-a-file\n");
  CHECK_THAT(midas_proxy(arguments).output, Contains("IDENTITY_HEADER=a-header-in-a-file\n"));
}

TEST_CASE("a variable cannot lead to a Unix socket or to an unknown port") {
  for (const auto& listener :
       {std::vector<std::string>{"--unix", "/tmp/midas-proxy.sock"}, {"--listen", "127.0.0.1:0"}}) {
    auto arguments = listener;
    arguments.insert(arguments.end(), {"--print-env", "sh"});
    const auto result = midas_proxy(arguments);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.errors, Contains("--listen ADDRESS:PORT with a port other than 0"));
  }
}

TEST_CASE("invalid input to midas proxy causes one line that quotes it") {
  const auto wrong = [](const std::vector<std::string>& arguments, const std::string& text) {
    const auto result = midas_proxy(arguments);
    INFO(result.errors);
    CHECK(result.exit_code == 2);
    CHECK_THAT(result.errors, Contains(text));
    CHECK(std::count(result.errors.begin(), result.errors.end(), '\n') == 1);
  };
  wrong({"--listen", "localhost:80"}, "localhost");
  wrong({"--listen", "0.0.0.0:8765"}, "0.0.0.0");
  wrong({"--unix", "relative.sock"}, "relative.sock");
  wrong({"--upstream", "ftp://host"}, "ftp://host");
  wrong({"--upstream", "toaster"}, "toaster");
  wrong({"--upstream", "http://127.0.0.1:8765"}, "the proxy itself");
  wrong({"--workers", "65"}, "65");
  wrong({"--max-header-bytes", "100"}, "100");
  wrong({"--idle-timeout", "0s"}, "0s");
  wrong({"--config", "/nonexistent/proxy.json"}, "/nonexistent/proxy.json");
  wrong({"--allow-resource", "two words"}, "two words");
  wrong({"--allow-host", "http://name"}, "http://name");
  wrong({"--identity-header", "short"}, "16 to 256");
  wrong({"--identity-header", "0123456789abcdef", "--identity-header-file", "/tmp/header"},
        "although identity_header is set");
  wrong({"--print-env", "yaml"}, "yaml");
}

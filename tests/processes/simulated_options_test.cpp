// Tokens from every kind of simulated host within one process, as an ordinary user, without the
// trust store of the system and without the environment of a host.
#include "tests/service/scripted_service.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/simulated_host.hpp>

#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX, not ISO C
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

namespace simulated_options_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

constexpr uid_t nobody = 65534;

// A directory for the files of a child that is an ordinary user: the user who runs the tests may
// have a TMPDIR that is closed to others.
class directory_for_child {
 public:
  directory_for_child() {
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
    REQUIRE((geteuid() != 0 || ::chown(path_.c_str(), nobody, nobody) == 0));
  }
  ~directory_for_child() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  directory_for_child(const directory_for_child&) = delete;
  directory_for_child& operator=(const directory_for_child&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = P_tmpdir "/midas-test-XXXXXX";
};

// The variables of another host, and no certificates.
void take_rights_and_surroundings(const directory_for_child& directory) {
  setenv("TMPDIR", directory.path().c_str(), 1);
  setenv("SSL_CERT_FILE", "/nonexistent", 1);
  setenv("SSL_CERT_DIR", "/nonexistent", 1);
  setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
  setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9", 1);
  setenv("IDENTITY_HEADER", "of another host", 1);
  if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0)) {
    _Exit(2);
  }
}

std::string answer_of(const simulated_host& host, const managed_identity& identity = {}) {
  token_service tokens{host.options()};
  const auto token =
      tokens.get({.identity = identity, .resource = "https://vault.azure.net"}, patience);
  return token ? "a token" : to_string(token.error());
}

int get_tokens(const simulated_host_options& options, const directory_for_child& directory) {
  take_rights_and_surroundings(directory);
  const simulated_host host{options};
  const auto answer = answer_of(host);
  if (answer != "a token" || host.statistics().token_requests == 0) {
    fprintf(stderr, "%s: %s\n", std::string{option_name(options.host)}.c_str(), answer.c_str());
    return 1;
  }
  return 0;
}

std::vector<simulated_host_options> every_kind() {
  std::vector<simulated_host_options> result;
  for (const auto host :
       {identity_host::imds, identity_host::app_service, identity_host::app_service_2017,
        identity_host::service_fabric, identity_host::azure_arc, identity_host::machine_learning,
        identity_host::cloud_shell, identity_host::workload_identity}) {
    result.push_back({.host = host});
  }
  result.push_back({.host = identity_host::workload_identity, .plain_http = true});
  result.push_back({.host = identity_host::workload_identity, .identity_binding = true});
  result.push_back({.host = identity_host::service_fabric, .address = "::1"});
  return result;
}

}  // namespace

TEST_CASE("an ordinary user gets a token from every kind of simulated host by its options") {
  const directory_for_child directory;
  for (const auto& options : every_kind()) {
    INFO(option_name(options.host));
    CHECK(end_of_child([&] { return get_tokens(options, directory); }) == "exit 0");
  }
}

TEST_CASE("two simulated agents of Azure Arc have key directories of their own") {
  const directory_for_child directory;
  CHECK(end_of_child([&] {
          take_rights_and_surroundings(directory);
          const simulated_host first{{.host = identity_host::azure_arc}};
          const simulated_host second{{.host = identity_host::azure_arc}};
          auto wrong = first.options();
          wrong.arc_key_directory = second.options().arc_key_directory;
          token_service confused{wrong};
          const auto refused = confused.get("https://vault.azure.net", patience);
          return answer_of(first) == "a token" && answer_of(second) == "a token" && !refused &&
                         refused.error().code == errc::challenge_rejected
                     ? 0
                     : 1;
        }) == "exit 0");
}

TEST_CASE("another simulated host's certificate is not trusted") {
  const directory_for_child directory;
  CHECK(end_of_child([&] {
          take_rights_and_surroundings(directory);
          const simulated_host host{{.host = identity_host::workload_identity}};
          const simulated_host other{{.host = identity_host::workload_identity}};
          auto options = host.options();
          options.ca_file = other.options().ca_file;
          token_service tokens{options};
          const auto refused = tokens.get("https://vault.azure.net", 3s);
          return !refused && host.statistics().token_requests == 0 ? 0 : 1;
        }) == "exit 0");
}

}  // namespace simulated_options_test

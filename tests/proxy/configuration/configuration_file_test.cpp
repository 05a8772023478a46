#include "proxy/configuration/configuration_file.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

using namespace midas::internal::proxy;
using Catch::Matchers::Contains;
using midas::internal::test::temporary_file;

namespace {

constexpr uid_t proxy_user = 998;

std::string text_of(const configuration_problems& problems) {
  return problems.empty() ? "none" : to_string(problems.front());
}

std::string refusal_of(mode_t mode, uid_t owner = 0, off_t size = 100) {
  return text_of(check_file("/etc/midas/proxy.json", {mode, owner, size}, proxy_user));
}

std::string loaded(const std::string& path) {
  const auto result = load_configuration(path);
  return result ? "upstream " + result->upstream : text_of(result.error());
}

}  // namespace

TEST_CASE("a file of root or of the proxy's user that nobody else may write is read") {
  CHECK(refusal_of(S_IFREG | 0644) == "none");
  CHECK(refusal_of(S_IFREG | 0640, proxy_user) == "none");
  CHECK(refusal_of(S_IFREG | 0400) == "none");
}

TEST_CASE("a file that others may write is refused with the remedy") {
  CHECK_THAT(refusal_of(S_IFREG | 0664), Contains("chmod go-w /etc/midas/proxy.json"));
  CHECK_THAT(refusal_of(S_IFREG | 0646), Contains("chmod go-w"));
  CHECK_THAT(refusal_of(S_IFREG | 0644, 1000),
             Contains("belongs to user 1000") && Contains("chown root"));
}

TEST_CASE("a path that is not a file, or is a large file, is refused") {
  CHECK_THAT(refusal_of(S_IFDIR | 0755), Contains("not a regular file"));
  CHECK_THAT(refusal_of(S_IFIFO | 0600), Contains("not a regular file"));
  CHECK(refusal_of(S_IFREG | 0644, 0, max_configuration_bytes) == "none");
  CHECK_THAT(refusal_of(S_IFREG | 0644, 0, max_configuration_bytes + 1), Contains("1048577 bytes"));
}

TEST_CASE("a file with the identity header must not be readable by everyone") {
  proxy_configuration with_secret;
  with_secret.identity_header = midas::secret{std::string_view{"0123456789abcdef"}};
  const auto refusal = [](mode_t mode, const proxy_configuration& configuration) {
    return text_of(check_secrecy("/etc/p.json", {S_IFREG | mode, 0, 1}, configuration));
  };
  CHECK_THAT(refusal(0644, with_secret), Contains("identity_header is in \"/etc/p.json\"") &&
                                             Contains("chmod o-r /etc/p.json") &&
                                             !Contains("0123456789"));
  CHECK(refusal(0640, with_secret) == "none");
  CHECK(refusal(0600, with_secret) == "none");
  CHECK(refusal(0644, {}) == "none");
}

TEST_CASE("a configuration is loaded from its file") {
  const temporary_file file{R"({"upstream": "imds"})"};
  CHECK(loaded(file.path()) == "upstream imds");
  const auto link = file.path() + ".link";
  REQUIRE(::symlink(file.path().c_str(), link.c_str()) == 0);
  CHECK(loaded(link) == "upstream imds");
  ::unlink(link.c_str());
  REQUIRE(::chmod(file.path().c_str(), 0622) == 0);
  CHECK_THAT(loaded(file.path()), Contains("chmod go-w " + file.path()));
}

TEST_CASE("a secret in a file that everyone reads is refused") {
  const temporary_file file{R"({"identity_header": "0123456789abcdef"})"};
  CHECK(loaded(file.path()) == "upstream auto");
  REQUIRE(::chmod(file.path().c_str(), 0604) == 0);
  CHECK_THAT(loaded(file.path()), Contains("identity_header is in"));
}

TEST_CASE("a file that cannot be read is named, and a FIFO does not block") {
  CHECK_THAT(loaded("/nonexistent/proxy.json"),
             Contains("/nonexistent/proxy.json") && Contains("No such file"));
  CHECK_THAT(loaded("/"), Contains("not a regular file"));
  const auto fifo = "/tmp/midas-fifo-" + std::to_string(::getpid());
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_THAT(loaded(fifo), Contains("not a regular file"));
  ::unlink(fifo.c_str());
  const temporary_file empty;
  CHECK_THAT(loaded(empty.path()), Contains("not valid JSON"));
}

// Key files and federated tokens, genuine ones and those of an attacker.
#include "transport/hosts/credential_files.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace credential_files_test {
using namespace midas;
using namespace midas::internal;
namespace fs = std::filesystem;
namespace {
class scratch_directory {
 public:
  [[nodiscard]] std::string path(const std::string& name) const {
    return fs::path{directory_.path()} / name;
  }

  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream{path(name), std::ios::binary} << content;
    // Whatever the umask of the tests.
    fs::permissions(path(name), fs::perms{0644});
    return path(name);
  }

 private:
  test::temporary_directory directory_;
};

constexpr std::size_t limit = 4096;
// A user id that no account has.
constexpr uid_t stranger = 54'321;

using reader = expected<sensitive_string> (*)(const std::string&, std::size_t);

expected<sensitive_string> key(const std::string& path, std::size_t max_bytes) {
  return credential_files_of_this_machine().read_key(path, max_bytes);
}

expected<sensitive_string> token(const std::string& path, std::size_t max_bytes) {
  return credential_files_of_this_machine().read_federated_token(path, max_bytes);
}

expected<sensitive_string> key(const std::string& path) { return key(path, limit); }
expected<sensitive_string> token(const std::string& path) { return token(path, limit); }

bool is_root() { return ::geteuid() == 0; }

// Reads as an unprivileged user. Uses a relative name, since only root may be able to enter the
// scratch directory, while the test is about the permissions of the file.
expected<sensitive_string> as_stranger(reader read, const scratch_directory& directory,
                                       const std::string& name) {
  const auto before = fs::current_path();
  fs::current_path(directory.path(""));
  if (::seteuid(stranger) != 0) {
    throw std::system_error{errno, std::generic_category(), "cannot become another user"};
  }
  auto result = read(name, limit);
  if (::seteuid(0) != 0) {
    throw std::system_error{errno, std::generic_category(), "cannot become root again"};
  }
  fs::current_path(before);
  return result;
}

void check_failure(const expected<sensitive_string>& outcome, errc code, const std::string& path,
                   std::string_view why) {
  REQUIRE_FALSE(outcome);
  CAPTURE(to_string(outcome.error()));
  CHECK(outcome.error().code == code);
  CHECK(outcome.error().message.find(path) != std::string::npos);
  CHECK(outcome.error().message.find(why) != std::string::npos);
  CHECK_FALSE(outcome.error().advice.empty());
  CHECK(to_string(outcome.error()).find("hush") == std::string::npos);
}

void check_key_refused(const std::string& path, std::string_view why) {
  check_failure(key(path), errc::challenge_rejected, path, why);
}

void check_token_refused(const std::string& path, std::string_view why) {
  const auto outcome = token(path);
  check_failure(outcome, errc::invalid_configuration, path, why);
  CHECK(outcome.error().message.find("AZURE_FEDERATED_TOKEN_FILE") != std::string::npos);
}

}  // namespace

TEST_CASE("a key file of up to the size limit is read unchanged") {
  const auto content = GENERATE(as<std::string>{}, "hush", " h\r\nu\tsh\n",
                                std::string("\0\xff", 2), std::string(limit, 'x'));
  const scratch_directory directory;
  const auto outcome = key(directory.file("a.key", content), limit);
  REQUIRE(outcome);
  CHECK(*outcome == sensitive_string{content});
}

TEST_CASE("byte-order marks and white space around a federated token are removed") {
  const auto content = GENERATE(as<std::string>{}, "aaa.bbb.ccc", "aaa.bbb.ccc\n",
                                "\xef\xbb\xbf"
                                "aaa.bbb.ccc\r\n",
                                " \t\n aaa.bbb.ccc \xc2\xa0");
  const auto outcome = token(scratch_directory{}.file("token", content));
  REQUIRE(outcome);
  CHECK(*outcome == sensitive_string{"aaa.bbb.ccc"});
}

TEST_CASE("a file that holds no token is rejected before anything is sent") {
  using namespace std::string_literals;
  const auto [content, why] = GENERATE(table<std::string, std::string>({
      {"hush hush", "does not hold a token"},
      {"hush\nhush\n", "does not hold a token"},
      {"h\xc3\xbcsh", "does not hold a token"},
      {"\xff\xfeh\0u\0s\0h\0"s, "UTF-16"},
  }));
  check_token_refused(scratch_directory{}.file("token", content), why);
}

TEST_CASE("a file that exceeds the size limit by one byte is rejected") {
  const scratch_directory directory;
  const auto path = directory.file("a.key", std::string(limit + 1, 'x'));
  check_key_refused(path, "larger than 4096 bytes");
  check_token_refused(path, "larger than 4096 bytes");
}

TEST_CASE("the size limit applies to a file that reports no size") {
  // Files in /proc report no size.
  const std::string path = "/proc/self/environ";
  REQUIRE(fs::file_size(path) == 0);
  check_failure(token(path, 1), errc::invalid_configuration, path, "larger than 1 bytes");
}

TEST_CASE("a file that the system returns in several parts is read as a whole") {
  // A page at a time.
  const auto content =
      credential_files_of_this_machine().read_authorities("/proc/self/maps", 1'000'000);
  REQUIRE(content);
  CHECK(content->size() > 4'096);
  CHECK(content->find('\0') == sensitive_string::npos);
  CHECK(content->ends_with('\n'));
}

TEST_CASE("the error for a file that is missing or cannot be read names it") {
  const scratch_directory directory;
  for (const auto* const name : {"a.key", "no/a.key"}) {
    check_key_refused(directory.path(name), "does not exist");
    check_token_refused(directory.path(name), "does not exist");
  }
  check_token_refused("/proc/self/mem", "Input/output error");
}

TEST_CASE("a null character does not truncate a name") {
  const scratch_directory directory;
  const auto path = directory.file("a.key", "hush");
  const auto longer = path + std::string("\0.key", 5);
  REQUIRE(key(path));
  check_failure(key(longer), errc::challenge_rejected, path, "name");
  check_failure(token(longer), errc::invalid_configuration, path, "name");
}

TEST_CASE("a key file must not be a symbolic link, a federated token may be one") {
  const scratch_directory directory;
  directory.file("target", "hush");
  const auto link = directory.path("a.key");
  fs::create_symlink("target", link);
  check_key_refused(link, "symbolic link");
  CHECK(token(link) == sensitive_string{"hush"});
  fs::remove(directory.path("target"));
  check_key_refused(link, "symbolic link");
  check_token_refused(link, "does not exist");
}

TEST_CASE("the directory of a key file may be a symbolic link") {
  const scratch_directory directory;
  fs::create_directory(directory.path("real"));
  directory.file("real/a.key", "hush");
  fs::create_directory_symlink("real", directory.path("link"));
  CHECK(key(directory.path("link/a.key")) == sensitive_string{"hush"});
}

TEST_CASE("a file that is not regular is rejected without blocking") {
  const scratch_directory directory;
  const auto fifo = directory.path("fifo.key");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  check_key_refused(fifo, "not a regular file");
  check_token_refused(fifo, "not a regular file");
  const auto folder = directory.path("folder.key");
  fs::create_directory(folder);
  check_key_refused(folder, "not a regular file");
  check_token_refused(folder, "not a regular file");
  check_failure(key("/dev/zero"), errc::challenge_rejected, "/dev/zero", "not a regular file");
  check_failure(token("/dev/zero"), errc::invalid_configuration, "/dev/zero", "not a regular file");
}

TEST_CASE("a key file must belong to root, to this user, or to the owner of its directory") {
  if (!is_root()) {
    WARN("skipped: only root can give files away");
    return;
  }
  const scratch_directory directory;
  fs::create_directory(directory.path("agent"));
  const auto path = directory.file("agent/a.key", "hush");
  REQUIRE(key(path));
  REQUIRE(::chown(path.c_str(), stranger, 0) == 0);
  check_key_refused(path, "belongs to neither");
  // A federated token may belong to any user.
  CHECK(token(path));
  const auto agent = directory.path("agent");
  REQUIRE(::chown(agent.c_str(), stranger, 0) == 0);
  CHECK(key(path) == sensitive_string{"hush"});
  REQUIRE(::chown(path.c_str(), stranger + 1, 0) == 0);
  check_key_refused(path, "belongs to neither");
  REQUIRE(::chown(path.c_str(), 0, 0) == 0);
  CHECK(key(path));
}

TEST_CASE("a key file that others may write, or that has another name, is rejected") {
  const scratch_directory directory;
  const auto path = directory.file("a.key", "hush");
  for (const mode_t mode : {0620U, 0602U, 0666U, 0777U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    check_key_refused(path, "may be written by users other than its owner");
    CHECK(token(path));
  }
  for (const mode_t mode : {0400U, 0600U, 0640U, 0444U, 0755U}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    CHECK(key(path) == sensitive_string{"hush"});
  }
  const auto other = directory.path("b.key");
  fs::create_hard_link(path, other);
  check_key_refused(path, "has 2 hard links, not one");
  check_key_refused(other, "has 2 hard links, not one");
  CHECK(token(path));
  fs::remove(other);
  CHECK(key(path));
}

TEST_CASE("a key file of root or of this user is read from a directory of any owner") {
  if (!is_root()) {
    WARN("skipped: only root can give files away");
    return;
  }
  const scratch_directory directory;
  const auto path = directory.file("a.key", "hush");
  const auto parent = directory.path("");
  REQUIRE(::chmod(parent.c_str(), 0755) == 0);
  REQUIRE(::chown(parent.c_str(), stranger + 1, 0) == 0);
  CHECK(as_stranger(key, directory, "a.key"));
  REQUIRE(::chown(path.c_str(), stranger, 0) == 0);
  CHECK(as_stranger(key, directory, "a.key"));
  REQUIRE(::chown(path.c_str(), stranger + 2, 0) == 0);
  check_failure(as_stranger(key, directory, "a.key"), errc::challenge_rejected, "a.key",
                "belongs to neither");
}

TEST_CASE("the error for a file that this user may not read has advice") {
  const scratch_directory directory;
  const auto path = directory.file("a.key", "hush");
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  REQUIRE(::chmod(directory.path("").c_str(), 0755) == 0);
  // Root may read everything, so the test runs as another user.
  const auto from_key = is_root() ? as_stranger(key, directory, "a.key") : key(path);
  const auto from_token = is_root() ? as_stranger(token, directory, "a.key") : token(path);
  check_failure(from_key, errc::challenge_rejected, "a.key", "is not readable");
  CHECK(from_key.error().advice.find("usermod -a -G himds USER") != std::string::npos);
  check_failure(from_token, errc::invalid_configuration, "a.key", "is not readable");
}

TEST_CASE("an empty federated token is rejected") {
  const auto content = GENERATE(as<std::string>{}, "", "\n", " \t\r\n");
  check_token_refused(scratch_directory{}.file("token", content), "empty");
}

TEST_CASE("no file stays open after reading") {
  const auto open_files = [] {
    return std::distance(fs::directory_iterator{"/proc/self/fd"}, fs::directory_iterator{});
  };
  const scratch_directory directory;
  const auto good = directory.file("a.key", "hush");
  const auto large = directory.file("b.key", std::string(limit + 1, 'x'));
  const auto before = open_files();
  for (const auto& path : {good, large, directory.path("c.key")}) {
    static_cast<void>(key(path));
    static_cast<void>(token(path));
  }
  CHECK(open_files() == before);
}
}  // namespace credential_files_test

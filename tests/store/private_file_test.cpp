#include "store/private_file.hpp"

#include "store/file_checks.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

namespace private_file_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

constexpr std::size_t limit = 1'000;

private_file open_in(const store_directory& files) {
  auto file = private_file::open({.path = files.file(), .max_bytes = limit}, false);
  REQUIRE(file);
  REQUIRE(*file);
  return std::move(**file);
}

std::string read_failure(const store_directory& files) {
  const auto content = open_in(files).read();
  REQUIRE_FALSE(content);
  CHECK(content.error().code == errc::store_failed);
  CHECK(content.error().message.find(files.file()) != std::string::npos);
  CHECK_FALSE(content.error().advice.empty());
  return content.error().message;
}

file_stamp stamp_now(const private_file& file) {
  const auto stamp = file.stamp();
  REQUIRE(stamp);
  REQUIRE(*stamp);
  return **stamp;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file is written as a whole, for its owner alone") {
  const store_directory files;
  const auto file = open_in(files);
  CHECK_FALSE(*file.read());
  const auto before = ::umask(0);
  CHECK(file.replace("first"));
  CHECK(file.replace("second"));
  ::umask(before);
  CHECK(files.text() == "second");
  struct stat status {};
  REQUIRE(::stat(files.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0600);
  CHECK(files.names() == std::vector<std::string>{"tokens.json"});
  const auto content = file.read();
  REQUIRE(content);
  REQUIRE(*content);
  CHECK((*content)->text == "second");
  CHECK(stamp_now(file) == (*content)->stamp);
}

TEST_CASE("a written file is newer than any reading of the one before") {
  const store_directory files;
  CHECK(open_in(files).replace("text"));
  CHECK(std::filesystem::last_write_time(files.file()) >
        std::filesystem::file_time_type::clock::now());
}

TEST_CASE("a replaced file has another stamp, also with equal size") {
  const store_directory files;
  const auto file = open_in(files);
  CHECK(file.replace("one"));
  const auto first = stamp_now(file);
  CHECK(file.replace("two"));
  CHECK_FALSE(first == stamp_now(file));
}

TEST_CASE("a file that has changed since it was seen is not replaced") {
  const store_directory files;
  const auto file = open_in(files);
  const std::optional<file_stamp> none;
  CHECK(file.replace("first", &none).value());
  CHECK_FALSE(file.replace("second", &none).value());
  const std::optional<file_stamp> seen = stamp_now(file);
  files.write("other");
  CHECK_FALSE(file.replace("second", &seen).value());
  CHECK(files.text() == "other");
  CHECK(files.names() == std::vector<std::string>{"tokens.json"});
  const std::optional<file_stamp> again = stamp_now(file);
  CHECK(file.replace("second", &again).value());
  CHECK(files.text() == "second");
}

TEST_CASE("a file that others may access is refused") {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0644U}) {
    const store_directory files;
    files.write("{}", mode);
    CHECK(contains(read_failure(files), "accessible to other users: mode 06"));
  }
}

TEST_CASE("a path that is not a regular file is refused without waiting") {
  const store_directory files;
  SECTION("a link") {
    std::filesystem::create_symlink("/etc/hostname", files.file());
    CHECK(contains(read_failure(files), "symbolic link"));
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(files.file().c_str(), 0600) == 0);
    CHECK(contains(read_failure(files), "not a regular file"));
  }
  SECTION("a directory") {
    std::filesystem::create_directory(files.file());
    CHECK(contains(read_failure(files), "not a regular file"));
  }
}

TEST_CASE("a file with a second name is refused") {
  const store_directory files;
  files.write("{}");
  std::filesystem::create_hard_link(files.file(), files.path() + "/other");
  CHECK(contains(read_failure(files), "second hard link"));
}

TEST_CASE("a file of another user is refused") {
  if (::geteuid() != 0) {
    WARN("skipped: only root can give a file away");
    return;
  }
  const store_directory files;
  files.write("{}");
  REQUIRE(::chown(files.file().c_str(), 12'345, 12'345) == 0);
  CHECK(contains(read_failure(files), "user 12345"));
  REQUIRE(::chown(files.path().c_str(), 12'345, 12'345) == 0);
  const auto file = private_file::open({.path = files.file(), .max_bytes = limit}, false);
  REQUIRE_FALSE(file);
  CHECK(contains(file.error().message, "user 12345"));
}

TEST_CASE("a directory that others may change is refused") {
  for (const mode_t mode : {0720U, 0702U, 0777U, 01777U}) {
    const store_directory files;
    REQUIRE(::chmod(files.path().c_str(), mode) == 0);
    const auto file = private_file::open({.path = files.file(), .max_bytes = limit}, false);
    REQUIRE_FALSE(file);
    CHECK(contains(file.error().message, files.path()));
    CHECK(contains(file.error().message, "can be changed by other users"));
    // A directory such as /tmp must stay open to all users.
    CHECK(contains(file.error().advice, "chmod go-w") == (mode != 01777U));
  }
}

TEST_CASE("a file beyond the size limit is neither read nor written") {
  const store_directory files;
  files.write(std::string(limit, ' '));
  CHECK(open_in(files).read());
  files.write(std::string(limit + 1, ' '));
  CHECK(contains(read_failure(files), "more than 1000 bytes"));
  CHECK_FALSE(open_in(files).replace(std::string(limit + 1, 'x')));
  CHECK(files.names().size() == 1);
}

TEST_CASE("a missing directory is created for its owner alone, and only to write") {
  const store_directory files;
  const private_file_options options{.path = files.path() + "/a/b/tokens.json", .max_bytes = limit};
  const auto before = ::umask(0);
  const auto read_only = private_file::open(options, false);
  const auto made = private_file::open(options, true);
  ::umask(before);
  REQUIRE(read_only);
  CHECK_FALSE(*read_only);
  REQUIRE(made);
  REQUIRE(*made);
  CHECK((*made)->replace("text"));
  CHECK(file_text(options.path) == "text");
  struct stat status {};
  REQUIRE(::stat((files.path() + "/a").c_str(), &status) == 0);
  CHECK((status.st_mode & 07777U) == 0700);
}

TEST_CASE("a path that names no file is refused") {
  for (const auto& path :
       std::vector<std::string>{"", "/", "/tmp/", ".", "..", "/tmp/..", {"/tmp/a\0b", 8}}) {
    INFO(path);
    const auto file = private_file::open({.path = path, .max_bytes = limit}, true);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == errc::store_failed);
  }
}

TEST_CASE("files are kept aside under names of their own") {
  const store_directory files;
  const auto file = open_in(files);
  const std::chrono::sys_seconds time{std::chrono::seconds{1'700'000'000}};
  for (const auto* const text : {"a", "b", "c"}) {
    files.write(text);
    CHECK(file.set_aside(time));
  }
  const auto base = files.file() + ".corrupt-1700000000";
  CHECK(file_text(base) == "a");
  CHECK(file_text(base + "-2") == "b");
  CHECK(file_text(base + "-3") == "c");
  CHECK(files.names().size() == 3);
}

TEST_CASE("files of killed writers are removed, and no others") {
  const store_directory files;
  for (const auto* const name :
       {"tokens.json", "tokens.json.tmp-0123456789abcdef", "tokens.json.tmp-",
        "tokens.json.corrupt-1", "other.json.tmp-1", "tokens.json.lockfile"}) {
    std::ofstream{files.path() + "/" + name} << "x";
  }
  open_in(files).remove_leftovers();
  CHECK(files.names() == std::vector<std::string>{"other.json.tmp-1", "tokens.json",
                                                  "tokens.json.corrupt-1", "tokens.json.lockfile"});
}

TEST_CASE("network file systems are known by their type") {
  for (const long type :
       {0x6969L, 0x517bL, static_cast<long>(0xff534d42), 0x65735546L, 0x01021997L}) {
    CHECK(is_network_file_system(type));
  }
  for (const long type :
       {0xef53L, 0x01021994L, static_cast<long>(0x9123683e), 0x58465342L, 0x794c7630L}) {
    CHECK_FALSE(is_network_file_system(type));
  }
}

}  // namespace private_file_test

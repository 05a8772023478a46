#include "proxy/lifecycle/identity_header_file.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temporary_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::proxy;

namespace {

void write_header_file(const std::string& path, const std::string& text) {
  std::ofstream{path} << text;
  REQUIRE(::chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0);
}

std::string header_problem(const std::string& path) {
  const auto header = read_or_create_identity_header(path);
  return header ? std::string{} : header.error().message;
}

}  // namespace

TEST_CASE("a file of the identity header is created once, for its owner alone") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  const auto first = read_or_create_identity_header(path);
  REQUIRE(first);
  CHECK(first->size() == 64);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  const auto second = read_or_create_identity_header(path);
  REQUIRE(second);
  CHECK(*first == *second);
  CHECK(std::distance(std::filesystem::directory_iterator{directory.path()}, {}) == 1);
}

TEST_CASE("processes that create the file at the same time have the same header") {
  for (int round = 0; round < 20; ++round) {
    const midas::internal::test::temporary_directory directory;
    const auto path = directory.path() + "/header";
    std::vector<secret> headers(4);
    {
      std::vector<std::jthread> threads;
      for (auto& header : headers) {
        threads.emplace_back([&] { header = read_or_create_identity_header(path).value(); });
      }
    }
    for (const auto& header : headers) {
      CHECK(header == headers.front());
    }
  }
}

TEST_CASE("white space around the header and a byte-order mark are not part of it") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  write_header_file(path, "\xEF\xBB\xBF \tA-Header \r\n\n");
  const auto header = read_identity_header(path);
  REQUIRE(header);
  CHECK(header->reveal() == "A-Header");
}

TEST_CASE("a file that holds no header is named, and its content is not shown") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  for (const auto& text : {std::string{}, std::string{" \n"}, std::string{"one\ntwo"},
                           std::string{"a b"}, std::string(1'025, 'x'), std::string(9'000, ' '),
                           std::string{"h\xC3\xA9"}, std::string{"null\0byte", 9}}) {
    write_header_file(path, text);
    CHECK(header_problem(path) ==
          "the file of the identity header, " + path +
              ", does not hold one line of 1 to 1,024 printable characters");
  }
}

TEST_CASE("the error names what a file holds by mistake") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  write_header_file(path, "\"a b\"");
  const auto header = read_or_create_identity_header(path);
  REQUIRE_FALSE(header);
  CHECK(header.error().advice.find("quotation marks") != std::string::npos);
}

TEST_CASE("a file that others can write, a directory and a missing directory are refused") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  write_header_file(path, "header");
  REQUIRE(::chmod(path.c_str(), 0620) == 0);
  CHECK(header_problem(path).ends_with("can be written by others"));
  CHECK(header_problem(directory.path()).ends_with("is not a regular file"));
  CHECK(header_problem(directory.path() + "/none/header").find("cannot be created: ") !=
        std::string::npos);
}

TEST_CASE("a file of another user is refused") {
  if (::geteuid() != 0) {
    return;  // Only root gives files away.
  }
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  write_header_file(path, "header");
  CHECK(header_problem(path).empty());
  REQUIRE(::chown(path.c_str(), 65'534, 65'534) == 0);
  CHECK(header_problem(path).ends_with("belongs to another user, who knows the header"));
  CHECK(read_identity_header(path).has_value());
}

TEST_CASE("a FIFO in place of the file is refused, and not waited for") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  REQUIRE(::mkfifo(path.c_str(), S_IRUSR) == 0);
  CHECK(header_problem(path).ends_with("is not a regular file"));
}

TEST_CASE("a file that must exist is not created") {
  const midas::internal::test::temporary_directory directory;
  const auto path = directory.path() + "/header";
  const auto header = read_identity_header(path);
  REQUIRE_FALSE(header);
  CHECK(header.error().message.ends_with("does not exist"));
  CHECK_FALSE(std::filesystem::exists(path));
}

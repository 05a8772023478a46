#include "simulator/hosts/private_directory.hpp"

#include "tests/support/catch.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

using namespace midas::internal::simulator;

namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string refusal_of_directory(const std::string& path) {
  try {
    const private_directory directory(path);
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a private directory is new, and is removed with its files") {
  std::string path;
  {
    private_directory one;
    const private_directory other;
    CHECK(one.path() != other.path());
    path = one.path();
    CHECK((fs::status(path).permissions() & fs::perms::all) == fs::perms::owner_all);
    const auto file = one.write("a.key", "content");
    CHECK(file == path + "/a.key");
    CHECK(fs::file_size(file) == 7);
    CHECK((fs::status(file).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  }
  CHECK_FALSE(fs::exists(path));
}

TEST_CASE("a named directory is created with its parents, and only these are removed") {
  const private_directory ground;
  const auto outer = ground.path() + "/outer";
  {
    private_directory directory(outer + "/inner/");
    CHECK(directory.path() == outer + "/inner");
    directory.write("a", "");
  }
  CHECK_FALSE(fs::exists(outer));
  CHECK(fs::exists(ground.path()));
}

TEST_CASE("foreign files stay, and so do directories that existed before") {
  private_directory ground;
  const auto theirs = ground.write("theirs", "");
  {
    private_directory directory(ground.path());
    directory.write("ours", "");
  }
  CHECK(fs::exists(theirs));
  CHECK_FALSE(fs::exists(ground.path() + "/ours"));
  const auto inner = ground.path() + "/inner";
  const auto later = inner + "/later";
  {
    const private_directory directory(inner);
    write_file(later, "");
  }
  CHECK(fs::exists(later));
  fs::remove_all(inner);
}

TEST_CASE("an existing file or link is never written to") {
  private_directory directory;
  const auto file = directory.write("a", "one");
  CHECK_THROWS_AS(directory.write("a", "two"), std::system_error);
  CHECK(fs::file_size(file) == 3);
  const auto target = directory.path() + "/target";
  const auto link = directory.path() + "/link";
  fs::create_symlink(target, link);
  CHECK_THROWS_AS(directory.write("link", "two"), std::system_error);
  CHECK_FALSE(fs::exists(target));
  fs::remove(link);
}

TEST_CASE("a removed file can be written again, and foreign files cannot be removed") {
  private_directory directory;
  const auto file = directory.write("a", "one");
  directory.remove(file);
  CHECK_FALSE(fs::exists(file));
  directory.write("a", "two");
  const auto other = directory.path() + "/other";
  write_file(other, "");
  directory.remove(other);
  CHECK(fs::exists(other));
  fs::remove(other);
}

TEST_CASE("an error names the path that is not a directory or cannot be created") {
  private_directory ground;
  const auto file = ground.write("file", "");
  CHECK(refusal_of_directory(file).find("cannot use " + file + "; choose a directory") !=
        std::string::npos);
  CHECK(refusal_of_directory(file + "/below").find("cannot create " + file + "/below") !=
        std::string::npos);
}

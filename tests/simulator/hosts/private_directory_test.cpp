#include "simulator/hosts/private_directory.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

using namespace midas::internal::simulator;

namespace {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string refusal_of(const std::string& path) {
  try {
    const private_directory directory(path);
  } catch (const std::system_error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a private directory is new, and goes with its files") {
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

TEST_CASE("a directory that is named is made with those above it, and only these go again") {
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

TEST_CASE("what others put into a directory stays, and so does a directory that was there") {
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

TEST_CASE("a file is never written over, nor through a link") {
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

TEST_CASE("a file that is removed can be written again, and another's is left alone") {
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

TEST_CASE("what is no directory, or cannot be made, is an error that names it") {
  private_directory ground;
  const auto file = ground.write("file", "");
  CHECK(refusal_of(file).find("cannot use " + file + "; give a directory") != std::string::npos);
  CHECK(refusal_of(file + "/below").find("cannot make " + file + "/below") != std::string::npos);
}

// The file of certificate authorities of an identity binding.
#include "tests/support/catch.hpp"
#include "tests/support/temporary_file.hpp"
#include "transport/hosts/credential_files.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <string>

namespace authorities_file_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t limit = 40;

expected<sensitive_string> read(const std::string& path) {
  return credential_files_of_this_machine().read_authorities(path, limit);
}

}  // namespace

TEST_CASE("authorities are read as they are, through a symbolic link, and from an empty file") {
  const temporary_file real{" any text\n"};
  const temporary_file empty;
  const auto link = real.path() + ".link";
  fs::create_symlink(real.path(), link);
  CHECK(*read(link) == " any text\n");
  CHECK(read(empty.path())->empty());
  fs::remove(link);
}

TEST_CASE("authorities that cannot be read are an error that names the variable and the file") {
  const temporary_file large{std::string(limit + 1, 'x')};
  const auto pipe = large.path() + ".pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  const auto directory = fs::temp_directory_path().string();
  for (const auto& path : {large.path(), pipe, directory, large.path() + ".absent"}) {
    const auto authorities = read(path);
    REQUIRE_FALSE(authorities);
    CHECK(authorities.error().code == errc::invalid_configuration);
    CHECK_THAT(authorities.error().message,
               Contains("AZURE_KUBERNETES_CA_FILE: the file \"" + path + "\""));
  }
  CHECK_FALSE(read(std::string{"/a\0b", 4}));
  fs::remove(pipe);
}

}  // namespace authorities_file_test

// The program with rights that its user does not have, as set-group-ID or file capabilities give.
#include "tests/support/catch.hpp"
#include "tests/support/program.hpp"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace midas::internal::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// A copy of the program that runs with a group that no user is in.
class privileged_copy {
 public:
  privileged_copy() {
    fs::copy_file(MIDAS_PROGRAM, path_, fs::copy_options::overwrite_existing);
    constexpr gid_t strangers = 54'321;
    struct statvfs system {};
    works_ = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 &&
             ::chown(path_.c_str(), static_cast<uid_t>(-1), strangers) == 0 &&
             ::chmod(path_.c_str(), 02755) == 0 && ::statvfs(path_.c_str(), &system) == 0 &&
             (system.f_flag & ST_NOSUID) == 0;
  }
  privileged_copy(const privileged_copy&) = delete;
  privileged_copy& operator=(const privileged_copy&) = delete;
  ~privileged_copy() { fs::remove(path_); }

  [[nodiscard]] bool works() const { return works_; }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  fs::path path_ = fs::temp_directory_path() / ("midas-privileged-" + std::to_string(::getpid()));
  bool works_ = false;
};

}  // namespace

TEST_CASE("a privileged program does not let the environment of its user name an endpoint") {
  const privileged_copy privileged;
  if (!privileged.works()) {
    WARN("skipped: this user or this file system cannot make a set-group-ID program");
    return;
  }
  ::setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi/token", 1);
  ::setenv("IDENTITY_HEADER", "proof", 1);
  const std::vector<std::string> arguments{"token",      "--host", "app-service",
                                           "--resource", "R",      "--no-retries"};
  const auto usual = run_program(MIDAS_PROGRAM, arguments);
  const auto result = run_program(privileged.path(), arguments);
  ::unsetenv("IDENTITY_ENDPOINT");
  ::unsetenv("IDENTITY_HEADER");
  CHECK_THAT(usual.errors, Contains("127.0.0.1:9"));
  CHECK(result.exit_code == 2);
  CHECK_THAT(result.errors, Contains("IDENTITY_ENDPOINT and IDENTITY_HEADER are not set"));
}

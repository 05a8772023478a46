#include "simulator/hosts/private_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace midas::internal::simulator {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(int error, const std::string& what, const std::string& path,
                       const std::string& remedy) {
  throw std::system_error(error, std::system_category(),
                          "cannot " + what + " " + path + "; " + remedy);
}

std::string create_temporary() {
  std::error_code error;
  const auto parent = fs::temp_directory_path(error);
  if (error) {
    fail(error.value(), "find", "a directory for temporary files",
         "set TMPDIR to a writable directory");
  }
  auto path = (parent / "midas-simulator-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) {
    fail(errno, "create", path, "set TMPDIR to a writable directory");
  }
  return path;
}

/// Creates the missing directories of a path, and returns them, outermost first.
std::vector<std::string> create_directories(const fs::path& path) {
  std::vector<fs::path> missing;
  std::error_code error;
  for (auto each = path; !each.empty() && !fs::exists(each, error); each = each.parent_path()) {
    missing.push_back(each);
  }
  std::reverse(missing.begin(), missing.end());
  std::vector<std::string> created;
  for (const auto& each : missing) {
    if (::mkdir(each.c_str(), 0700) != 0) {
      fail(errno, "create", each.string(), "choose a writable directory");
    }
    created.push_back(each.string());
  }
  if (!fs::is_directory(path, error)) {
    fail(ENOTDIR, "use", path.string(), "choose a directory");
  }
  return created;
}

/// The absolute path without a slash at the end. Clients compare the paths in challenges as text.
std::string normalized(const std::string& path) {
  auto absolute = fs::absolute(path).lexically_normal();
  return (absolute.has_filename() ? absolute : absolute.parent_path()).string();
}

}  // namespace

private_directory::private_directory(const std::string& path) {
  if (path.empty()) {
    path_ = create_temporary();
    created_.push_back(path_);
  } else {
    path_ = normalized(path);
    created_ = create_directories(path_);
  }
}

private_directory::~private_directory() {
  for (const auto& file : files_) {
    (void)::unlink(file.c_str());
  }
  // Innermost first.
  std::reverse(created_.begin(), created_.end());
  for (const auto& each : created_) {
    (void)::rmdir(each.c_str());
  }
}

std::string private_directory::write(std::string_view name, std::string_view content) {
  auto path = std::string(path_).append("/").append(name);
  const std::string remedy = "check that the file does not exist and that the disk has space";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) {
    fail(errno, "write", path, remedy);
  }
  files_.push_back(path);
  const auto written = ::write(file, content.data(), content.size());
  const int error = written < 0 ? errno : ENOSPC;
  (void)::close(file);
  if (written != static_cast<ssize_t>(content.size())) {
    fail(error, "write", path, remedy);
  }
  return path;
}

void private_directory::replace(std::string_view path, std::string_view content) {
  const std::string target(path);
  const auto written = write(std::filesystem::path(target).filename().string() + ".new", content);
  files_.pop_back();
  if (::rename(written.c_str(), target.c_str()) != 0) {
    const int error = errno;
    (void)::unlink(written.c_str());
    fail(error, "replace", target, "check that the directory still exists");
  }
}

void private_directory::remove(std::string_view path) {
  const auto found = std::find(files_.begin(), files_.end(), path);
  if (found != files_.end()) {
    (void)::unlink(found->c_str());
    files_.erase(found);
  }
}

}  // namespace midas::internal::simulator

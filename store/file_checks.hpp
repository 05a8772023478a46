// What a token store demands of its file and of the directory.
#pragma once

#include <midas/error.hpp>

#include <sys/stat.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal {

/// errc::store_failed: `"PATH" WHAT`.
unexpected reject_file(std::string_view path, std::string_view what, std::string_view advice);

/// errc::store_failed: `"PATH" HAS more than LIMIT bytes`.
unexpected reject_size(std::string_view path, std::string_view has, std::size_t limit);

/// Fails unless the directory belongs to this user or to root, and nobody else may write it.
expected<void> check_directory(const struct stat& status, const std::string& path);

/// Fails unless it is a regular file of this user, with one name, that nobody else may access, of
/// at most `max_bytes`.
expected<void> check_file(const struct stat& status, const std::string& path,
                          std::size_t max_bytes);

/// Whether fstatfs() reports a file system that another machine may see, or may serve.
bool is_network_file_system(long type) noexcept;

}  // namespace midas::internal

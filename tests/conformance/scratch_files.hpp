// The files of a case, on the disk, in a directory of the case's own.
#pragma once

#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include "transport/hosts/credential_files.hpp"
#include "transport/hosts/host_environment.hpp"

#include <filesystem>
#include <string>

namespace midas::internal::conformance {

/// Made with the object, and removed with it.
class scratch_files {
 public:
  scratch_files();
  scratch_files(const scratch_files&) = delete;
  scratch_files& operator=(const scratch_files&) = delete;
  ~scratch_files();

  [[nodiscard]] std::string directory() const { return directory_.string(); }

  /// Writes what the case lists, but for Azure Arc's agent: that is there or not in `environment`.
  void create(const json& content, const template_values& values, host_environment& environment);

  /// As midas reads files, but that Azure Arc's directory is in this one.
  [[nodiscard]] credential_files reader(const std::string& arc_directory) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace midas::internal::conformance

// The files of a case, in a temporary directory of its own.
#pragma once

#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include "transport/hosts/credential_files.hpp"
#include "transport/hosts/host_environment.hpp"

#include <filesystem>
#include <string>

namespace midas::internal::conformance {

/// The constructor creates the directory, the destructor removes it.
class scratch_files {
 public:
  scratch_files();
  scratch_files(const scratch_files&) = delete;
  scratch_files& operator=(const scratch_files&) = delete;
  ~scratch_files();

  [[nodiscard]] std::string directory() const { return directory_.string(); }

  /// Writes the files that the case lists, except Azure Arc's agent, which is a flag in
  /// `environment`.
  void create(const json& content, const template_values& values, host_environment& environment);

  /// Reads as midas does, with Azure Arc's directory redirected to this one.
  [[nodiscard]] credential_files reader(const std::string& arc_directory) const;

 private:
  std::filesystem::path directory_;
};

}  // namespace midas::internal::conformance

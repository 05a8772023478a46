// Expands the {{...}} in the texts of the cases.
#pragma once

#include <chrono>
#include <string>

namespace midas::internal::conformance {

/// The values of the templates.
struct template_values {
  std::chrono::sys_seconds now{};
  std::string arc_directory;
  std::string scratch_directory;
  /// 40 hexadecimal digits in lower case.
  std::string thumbprint;
};

/// `text` with all templates replaced. Throws std::runtime_error for an unknown one.
std::string expand(std::string text, const template_values& values);

}  // namespace midas::internal::conformance

// Certificates in PEM, as files and variables hold them.
#pragma once

#include <string_view>

namespace midas::internal {

/// Whether the text has at least one certificate in PEM that can be read; what stands around it
/// does not matter.
bool holds_certificate(std::string_view pem) noexcept;

}  // namespace midas::internal

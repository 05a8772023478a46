// The report of a load run as one HTML page.
#pragma once

#include "tools/load/document/load_document.hpp"

#include <string>

namespace midas::internal::tools {

/// A page without scripts and external resources, which its Content-Security-Policy enforces. All
/// texts of the document are escaped. Any thread.
[[nodiscard]] std::string report_page(const load_document& document);

}  // namespace midas::internal::tools

// Writes the documents of midas load --json.
#pragma once

#include "tools/load/document/load_document.hpp"

#include <string>

namespace midas::internal::tools {

/// The document as JSON, from which read_load_document() makes an equal document.
[[nodiscard]] std::string to_json(const load_document& document);

}  // namespace midas::internal::tools

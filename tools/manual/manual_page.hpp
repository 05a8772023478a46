// Manual pages in the language man(7).
#pragma once

#include "tools/manual/command_text.hpp"

#include <string>

namespace midas::internal::tools {

/// The name of the command's page, "midas-token".
std::string page_name(const command_text& command);

/// The page of `command`, which is `program` itself or a command below it, in section 1.
std::string manual_page(const command_text& program, const command_text& command,
                        const std::string& version);

}  // namespace midas::internal::tools

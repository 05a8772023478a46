// Values of environment variables and small files, as editors, shells and pipelines write them.
#pragma once

#include <string_view>

namespace midas::internal {

/// `text` without byte-order marks and white space (also no-break spaces) at its ends, which no
/// value of midas has, and which programs that write files add.
std::string_view without_margins(std::string_view text) noexcept;

/// Whether the text is a GUID, in braces or not, or a name of letters, digits, '-', '.' and '_'.
bool is_guid_or_name(std::string_view text) noexcept;

/// Whether all characters are printable ASCII, the space not included.
bool is_one_word(std::string_view text) noexcept;

/// Why a value may not be what its author meant, as an advice: quotation marks, a placeholder such
/// as "${NAME}" or "<name>", bytes of UTF-16. Empty if nothing is recognized.
std::string_view advice_for_value(std::string_view text) noexcept;

}  // namespace midas::internal

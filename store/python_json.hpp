// What Python's json module reads and writes, and RapidJSON refuses.
#pragma once

#include <midas/sensitive_string.hpp>

namespace midas::internal {

/// Replaces, by strings of the same length, what RapidJSON refuses and Python accepts: NaN and
/// Infinity, numbers beyond the range of a double, and halves of surrogate pairs as escape
/// sequences. False if there is nothing of the kind.
bool replace_what_python_adds(sensitive_string& text);

}  // namespace midas::internal

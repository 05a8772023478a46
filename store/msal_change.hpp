// Writes the text of a token cache of MSAL again, with changes.
#pragma once

#include "store/msal_scan.hpp"

namespace midas::internal {

/// The result of change_msal_cache(); `scan` is that of the same text.
sensitive_string rewrite_msal_cache(sensitive_string text, const msal_scan& scan,
                                    const cache_change& change, const cache_owner& owner);

}  // namespace midas::internal

// Decides what a change leaves out of a token cache of MSAL, and what it adds.
#pragma once

#include "store/msal_scan.hpp"

#include <utility>

namespace midas::internal {

struct planned_change {
  /// The keys of the entries that are left out: removed, replaced or expired ones.
  std::unordered_set<std::string> dropped_entries;
  /// The keys of the marks that are left out. Views into the scanned text.
  std::unordered_set<std::string_view> dropped_marks;
  /// The new entries with their keys.
  std::vector<std::pair<std::string, const stored_token*>> added;
  /// The client ids without an entry in the section AppMetadata.
  std::vector<std::string> added_metadata;
  /// Since when the file belongs to this machine.
  std::string since;
};

planned_change plan_change(const msal_scan& scan, const cache_change& change,
                           const cache_owner& owner);

/// The key of a client id in the section AppMetadata.
std::string app_metadata_key(std::string_view client_id);

}  // namespace midas::internal

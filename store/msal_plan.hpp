// Decides what a change leaves out of a token cache of MSAL, and what it adds.
#pragma once

#include "store/msal_scan.hpp"

#include <utility>

namespace midas::internal {

struct planned_change {
  /// For each member of the section AccessToken: whether it is left out, being removed, replaced,
  /// expired, or followed by one with the same key.
  std::vector<bool> dropped_entries;
  /// The same for the members of "tokens" in the section of midas.
  std::vector<bool> dropped_marks;
  /// The new entries with their keys.
  std::vector<std::pair<std::string, const stored_token*>> added;
  /// The client ids without an entry in the section AppMetadata.
  std::vector<std::string> added_metadata;
  /// Since when the file belongs to this machine.
  std::string since;
  /// The file already says that it belongs to this machine.
  bool has_owner = false;
};

planned_change plan_change(const msal_scan& scan, const cache_change& change,
                           const cache_owner& owner);

/// The key of a client id in the section AppMetadata.
std::string app_metadata_key(std::string_view client_id);

}  // namespace midas::internal

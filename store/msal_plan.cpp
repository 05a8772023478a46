#include "store/msal_plan.hpp"

#include "store/msal_entry.hpp"

#include <set>

namespace midas::internal {

namespace {

using removed_keys = std::unordered_set<token_key, token_key_hash>;

bool is_removed(const understood_entry& understood, std::string_view resource,
                const removed_keys& removed) {
  if (removed.empty()) {
    return false;
  }
  const auto key = make_key(understood.identity, resource);
  return key && removed.contains(*key);
}

void plan_additions(planned_change& result, const msal_scan& scan, const cache_change& change) {
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& token : change.save) {
    auto key = msal_key(token.identity, token.grant.resource);
    const auto [place, is_new] = places.try_emplace(key, result.added.size());
    if (is_new) {
      result.added.emplace_back(std::move(key), &token);
    } else {
      result.added[place->second].second = &token;
    }
  }
  std::set<std::string_view> metadata;
  for (const auto& [key, token] : result.added) {
    result.dropped_entries.insert(key);
    const auto client_id = msal_client_id(token->identity);
    if (metadata.insert(client_id).second &&
        !scan.app_metadata_keys.contains(app_metadata_key(client_id))) {
      result.added_metadata.emplace_back(client_id);
    }
  }
}

void plan_removals(planned_change& result, const msal_scan& scan, const cache_change& change,
                   const cache_owner& owner) {
  const removed_keys removed{change.remove.begin(), change.remove.end()};
  std::unordered_set<std::string_view> kept;
  for (const auto& entry : scan.entries) {
    const auto understood = understand(scan, entry, owner);
    if (understood && ((understood->is_marked && understood->expires_on <= change.now) ||
                       is_removed(*understood, entry.at(entry_field::target), removed))) {
      result.dropped_entries.emplace(entry.key);
    } else {
      kept.insert(entry.key);
    }
  }
  for (const auto& [key, mark] : scan.marks) {
    if (!kept.contains(key) || result.dropped_entries.contains(std::string{key})) {
      result.dropped_marks.insert(key);
    }
  }
}

}  // namespace

std::string app_metadata_key(std::string_view client_id) {
  return std::string{"appmetadata-"}.append(msal::environment).append("-").append(client_id);
}

planned_change plan_change(const msal_scan& scan, const cache_change& change,
                           const cache_owner& owner) {
  planned_change result;
  plan_additions(result, scan, change);
  plan_removals(result, scan, change, owner);
  // MSAL's entries from before the file was this machine's may have come with it from another one.
  const bool is_marked = scan.machine == owner.machine && read_seconds(scan.since);
  result.since = is_marked ? std::string{scan.since} : seconds_text(change.now);
  return result;
}

}  // namespace midas::internal

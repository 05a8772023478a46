#include "store/msal_plan.hpp"

#include "store/msal_entry.hpp"

#include <set>
#include <unordered_map>

namespace midas::internal {

namespace {

using removed_keys = std::unordered_set<token_key, token_key_hash>;
// The place of each new entry.
using added_keys = std::unordered_map<std::string_view, std::size_t>;

bool is_expired(const msal_scan& scan, const scanned_entry& entry, std::chrono::sys_seconds now) {
  const auto expires_on = read_seconds(entry.at(entry_field::expires_on));
  return expires_on && *expires_on <= now && is_of_midas(scan, entry);
}

bool is_removed(const msal_scan& scan, const scanned_entry& entry, const removed_keys& removed,
                const cache_owner& owner) {
  if (removed.empty()) {
    return false;
  }
  const auto understood = understand(scan, entry, owner);
  if (!understood) {
    return false;
  }
  const auto key = make_key(understood->identity, entry.at(entry_field::target));
  return key && removed.contains(*key);
}

added_keys plan_additions(planned_change& result, const cache_change& change) {
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
  added_keys keys;
  for (std::size_t i = 0; i < result.added.size(); ++i) {
    keys.emplace(result.added[i].first, i);
  }
  return keys;
}

void plan_metadata(planned_change& result, const msal_scan& scan) {
  std::set<std::string_view> seen;
  for (const auto& [key, token] : result.added) {
    const auto client_id = msal_client_id(token->identity);
    if (seen.insert(client_id).second &&
        !scan.app_metadata_keys.contains(app_metadata_key(client_id))) {
      result.added_metadata.emplace_back(client_id);
    }
  }
}

void plan_removals(planned_change& result, const msal_scan& scan, const cache_change& change,
                   const added_keys& added, const cache_owner& owner) {
  const removed_keys removed{change.remove.begin(), change.remove.end()};
  result.dropped_entries.assign(scan.access_tokens.members.size(), true);
  result.dropped_marks.assign(scan.marks_section.members.size(), true);
  for (const auto& entry : scan.entries) {
    if (added.contains(entry.key) || is_expired(scan, entry, change.now) ||
        is_removed(scan, entry, removed, owner)) {
      continue;
    }
    result.dropped_entries[entry.member] = false;
    if (entry.mark != scanned_entry::none) {
      result.dropped_marks[scan.marks[entry.mark].member] = false;
    }
  }
}

// MSAL's entries from before the file was this machine's may have come with it from another one,
// except if the caller says that a file without an owner is this machine's.
std::string first_second(const msal_scan& scan, const cache_change& change,
                         const cache_owner& owner) {
  return scan.machine.empty() && owner.accept_unmarked ? "0" : seconds_text(change.now);
}

}  // namespace

std::string app_metadata_key(std::string_view client_id) {
  return std::string{"appmetadata-"}.append(msal::environment).append("-").append(client_id);
}

planned_change plan_change(const msal_scan& scan, const cache_change& change,
                           const cache_owner& owner) {
  planned_change result;
  const auto added = plan_additions(result, change);
  plan_metadata(result, scan);
  plan_removals(result, scan, change, added, owner);
  result.has_owner = scan.machine == owner.machine && read_seconds(scan.since);
  result.since = result.has_owner ? std::string{scan.since} : first_second(scan, change, owner);
  return result;
}

}  // namespace midas::internal

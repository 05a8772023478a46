#include "actors/policies/store_schedule.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

void store_schedule::begin_load() noexcept {
  load_due_ = load_due_ || !std::exchange(has_begun_load_, true);
}

// A refresh has no caller, and names the identity as its key does. Others may read the store, and
// compare ids exactly.
void store_schedule::respell(managed_identity& identity) {
  auto folded = identity.folded();
  if (identity != folded && spellings_.size() < max_unsaved_) {
    spellings_.insert_or_assign(std::move(folded), identity);
  } else if (const auto known = spellings_.find(identity); known != spellings_.end()) {
    identity = known->second;
  }
}

void store_schedule::acquired(unsaved_token added) {
  respell(added.identity);
  token_key key{added.identity.folded(), added.token.resource()};
  unsaved_.insert_or_assign(std::move(key), std::move(added));
  forget_excess();
  save_due_ = true;
}

void store_schedule::forget_excess() {
  while (unsaved_.size() > max_unsaved_) {
    unsaved_.erase(std::ranges::min_element(
        unsaved_, {}, [](const auto& item) { return item.second.token.expires_on(); }));
  }
}

std::optional<store_call> store_schedule::next() {
  if (in_progress_) {
    return std::nullopt;
  }
  if (std::exchange(load_due_, false)) {
    in_progress_ = store_operation::load;
    return store_call{};
  }
  if (!std::exchange(save_due_, false)) {
    return std::nullopt;
  }
  in_progress_ = store_operation::save;
  saving_.swap(unsaved_);
  store_call result{store_operation::save};
  result.tokens.reserve(saving_.size());
  for (const auto& item : saving_) {
    result.tokens.push_back(item.second);
  }
  return result;
}

bool store_schedule::ended(bool succeeded, time_point now) {
  const auto ended = std::exchange(in_progress_, std::nullopt);
  if (ended != store_operation::save) {
    return !succeeded;
  }
  auto saved = std::exchange(saving_, {});
  if (succeeded) {
    reported_at_.reset();
    return false;
  }
  // Newer tokens, acquired meanwhile, stay.
  unsaved_.merge(saved);
  forget_excess();
  if (reported_at_ && now - *reported_at_ < report_interval) {
    return false;
  }
  reported_at_ = now;
  return true;
}

}  // namespace midas::internal

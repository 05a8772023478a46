// Why the keys of a service have no token, for callers whose deadline passes.
#pragma once

#include "actors/policies/known_failure.hpp"
#include "messages/actor_messages.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace midas::internal {

/// The last failure of each key, as long as its acquisition actor lives and has been granted no
/// token since. Outside of the actors, because a blocking caller whose deadline passes says why
/// even if no actor can run. Thread-safe.
class shared_failures {
 public:
  [[nodiscard]] std::optional<known_failure> find(const acquisition_key_view& key) const {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(key);
    return found == entries_.end() ? std::nullopt : std::optional{found->second.known};
  }

 private:
  friend class failure_record;

  struct entry {
    const void* owner = nullptr;
    known_failure known{};
  };

  void set(const acquisition_key& key, entry failed) {
    const std::lock_guard lock{mutex_};
    entries_.insert_or_assign(key, std::move(failed));
  }

  // Unless another actor of the same key has failed meanwhile.
  void clear(const acquisition_key& key, const void* owner) {
    const std::lock_guard lock{mutex_};
    const auto found = entries_.find(key);
    if (found != entries_.end() && found->second.owner == owner) {
      entries_.erase(found);
    }
  }

  mutable std::mutex mutex_;
  std::unordered_map<acquisition_key, entry, acquisition_key_hash, acquisition_key_equal> entries_;
};

/// The entry of one acquisition actor, which ends with it. Used by that actor only.
class failure_record {
 public:
  failure_record() = default;
  failure_record(std::shared_ptr<shared_failures> all,
                 std::shared_ptr<const acquisition_key> key) noexcept
      : all_(std::move(all)), key_(std::move(key)) {}
  failure_record(failure_record&& other) noexcept
      : all_(std::move(other.all_)),
        key_(std::move(other.key_)),
        owner_(std::exchange(other.owner_, nullptr)) {}
  failure_record& operator=(failure_record&& other) noexcept {
    clear();
    all_ = std::move(other.all_);
    key_ = std::move(other.key_);
    owner_ = std::exchange(other.owner_, nullptr);
    return *this;
  }
  ~failure_record() { clear(); }

  void set(known_failure known) {
    owner_ = key_.get();
    all_->set(*key_, {owner_, std::move(known)});
  }

  /// A token was granted.
  void clear() {
    if (const auto* const owner = std::exchange(owner_, nullptr)) {
      all_->clear(*key_, owner);
    }
  }

 private:
  std::shared_ptr<shared_failures> all_;
  std::shared_ptr<const acquisition_key> key_;
  // Each actor has a key object of its own. Null without an entry.
  const void* owner_ = nullptr;
};

}  // namespace midas::internal

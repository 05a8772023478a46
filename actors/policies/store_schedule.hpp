// Decides which call of the token store is next. Pure: time is an argument.
#pragma once

#include "messages/clock_reading.hpp"
#include <midas/access_token.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace midas::internal {

/// A token that must be saved in the store. Refers to the token in memory.
struct unsaved_token {
  managed_identity identity{};
  access_token token{};
  std::chrono::sys_seconds cached_at{};
};

struct store_call {
  store_operation operation = store_operation::load;
  /// What to save.
  std::vector<unsaved_token> tokens{};
};

/// At most one call is in progress. The tokens that are acquired meanwhile are saved together by
/// the next one, the latest for each identity and resource. A call that fails is not repeated: its
/// tokens are saved with the next token that is acquired. Not thread-safe.
class store_schedule {
 public:
  using time_point = boot_clock::time_point;

  /// How often calls to save that keep failing are reported.
  static constexpr std::chrono::minutes report_interval{1};

  /// Of more than `max_unsaved` tokens, those that expire first are forgotten.
  explicit store_schedule(std::size_t max_unsaved) : max_unsaved_(max_unsaved) {}

  /// Makes loading the store the next call. Only the first begin_load() has an effect.
  void begin_load() noexcept;

  void acquired(unsaved_token added);

  /// Tokens that could not be saved are due again: no other may be acquired.
  void retry() noexcept { save_due_ = !unsaved_.empty(); }

  /// Whether next() would begin a call, or one is in progress.
  [[nodiscard]] bool is_idle() const noexcept { return !in_progress_ && !load_due_ && !save_due_; }

  /// Begins the next call. Empty if none is due, or if one is in progress.
  std::optional<store_call> next();

  /// The call has ended. True if its failure must be reported.
  bool ended(bool succeeded, time_point now);

  /// How many tokens are not saved yet.
  [[nodiscard]] std::size_t unsaved() const noexcept { return unsaved_.size() + saving_.size(); }

 private:
  // A store distinguishes tokens by these.
  using tokens = std::unordered_map<token_key, unsaved_token, token_key_hash>;

  void respell(managed_identity& identity);
  void forget_excess();

  const std::size_t max_unsaved_;
  bool has_begun_load_ = false;
  bool load_due_ = false;
  bool save_due_ = false;
  std::optional<store_operation> in_progress_{};
  tokens unsaved_;
  // Those of the call in progress.
  tokens saving_;
  // As callers write them, by how keys have them; only those that differ.
  std::map<managed_identity, managed_identity> spellings_;
  // Since the last call to save that succeeded.
  std::optional<time_point> reported_at_{};
};

}  // namespace midas::internal

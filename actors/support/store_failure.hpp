// Errors of a token store, which may be the application's own code, made safe to show.
#pragma once

#include "actors/policies/store_schedule.hpp"
#include <midas/error.hpp>

#include <functional>

namespace midas::internal {

/// The outcome of `function`, which calls the store. What it throws becomes errc::store_failed.
expected<void> guarded_call(const std::function<expected<void>()>& function);

/// The failure without line breaks, other control characters, and anything that looks like a token
/// or repeats a part of one of those that were to be saved.
error shown_failure(const error& failure, const store_call& call);

}  // namespace midas::internal

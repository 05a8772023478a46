#include "messages/fork_watch.hpp"
#include "published/cached_token_origin.hpp"
#include "published/hit_counters.hpp"
#include "published/read_lease.hpp"
#include <midas/detail/access.hpp>
#include <midas/detail/thread_cache.hpp>

#include <algorithm>
#include <chrono>
#include <new>

namespace midas::detail {

constinit thread_local char this_thread_marker = 0;
constinit thread_local thread_cache* cache_of_this_thread = nullptr;

namespace {

// A thread drops the tokens that it has not read for this long.
constexpr std::int64_t max_unused = std::chrono::nanoseconds{std::chrono::minutes{1}}.count();

// The child of a fork has neither the services of its parent nor their tokens.
const internal::call_in_forked_child registered{[] { cache_of_this_thread = nullptr; }};

}  // namespace

cached_token* cached_token::make(const token_lookup& lookup, origin from, hit_counter& hits) {
  const auto size = sizeof(cached_token) + lookup.resource.size() + lookup.identity.id().size();
  auto* const memory = ::operator new(size, alignment);
  return ::new (memory) cached_token(lookup, std::move(from), hits);
}

cached_token::cached_token(const token_lookup& lookup, origin from, hit_counter& hits)
    : biased_refcount(access::refcount_of(from.token).grant(), owned{}),
      hits_(&hits),
      table_(lookup.table),
      resource_size_(static_cast<std::uint32_t>(lookup.resource.size())),
      id_size_(static_cast<std::uint32_t>(lookup.identity.id().size())),
      kind_(lookup.identity.kind()),
      origin_(std::make_unique<origin>(std::move(from))) {
  origin_->hash = lookup.hash;
  auto* const text_after = reinterpret_cast<char*>(this) + sizeof *this;
  std::ranges::copy(lookup.resource, text_after);
  std::ranges::copy(lookup.identity.id(), text_after + resource_size_);
}

bool cached_token::extend_lease(const internal::clock_reading& now,
                                const coarse_clock_reading& coarse) noexcept {
  if (!is_usable(origin_->validity, now)) {
    return false;
  }
  origin_->validity.refresh_at = origin_->slot->refresh();
  lease_ = internal::lease_at(origin_->validity, now, coarse);
  return true;
}

cached_token::~cached_token() = default;

internal::published_slot& cached_token::slot() const noexcept { return *origin_->slot; }

std::uint64_t cached_token::hash() const noexcept { return origin_->hash; }

thread_cache* thread_cache::make_current() {
  struct holder {
    ~holder() {
      cache_of_this_thread = nullptr;
      ended = true;
    }
    std::unique_ptr<thread_cache> tokens;
    bool& ended;
  };
  // Thread-locals that outlive this one may still read tokens while the thread ends.
  static thread_local bool ended = false;
  if (cache_of_this_thread == nullptr && !ended) {
    static thread_local holder mine{nullptr, ended};
    // The cache that this thread had before a fork stays as it is: nothing of the parent's services
    // is touched in the child.
    (void)mine.tokens.release();
    mine.tokens = std::make_unique<thread_cache>();
    cache_of_this_thread = mine.tokens.get();
  }
  return cache_of_this_thread;
}

thread_cache::~thread_cache() {
  for_each_entry([](auto& each) { clear(each); });
  for (const auto& each : counters_) {
    each.second->ended.store(true, std::memory_order_release);
  }
}

cached_token& thread_cache::insert(const token_lookup& lookup, cached_token::origin from,
                                   internal::hit_counters& hits) {
  const auto slot = from.slot->slot_index;
  const auto version = from.version;
  auto& to = entry_for(lookup);
  auto* const made = cached_token::make(lookup, std::move(from), counter_of(lookup.table, hits));
  clear(to);
  to = {made, tag_of(lookup.hash) << 24U | slot, version};
  return *made;
}

thread_cache::entry& thread_cache::entry_for(const token_lookup& lookup) {
  for (;;) {
    auto& group = buckets_[lookup.hash];
    auto* best = std::ranges::find_if(group, [&lookup](const entry& each) {
      return each.token != nullptr && each.token->matches(lookup);
    });
    if (best == group.end()) {
      best = std::ranges::find_if(
          group, [](const entry& each) { return each.token == nullptr || !each.is_current(); });
    }
    if (best != group.end()) {
      return *best;
    }
    if (buckets_.size() == max_buckets) {
      return *std::ranges::min_element(
          group, {}, [](const entry& each) { return each.token->lease().steady_end; });
    }
    grow_buckets();
  }
}

void thread_cache::bind_handle(std::uint64_t handle, const token_lookup& lookup) {
  const auto* const found = find(lookup);
  if (found == nullptr) {
    return;
  }
  while (is_taken_from(handle, *found->token)) {
    try {
      grow_handle_entries();
    } catch (const std::bad_alloc&) {
      return;
    }
  }
  auto& to = handle_entries_[handle];
  found->token->hold();
  clear(to);
  to = {handle, found->token, &found->version_at(), found->version};
}

// Another handle uses the entry, and the array may grow. Handles for one token, which may be
// created for a single read each, do not make it grow as far.
bool thread_cache::is_taken_from(std::uint64_t handle, const cached_token& token) noexcept {
  const auto& to = handle_entries_[handle];
  return to.handle != handle && to.handle != 0 && to.is_current() &&
         handle_entries_.size() < (to.token == &token ? max_entries_per_token : max_tokens);
}

void thread_cache::grow_buckets() {
  // Each bucket is split into two, so that every entry fits.
  pow2_array<bucket> larger{buckets_.size() * 2};
  for (const auto& group : buckets_) {
    for (const auto& each : group) {
      if (each.token != nullptr) {
        auto& to = larger[each.token->hash()];
        *std::ranges::find_if(to, [](const entry& s) { return s.token == nullptr; }) = each;
      }
    }
  }
  buckets_ = std::move(larger);
}

void thread_cache::grow_handle_entries() {
  pow2_array<handle_entry> larger{handle_entries_.size() * 2};
  for (const auto& each : handle_entries_) {
    if (each.handle != 0) {
      larger[each.handle] = each;
    }
  }
  handle_entries_ = std::move(larger);
}

template <class Action>
void thread_cache::for_each_entry(const Action& act) {
  std::ranges::for_each(handle_entries_, act);
  for (auto& group : buckets_) {
    std::ranges::for_each(group, act);
  }
}

void thread_cache::evict_stale(const coarse_clock_reading& now) {
  if (now.steady < next_eviction_) {
    return;
  }
  next_eviction_ = now.steady + max_unused;
  for_each_entry([&now](auto& each) {
    if (each.token != nullptr &&
        (!each.is_current() || each.token->lease().steady_end < now.steady - max_unused)) {
      clear(each);
    }
  });
  // The counters of destroyed tables, after the copies that refer to them.
  std::erase_if(counters_, [](const auto& each) { return each.second.use_count() == 1; });
}

void thread_cache::clear(entry& used) noexcept {
  if (auto* const token = std::exchange(used, entry{}).token) {
    token->drop();
  }
}

void thread_cache::clear(handle_entry& used) noexcept {
  if (auto* const token = std::exchange(used, handle_entry{}).token) {
    token->release();
  }
}

hit_counter& thread_cache::counter_of(std::uint64_t table, internal::hit_counters& all) {
  auto found = std::ranges::find(counters_, table, &decltype(counters_)::value_type::first);
  if (found == counters_.end()) {
    found = counters_.emplace(found, table, all.make());
  }
  return *found->second;
}

}  // namespace midas::detail

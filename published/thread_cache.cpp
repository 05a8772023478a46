#include <midas/detail/thread_cache.hpp>

#include <algorithm>
#include <chrono>
#include <new>

namespace midas {

namespace {

// A thread that asks for some tokens now and then drops those that it has not asked for this long.
constexpr std::int64_t unused_for = std::chrono::nanoseconds{std::chrono::minutes{1}}.count();

}  // namespace

thread_token* thread_token::make(const token_lookup& looked_for, source from, hit_counter& hits) {
  const auto size =
      sizeof(thread_token) + looked_for.resource.size() + looked_for.identity.id().size();
  auto* const memory = ::operator new(size, line);
  return ::new (memory) thread_token(looked_for, std::move(from), hits);
}

thread_token::thread_token(const token_lookup& looked_for, source from, hit_counter& hits)
    : token_share(from.token.share().grant(), owned{}),
      hits_(&hits),
      table_(looked_for.table),
      resource_size_(static_cast<std::uint32_t>(looked_for.resource.size())),
      id_size_(static_cast<std::uint32_t>(looked_for.identity.id().size())),
      kind_(looked_for.identity.kind()),
      from_(std::make_unique<source>(std::move(from))) {
  from_->hash = looked_for.hash;
  auto* const text_behind = reinterpret_cast<char*>(this) + sizeof *this;
  std::ranges::copy(looked_for.resource, text_behind);
  std::ranges::copy(looked_for.identity.id(), text_behind + resource_size_);
}

bool thread_token::renew(const moment& now, const coarse_moment& coarse) noexcept {
  if (!is_usable(from_->validity, now)) {
    return false;
  }
  from_->validity.refresh_at = from_->slot->renewal();
  window_ = window_at(from_->validity, now, coarse);
  return true;
}

thread_tokens* thread_tokens::make_current() {
  struct holder {
    ~holder() {
      of_this_thread = nullptr;
      ended = true;
    }
    thread_tokens tokens;
    bool& ended;
  };
  // Other objects of a thread that ends may still ask; they outlive this one.
  static thread_local bool ended = false;
  if (of_this_thread == nullptr && !ended) {
    static thread_local holder mine{{}, ended};
    of_this_thread = &mine.tokens;
  }
  return of_this_thread;
}

thread_tokens::~thread_tokens() {
  for_each_seat([](auto& each) { vacate(each); });
  for (const auto& each : counters_) {
    each.second->ended.store(true, std::memory_order_release);
  }
}

thread_token& thread_tokens::keep(const token_lookup& looked_for, thread_token::source from,
                                  hit_counters& hits) {
  const auto place = from.slot->place;
  const auto version = from.version;
  auto& to = seat_for(looked_for);
  auto* const made =
      thread_token::make(looked_for, std::move(from), counter_of(looked_for.table, hits));
  vacate(to);
  to = {made, tag_of(looked_for.hash) << 24U | place, version};
  return *made;
}

thread_tokens::seat& thread_tokens::seat_for(const token_lookup& looked_for) {
  for (;;) {
    auto& group = buckets_.of(looked_for.hash);
    auto* best = std::ranges::find_if(group, [&looked_for](const seat& each) {
      return each.token != nullptr && each.token->is_of(looked_for);
    });
    if (best == group.end()) {
      best = std::ranges::find_if(
          group, [](const seat& each) { return each.token == nullptr || !each.is_current(); });
    }
    if (best != group.end()) {
      return *best;
    }
    if (buckets_.size() == most_buckets) {
      return *std::ranges::min_element(
          group, {}, [](const seat& each) { return each.token->window().steady_end; });
    }
    grow_buckets();
  }
}

void thread_tokens::lead(std::uint64_t handle, const token_lookup& looked_for) {
  const auto* const found = find(looked_for);
  if (found == nullptr) {
    return;
  }
  while (is_taken_from(handle, *found->token)) {
    try {
      grow_handle_seats();
    } catch (const std::bad_alloc&) {
      return;
    }
  }
  auto& to = handle_seats_.of(handle);
  found->token->hold();
  vacate(to);
  to = {handle, found->token, &found->version_at(), found->version};
}

// Another handle uses the place, and there may be more places. Handles for one token, which may be
// made for a single read each, are not worth as many.
bool thread_tokens::is_taken_from(std::uint64_t handle, const thread_token& token) noexcept {
  const auto& to = handle_seats_.of(handle);
  return to.handle != handle && to.handle != 0 && to.is_current() &&
         handle_seats_.size() < (to.token == &token ? most_seats_for_one_token : most_tokens);
}

void thread_tokens::grow_buckets() {
  // Each bucket becomes two, so that nothing is without a seat.
  numbered_places<bucket> larger{buckets_.size() * 2};
  for (const auto& group : buckets_) {
    for (const auto& each : group) {
      if (each.token != nullptr) {
        auto& to = larger.of(each.token->hash());
        *std::ranges::find_if(to, [](const seat& s) { return s.token == nullptr; }) = each;
      }
    }
  }
  buckets_ = std::move(larger);
}

void thread_tokens::grow_handle_seats() {
  numbered_places<handle_seat> larger{handle_seats_.size() * 2};
  for (const auto& each : handle_seats_) {
    if (each.handle != 0) {
      larger.of(each.handle) = each;
    }
  }
  handle_seats_ = std::move(larger);
}

template <class Action>
void thread_tokens::for_each_seat(const Action& act) {
  std::ranges::for_each(handle_seats_, act);
  for (auto& group : buckets_) {
    std::ranges::for_each(group, act);
  }
}

void thread_tokens::tidy(const coarse_moment& now) {
  if (now.steady < next_drop_) {
    return;
  }
  next_drop_ = now.steady + unused_for;
  for_each_seat([&now](auto& each) {
    if (each.token != nullptr &&
        (!each.is_current() || each.token->window().steady_end < now.steady - unused_for)) {
      vacate(each);
    }
  });
  // Those of tables that are gone. After the copies that are counted there.
  std::erase_if(counters_, [](const auto& each) { return each.second.use_count() == 1; });
}

void thread_tokens::vacate(seat& taken) noexcept {
  if (auto* const token = std::exchange(taken, seat{}).token) {
    token->drop();
  }
}

void thread_tokens::vacate(handle_seat& taken) noexcept {
  if (auto* const token = std::exchange(taken, handle_seat{}).token) {
    token->release();
  }
}

hit_counter& thread_tokens::counter_of(std::uint64_t table, hit_counters& all) {
  auto found = std::ranges::find(counters_, table, &decltype(counters_)::value_type::first);
  if (found == counters_.end()) {
    found = counters_.emplace(found, table, all.make());
  }
  return *found->second;
}

}  // namespace midas

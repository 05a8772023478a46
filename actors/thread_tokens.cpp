#include <midas/actors/thread_tokens.hpp>

#include <algorithm>
#include <chrono>
#include <new>

namespace midas {

namespace {

// A thread that asks for some tokens now and then drops those that it has not asked for this long.
constexpr std::int64_t unused_for = std::chrono::nanoseconds{std::chrono::minutes{1}}.count();

}  // namespace

thread_token* thread_token::make(const token_lookup& looked_for, source from) {
  const auto size =
      sizeof(thread_token) + looked_for.resource.size() + looked_for.identity.id().size();
  auto* const memory = ::operator new(size, line);
  return ::new (memory) thread_token(looked_for, std::move(from));
}

thread_token::thread_token(const token_lookup& looked_for, source from)
    : token_share(from.token.share().grant(), owned{}),
      handle_(looked_for.handle),
      table_(looked_for.table),
      resource_size_(static_cast<std::uint32_t>(looked_for.resource.size())),
      id_size_(static_cast<std::uint32_t>(looked_for.identity.id().size())),
      kind_(looked_for.identity.kind()),
      from_(std::make_unique<source>(std::move(from))) {
  from_->hash = looked_for.hash;
  std::ranges::copy(looked_for.resource, text());
  std::ranges::copy(looked_for.identity.id(), text() + resource_size_);
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
  for (auto& group : buckets_) {
    std::ranges::for_each(group, vacate);
  }
}

thread_token& thread_tokens::keep(const token_lookup& looked_for, thread_token::source from,
                                  const coarse_moment& now) {
  if (now.steady >= next_drop_) {
    drop_unused(now);
  }
  const auto place = from.slot->place;
  const auto version = from.version;
  auto* const made = thread_token::make(looked_for, std::move(from));
  auto& to = seat_for(looked_for);
  vacate(to);
  to = {made, tag_of(looked_for.hash) << 24U | place, version};
  return *made;
}

thread_tokens::seat& thread_tokens::seat_for(const token_lookup& looked_for) {
  for (;;) {
    auto& group = bucket_of(looked_for.hash);
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
    if (buckets_.size() == largest) {
      return *std::ranges::min_element(
          group, {}, [](const seat& each) { return each.token->window().steady_end; });
    }
    grow();
  }
}

void thread_tokens::make_buckets(std::size_t count) {
  buckets_ = std::vector<bucket>(count);
  first_bucket_ = buckets_.data();
  last_bucket_ = count - 1;
}

void thread_tokens::grow() {
  // Each bucket becomes two, so that nothing is without a seat.
  const auto smaller = std::move(buckets_);
  make_buckets(smaller.size() * 2);
  for (const auto& group : smaller) {
    for (const auto& each : group) {
      if (each.token != nullptr) {
        auto& to = bucket_of(each.token->hash());
        *std::ranges::find_if(to, [](const seat& s) { return s.token == nullptr; }) = each;
      }
    }
  }
}

void thread_tokens::drop_unused(const coarse_moment& now) {
  next_drop_ = now.steady + unused_for;
  for (auto& group : buckets_) {
    for (auto& each : group) {
      if (each.token != nullptr &&
          (!each.is_current() || each.token->window().steady_end < now.steady - unused_for)) {
        vacate(each);
      }
    }
  }
  // Those of tables that are gone.
  std::erase_if(counters_, [this](const auto& each) {
    return each.first != counted_table_ && each.second.use_count() == 1;
  });
}

void thread_tokens::vacate(seat& taken) noexcept {
  if (auto* const token = std::exchange(taken, seat{}).token) {
    token->drop();
  }
}

void thread_tokens::count_for(std::uint64_t table, hit_counters& all) {
  auto found = std::ranges::find(counters_, table, &decltype(counters_)::value_type::first);
  if (found == counters_.end()) {
    found = counters_.emplace(found, table, all.make());
  }
  counted_table_ = table;
  counter_ = found->second.get();
}

}  // namespace midas

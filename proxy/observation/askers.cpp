#include "proxy/observation/askers.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string_view>
#include <utility>

namespace midas::internal::proxy {

namespace {

using wall_duration = std::chrono::system_clock::duration;

constexpr std::uint64_t hash_factor = 0x9e3779b97f4a7c15U;

// Of the length, and of eight bytes at the begin, in the middle and at the end: enough to tell
// resources and ids apart, at a tenth of the cost of a hash of all bytes. Texts with equal hashes
// share eight places.
std::uint64_t quick_hash(std::string_view text) noexcept {
  constexpr auto word_size = sizeof(std::uint64_t);
  auto result = text.size() * hash_factor;
  const auto add = [&result, &text](std::size_t at, std::size_t size) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, size);
    result = (result ^ word) * hash_factor;
    result ^= result >> 32U;
  };
  if (text.size() >= word_size) {
    const auto last = text.size() - word_size;
    add(0, word_size);
    add(last / 2, word_size);
    add(last, word_size);
  } else if (!text.empty()) {
    add(0, text.size());
  }
  return result;
}

std::uint64_t hash_of_pair(const client& who, const token_query& query) noexcept {
  auto result = quick_hash(query.resource);
  if (query.identity.kind() != identity_kind::system_assigned) {
    result = (result ^ quick_hash(query.identity.id())) * hash_factor;
  }
  constexpr std::uint64_t unknown = std::uint64_t{1} << 32U;
  return (result ^ (who.uid ? *who.uid : unknown)) * hash_factor;
}

token_key key_of_query(const token_query& query) {
  auto valid = make_key(query.identity, query.resource);
  return valid ? *std::move(valid) : token_key{query.identity.folded(), query.resource};
}

}  // namespace

void asker_table::count(const client& who, const token_query& query,
                        std::chrono::system_clock::time_point at) noexcept {
  const auto hash = hash_of_pair(who, query);
  const auto time = at.time_since_epoch().count();
  // The upper bits are the ones that a multiplication mixes.
  auto& places = sets_.at(hash >> 58U);
  for (const auto& each : places) {
    if (each != nullptr && each->hash == hash && each->uid == who.uid &&
        each->resource == query.resource && each->identity == query.identity) {
      each->requests.store(each->requests.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
      each->last.store(time, std::memory_order_relaxed);
      return;
    }
  }
  try {
    add(places, hash, who, query, time);
  } catch (const std::exception&) {
    // Out of memory: the request is not attributed to its user.
    forgotten_.fetch_add(1, std::memory_order_relaxed);
  }
}

void asker_table::add(set& to, std::uint64_t hash, const client& who, const token_query& query,
                      std::int64_t time) {
  auto made = std::make_unique<entry>();
  made->hash = hash;
  made->uid = who.uid;
  made->identity = query.identity;
  made->resource = query.resource;
  made->key = key_of_query(query);
  made->requests = 1;
  made->last = time;
  const auto age = [](const std::unique_ptr<entry>& each) {
    return each == nullptr ? INT64_MIN : each->last.load(std::memory_order_relaxed);
  };
  const auto place = std::ranges::min_element(to, {}, age);
  if (*place != nullptr) {
    forgotten_.fetch_add((*place)->requests.load(std::memory_order_relaxed),
                         std::memory_order_relaxed);
  }
  const std::lock_guard lock{changes_};
  place->swap(made);
}

void asker_table::add_to(std::vector<asker>& all) const {
  const std::lock_guard lock{changes_};
  for (const auto& places : sets_) {
    for (const auto& each : places) {
      if (each != nullptr) {
        const wall_duration last{each->last.load(std::memory_order_relaxed)};
        all.push_back({each->key, each->uid, each->requests.load(std::memory_order_relaxed),
                       std::chrono::floor<std::chrono::seconds>(
                           std::chrono::system_clock::time_point{last})});
      }
    }
  }
}

std::vector<asker> merged(std::vector<asker> all) {
  const auto is_before = [less = by_resource{}](const auto& rank) {
    return [less, rank](const asker& left, const asker& right) {
      return left.key == right.key ? rank(left, right) : less(left.key, right.key);
    };
  };
  std::ranges::sort(
      all, is_before([](const asker& left, const asker& right) { return left.uid < right.uid; }));
  std::vector<asker> result;
  for (auto& each : all) {
    if (!result.empty() && result.back().key == each.key && result.back().uid == each.uid) {
      result.back().requests += each.requests;
      result.back().last = std::max(result.back().last, each.last);
    } else {
      result.push_back(std::move(each));
    }
  }
  std::ranges::stable_sort(result, is_before([](const asker& left, const asker& right) {
                             return left.requests > right.requests;
                           }));
  return result;
}

}  // namespace midas::internal::proxy

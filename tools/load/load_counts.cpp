#include "tools/load/load_counts.hpp"

#include <algorithm>
#include <array>

namespace midas::internal::tools {

namespace {

constexpr std::array all_counts{&load_counts::hits,        &load_counts::joined,
                                &load_counts::fetched,     &load_counts::http_requests,
                                &load_counts::connections, &load_counts::coalesced,
                                &load_counts::cache_hits,  &load_counts::refreshes,
                                &load_counts::retries,     &load_counts::throttled};

}  // namespace

load_counts& load_counts::operator+=(const load_counts& other) {
  for (const auto count : all_counts) {
    this->*count += other.*count;
  }
  return *this;
}

load_counts load_counts::operator-(const load_counts& other) const {
  auto result = *this;
  for (const auto count : all_counts) {
    result.*count -= std::min(result.*count, other.*count);
  }
  return result;
}

interval_counts& interval_counts::operator+=(const interval_counts& other) {
  load_counts::operator+=(other);
  tokens += other.tokens;
  errors += other.errors;
  return *this;
}

}  // namespace midas::internal::tools

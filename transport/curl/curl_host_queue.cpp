#include "transport/curl/curl_host_queue.hpp"

#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

// Bounds the memory of a program that contacts many hosts.
constexpr std::size_t max_idle_hosts = 32;

}  // namespace

curl_host_queue::host_quota& curl_host_queue::quota_for(std::string_view url) {
  const auto origin = origin_of(url);
  if (const auto known = hosts_.find(origin); known != hosts_.end()) {
    return known->second;
  }
  if (hosts_.size() >= max_idle_hosts) {
    std::erase_if(hosts_, [](const auto& item) { return item.second.active == 0; });
  }
  return hosts_.try_emplace(std::string{origin}).first->second;
}

bool curl_host_queue::acquire_slot(host_quota& quota, curl_job& job) {
  if (limit_ != 0 && quota.active >= limit_) {
    const auto id = job.id;
    const auto deadline = job.request.deadline;
    places_.insert_or_assign(id, place{&quota, quota.waiting.emplace(deadline, std::move(job))});
    return false;
  }
  ++quota.active;
  return true;
}

std::optional<curl_job> curl_host_queue::release_slot(host_quota& quota) {
  if (quota.waiting.empty()) {
    --quota.active;
    return std::nullopt;
  }
  return extract(quota, quota.waiting.begin());
}

std::optional<curl_job> curl_host_queue::remove(std::uint64_t id) {
  const auto found = places_.find(id);
  if (found == places_.end()) {
    return std::nullopt;
  }
  return extract(*found->second.quota, found->second.job);
}

std::vector<curl_job> curl_host_queue::remove_expired(time_point now) {
  std::vector<curl_job> result;
  for (auto& [origin, quota] : hosts_) {
    while (!quota.waiting.empty() && quota.waiting.begin()->first <= now) {
      result.push_back(extract(quota, quota.waiting.begin()));
    }
  }
  return result;
}

curl_host_queue::time_point curl_host_queue::earliest_deadline() const noexcept {
  auto result = time_point::max();
  for (const auto& [origin, quota] : hosts_) {
    if (!quota.waiting.empty()) {
      result = std::min(result, quota.waiting.begin()->first);
    }
  }
  return result;
}

curl_job curl_host_queue::extract(host_quota& quota, waiting_jobs::iterator job) {
  auto result = std::move(quota.waiting.extract(job).mapped());
  places_.erase(result.id);
  return result;
}

}  // namespace midas::internal

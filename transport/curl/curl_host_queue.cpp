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
    const auto deadline = job.request.deadline;
    quota.waiting.emplace(deadline, std::move(job));
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
  return std::move(quota.waiting.extract(quota.waiting.begin()).mapped());
}

std::optional<curl_job> curl_host_queue::remove(std::uint64_t id) {
  for (auto& item : hosts_) {
    auto& waiting = item.second.waiting;
    const auto found =
        std::ranges::find_if(waiting, [id](const auto& entry) { return entry.second.id == id; });
    if (found != waiting.end()) {
      return std::move(waiting.extract(found).mapped());
    }
  }
  return std::nullopt;
}

std::vector<curl_job> curl_host_queue::remove_all() {
  std::vector<curl_job> result;
  for (auto& item : hosts_) {
    for (auto& entry : std::exchange(item.second.waiting, {})) {
      result.push_back(std::move(entry.second));
    }
  }
  return result;
}

}  // namespace midas::internal

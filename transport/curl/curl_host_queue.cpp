#include "transport/curl/curl_host_queue.hpp"

#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <utility>

namespace midas::internal {

namespace {

// Programs talk to a host or two; one that talks to many must not remember them all.
constexpr std::size_t remembered_hosts = 32;

}  // namespace

curl_host_queue::host_quota& curl_host_queue::of(std::string_view url) {
  const auto origin = origin_of(url);
  if (const auto known = hosts_.find(origin); known != hosts_.end()) {
    return known->second;
  }
  if (hosts_.size() >= remembered_hosts) {
    std::erase_if(hosts_, [](const auto& item) { return item.second.active == 0; });
  }
  return hosts_.try_emplace(std::string{origin}).first->second;
}

bool curl_host_queue::acquire_slot(host_quota& where, curl_job& job) {
  if (limit_ != 0 && where.active >= limit_) {
    const auto deadline = job.request.deadline;
    where.waiting.emplace(deadline, std::move(job));
    return false;
  }
  ++where.active;
  return true;
}

std::optional<curl_job> curl_host_queue::release_slot(host_quota& where) {
  if (where.waiting.empty()) {
    --where.active;
    return std::nullopt;
  }
  return std::move(where.waiting.extract(where.waiting.begin()).mapped());
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

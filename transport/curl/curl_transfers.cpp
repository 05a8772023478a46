#include "transport/curl/curl_transfers.hpp"

#include "messages/make_error.hpp"
#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

// Handles that wait for their next exchange; each takes some 15 kB.
constexpr std::size_t max_spare_flights = 128;

// Some releases of libcurl lose a wake-up now and then; nothing waits for longer on their account.
constexpr std::chrono::milliseconds max_poll{1'000};

constexpr std::size_t group_size = 8;
constexpr std::chrono::milliseconds max_hold{1};

unexpected cancelled(const http_request& request) {
  return fail(errc::cancelled, "the request to " + endpoint_name(request.url) + " was cancelled");
}

unexpected stopped(const http_request& request) {
  return fail(errc::shutting_down,
              "the transport was stopped before " + endpoint_name(request.url) + " had answered");
}

}  // namespace

// An exchange between libcurl's begin and end.
struct curl_transfers::transfer_state final : curl_exchange {
  using curl_exchange::curl_exchange;

  std::uint64_t id = 0;
  http_transport::completion done{};
  curl_host_queue::host_quota* host = nullptr;
  std::size_t index = 0;
};

curl_transfers::curl_transfers(const curl_multi_options& options, curl_sockets& sockets,
                               CURLM* multi)
    : options_(options),
      sockets_(sockets),
      multi_(multi),
      hosts_(options.max_connections_per_host) {}

curl_transfers::~curl_transfers() = default;

void curl_transfers::begin(curl_job job) {
  if (auto checked = check_request(job.request); !checked) {
    finish(std::move(job.done), unexpected{std::move(checked.error())});
    return;
  }
  auto& host = hosts_.of(job.request.url);
  if (hosts_.acquire_slot(host, job)) {
    start(std::move(job), host);
  }
}

// The turn that it flies on is taken, and is given on when it lands.
void curl_transfers::start(curl_job job, curl_host_queue::host_quota& host) {
  for (std::optional<curl_job> next{std::move(job)}; next; next = hosts_.release_slot(host)) {
    if (start_one(*next, host)) {
      return;
    }
  }
}

bool curl_transfers::start_one(curl_job& job, curl_host_queue::host_quota& host) {
  try {
    auto next = idle_transfer();
    next->prepare(std::move(job.request));
    if (const auto code = curl_multi_add_handle(multi_, next->handle()); code != CURLM_OK) {
      throw std::runtime_error{curl_multi_strerror(code)};
    }
    next->id = job.id;
    next->done = std::move(job.done);
    next->host = &host;
    next->index = transfers_.size();
    transfers_.push_back(std::move(next));
    started_ = true;
    return true;
  } catch (const std::exception& problem) {
    finish(std::move(job.done),
           fail(errc::unreachable, std::string{"the request cannot be sent: "} + problem.what()));
    return false;
  }
}

std::unique_ptr<curl_transfers::transfer_state> curl_transfers::idle_transfer() {
  if (idle_transfers_.empty()) {
    return std::make_unique<transfer_state>(options_, sockets_);
  }
  auto result = std::move(idle_transfers_.back());
  idle_transfers_.pop_back();
  return result;
}

void curl_transfers::transfer() {
  started_ = false;
  transfer_once();
  if (started_) {
    // What follows a flight that has landed is on the wire before anybody hears of the landing:
    // then the host works while the callers do.
    transfer_once();
  }
}

void curl_transfers::transfer_once() {
  int running = 0;
  if (const auto code = curl_multi_perform(multi_, &running); code != CURLM_OK) {
    const auto why = std::string{"libcurl failed: "} + curl_multi_strerror(code);
    while (!transfers_.empty()) {
      finish_transfer(*transfers_.back(), fail(errc::unreachable, why));
    }
    return;
  }
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) {
      auto& ended = static_cast<transfer_state&>(*curl_exchange::of(message->easy_handle));
      // The message is gone once the handle is removed.
      finish_transfer(ended, ended.outcome(message->data.result));
    }
  }
}

void curl_transfers::finish_transfer(transfer_state& ended, expected<http_response> outcome) {
  if (ended.reused_connection()) {
    ++reused_;
  }
  curl_multi_remove_handle(multi_, ended.handle());
  finish(std::move(ended.done), std::move(outcome));
  auto& host = *ended.host;
  recycle(ended);
  if (auto next = hosts_.release_slot(host)) {
    start(*std::move(next), host);
  }
}

void curl_transfers::recycle(transfer_state& ended) {
  const auto index = ended.index;
  ended.forget();
  if (idle_transfers_.size() < max_spare_flights) {
    idle_transfers_.push_back(std::move(transfers_[index]));
  }
  if (index + 1 != transfers_.size()) {
    transfers_[index] = std::move(transfers_.back());
    transfers_[index]->index = index;
  }
  transfers_.pop_back();
}

void curl_transfers::cancel(std::uint64_t id) {
  const auto found =
      std::ranges::find_if(transfers_, [id](const auto& item) { return item->id == id; });
  if (found != transfers_.end()) {
    finish_transfer(**found, cancelled((*found)->request()));
  } else if (auto waiting = hosts_.remove(id)) {
    finish(std::move(waiting->done), cancelled(waiting->request));
  }
}

void curl_transfers::end_all(std::vector<curl_job> jobs) {
  // First, or each that lands would launch the next.
  for (auto& job : hosts_.remove_all()) {
    finish(std::move(job.done), stopped(job.request));
  }
  while (!transfers_.empty()) {
    finish_transfer(*transfers_.back(), stopped(transfers_.back()->request()));
  }
  for (auto& job : jobs) {
    finish(std::move(job.done), stopped(job.request));
  }
  idle_transfers_.clear();
}

std::optional<std::chrono::milliseconds> curl_transfers::max_wait() const noexcept {
  if (!finished_.empty()) {
    return max_hold;
  }
  return transfers_.empty() ? std::nullopt : std::optional{max_poll};
}

void curl_transfers::finish(http_transport::completion done, expected<http_response> outcome) {
  if (finished_.empty()) {
    finished_since_ = std::chrono::steady_clock::now();
  }
  finished_.push_back({std::move(done), std::move(outcome)});
}

void curl_transfers::complete_finished_in_groups() {
  if (hosts_.is_empty() || finished_.size() >= group_size ||
      std::chrono::steady_clock::now() - finished_since_ >= max_hold) {
    complete_finished();
  }
}

void curl_transfers::complete_finished() {
  for (auto& item : finished_) {
    ++completed_;
    item.done(std::move(item.outcome));
    // What it captured goes before the next one runs, and with it what that keeps alive.
    item.done = nullptr;
  }
  finished_.clear();
}

}  // namespace midas::internal

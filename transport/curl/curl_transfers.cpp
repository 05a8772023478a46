#include "transport/curl/curl_transfers.hpp"

#include "messages/concat.hpp"
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

// Each idle easy handle takes about 15 kB.
constexpr std::size_t max_idle_transfers = 128;

// Some releases of libcurl occasionally lose a wake-up; this bounds the delay that it causes.
constexpr std::chrono::milliseconds max_poll{1'000};

constexpr std::size_t group_size = 8;
constexpr std::chrono::milliseconds max_hold{1};

unexpected cancelled(const http_request& request) {
  return fail(errc::cancelled,
              concat({"the request to ", endpoint_name(request.url), " was canceled"}));
}

unexpected stopped(const http_request& request) {
  return fail(errc::shutting_down,
              concat({"the transport stopped before ", endpoint_name(request.url), " answered"}));
}

unexpected expired(const http_request& request) {
  return fail(errc::deadline_exceeded,
              concat({"the deadline of the request to ", endpoint_name(request.url),
                      " passed before the request was sent"}),
              "Allow a longer timeout, or check how quickly the endpoint answers");
}

}  // namespace

// An easy handle with the job that it carries.
struct curl_transfers::transfer final : curl_exchange {
  using curl_exchange::curl_exchange;

  std::uint64_t id = 0;
  http_transport::completion done{};
  curl_host_queue::host_quota* quota = nullptr;
  // The position in active_.
  std::size_t index = 0;
};

curl_transfers::curl_transfers(const curl_multi_options& options, curl_sockets& sockets,
                               curl_multi_handle& multi)
    : options_(options),
      sockets_(sockets),
      multi_(multi),
      hosts_(options.max_connections_per_host) {}

curl_transfers::~curl_transfers() = default;

void curl_transfers::begin(curl_job job) {
  if (auto checked = check_request(job.request); !checked) {
    enqueue_completion(std::move(job.done), unexpected{std::move(checked.error())});
    return;
  }
  if (job.request.deadline <= std::chrono::steady_clock::now()) {
    enqueue_completion(std::move(job.done), expired(job.request));
    return;
  }
  auto& quota = hosts_.quota_for(job.request.url);
  if (hosts_.acquire_slot(quota, job)) {
    start(std::move(job), quota);
  }
}

void curl_transfers::end_expired() {
  if (hosts_.empty()) {
    return;
  }
  for (auto& job : hosts_.remove_expired(std::chrono::steady_clock::now())) {
    enqueue_completion(std::move(job.done), expired(job.request));
  }
}

// The job holds a slot. If it cannot start, the slot passes to the next waiting job.
void curl_transfers::start(curl_job job, curl_host_queue::host_quota& quota) {
  for (std::optional<curl_job> next{std::move(job)}; next; next = hosts_.release_slot(quota)) {
    if (try_start(*next, quota)) {
      return;
    }
  }
}

bool curl_transfers::try_start(curl_job& job, curl_host_queue::host_quota& quota) {
  const auto multi = multi_.make();
  if (!multi) {
    enqueue_completion(std::move(job.done), unexpected{multi.error()});
    return false;
  }
  try {
    auto started = take_idle_or_make();
    started->prepare(std::move(job.request));
    if (const auto code = curl_multi_add_handle(*multi, started->handle()); code != CURLM_OK) {
      throw std::runtime_error{curl_multi_strerror(code)};
    }
    started->id = job.id;
    started->done = std::move(job.done);
    started->quota = &quota;
    started->index = active_.size();
    active_.push_back(std::move(started));
    started_ = true;
    return true;
  } catch (const std::exception& problem) {
    enqueue_completion(
        std::move(job.done),
        fail(errc::unreachable, concat({"the request cannot be sent: ", problem.what()})));
    return false;
  }
}

std::unique_ptr<curl_transfers::transfer> curl_transfers::take_idle_or_make() {
  if (idle_.empty()) {
    return std::make_unique<transfer>(options_, sockets_);
  }
  auto result = std::move(idle_.back());
  idle_.pop_back();
  return result;
}

void curl_transfers::advance() {
  end_expired();
  if (!active_.empty()) {
    perform();
  }
  if (active_.empty()) {
    close_unused();
  }
}

void curl_transfers::perform() {
  started_ = false;
  perform_once();
  if (started_) {
    // A transfer that took over the slot of a finished one is sent before any completion runs, so
    // that the host and the callers work at the same time.
    perform_once();
  }
}

void curl_transfers::perform_once() {
  int running = 0;
  if (const auto code = curl_multi_perform(multi_.get(), &running); code != CURLM_OK) {
    fail_all(concat({"libcurl failed: ", curl_multi_strerror(code)}));
    return;
  }
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) {
      auto& ended = static_cast<transfer&>(*curl_exchange::from(message->easy_handle));
      // Removing the handle invalidates the message.
      finish(ended, ended.outcome(message->data.result));
    }
  }
}

void curl_transfers::fail_all(const std::string& message) {
  while (!active_.empty()) {
    finish(*active_.back(), fail(errc::unreachable, message));
  }
}

void curl_transfers::finish(transfer& ended, expected<http_response> outcome) {
  if (ended.reused_connection()) {
    ++reused_;
  }
  curl_multi_remove_handle(multi_.get(), ended.handle());
  last_end_ = std::chrono::steady_clock::now();
  enqueue_completion(std::move(ended.done), std::move(outcome));
  auto& quota = *ended.quota;
  recycle(ended);
  end_expired();
  if (auto next = hosts_.release_slot(quota)) {
    start(*std::move(next), quota);
  }
}

void curl_transfers::recycle(transfer& ended) {
  const auto index = ended.index;
  ended.clear();
  if (idle_.size() < max_idle_transfers) {
    idle_.push_back(std::move(active_[index]));
  }
  if (index + 1 != active_.size()) {
    active_[index] = std::move(active_.back());
    active_[index]->index = index;
  }
  active_.pop_back();
}

void curl_transfers::cancel(std::uint64_t id) {
  const auto found =
      std::ranges::find_if(active_, [id](const auto& item) { return item->id == id; });
  if (found != active_.end()) {
    finish(**found, cancelled((*found)->request()));
  } else if (auto waiting = hosts_.remove(id)) {
    enqueue_completion(std::move(waiting->done), cancelled(waiting->request));
  }
}

void curl_transfers::stop_all(std::vector<curl_job> jobs) {
  // The waiting jobs first: otherwise each finished transfer would start the next.
  for (auto& job : hosts_.remove_all()) {
    enqueue_completion(std::move(job.done), stopped(job.request));
  }
  while (!active_.empty()) {
    finish(*active_.back(), stopped(active_.back()->request()));
  }
  for (auto& job : jobs) {
    enqueue_completion(std::move(job.done), stopped(job.request));
  }
}

// libcurl closes kept connections only when it looks for one to use. Until then it would hold those
// that their hosts have closed, too.
void curl_transfers::close_unused() {
  if (multi_.get() != nullptr && std::chrono::steady_clock::now() >= closing_time()) {
    multi_.reset();
    idle_.clear();
  }
}

std::chrono::steady_clock::time_point curl_transfers::closing_time() const noexcept {
  return last_end_ + options_.keep_alive;
}

curl_inbox::wait_limit curl_transfers::wait_limit() const noexcept {
  const auto now = std::chrono::steady_clock::now();
  const auto until = [now](std::chrono::steady_clock::time_point time) {
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(time - now),
                    std::chrono::milliseconds{0});
  };
  if (!active_.empty()) {
    const auto longest = finished_.empty() ? max_poll : max_hold;
    return {multi_.get(), std::min(until(hosts_.earliest_deadline()), longest)};
  }
  if (!finished_.empty()) {
    return {nullptr, max_hold};
  }
  if (multi_.get() != nullptr) {
    return {nullptr, until(closing_time())};
  }
  return {};
}

void curl_transfers::enqueue_completion(http_transport::completion done,
                                        expected<http_response> outcome) {
  if (finished_.empty()) {
    finished_since_ = std::chrono::steady_clock::now();
  }
  finished_.push_back({std::move(done), std::move(outcome)});
}

void curl_transfers::complete_finished_in_groups() {
  if (hosts_.empty() || finished_.size() >= group_size ||
      std::chrono::steady_clock::now() - finished_since_ >= max_hold) {
    complete_finished();
  }
}

void curl_transfers::complete_finished() {
  for (auto& item : finished_) {
    ++completed_;
    item.done(std::move(item.outcome));
    // Destroys the captures, and what they keep alive, before the next completion runs.
    item.done = nullptr;
  }
  finished_.clear();
}

}  // namespace midas::internal

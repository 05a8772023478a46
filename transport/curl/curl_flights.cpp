#include "transport/curl/curl_flights.hpp"

#include "transport/curl/curl_request_check.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace midas {

namespace {

// Handles that wait for their next exchange; each takes some 15 kB.
constexpr std::size_t max_spare_flights = 128;

// Some releases of libcurl lose a wake-up now and then; nothing waits for longer on their account.
constexpr std::chrono::milliseconds longest_poll{1'000};

constexpr std::size_t group_size = 8;
constexpr std::chrono::milliseconds longest_hold{1};

unexpected cancelled(const http_request& request) {
  return fail(errc::cancelled, "the request to " + endpoint_name(request.url) + " was cancelled");
}

unexpected stopped(const http_request& request) {
  return fail(errc::shutting_down,
              "the transport was stopped before " + endpoint_name(request.url) + " had answered");
}

}  // namespace

// An exchange between libcurl's begin and end.
struct curl_flights::flight final : curl_exchange {
  using curl_exchange::curl_exchange;

  std::uint64_t id = 0;
  http_transport::completion done{};
  curl_host_queue::host* host = nullptr;
  std::size_t index = 0;
};

curl_flights::curl_flights(const curl_multi_options& options, curl_sockets& sockets, CURLM* multi)
    : options_(options),
      sockets_(sockets),
      multi_(multi),
      hosts_(options.max_connections_per_host) {}

curl_flights::~curl_flights() = default;

void curl_flights::begin(curl_order order) {
  if (auto checked = check_request(order.request); !checked) {
    finish(std::move(order.done), unexpected{std::move(checked.error())});
    return;
  }
  auto& host = hosts_.of(order.request.url);
  if (hosts_.take_turn(host, order)) {
    launch(std::move(order), host);
  }
}

// The turn that it flies on is taken, and is given on when it lands.
void curl_flights::launch(curl_order order, curl_host_queue::host& host) {
  for (std::optional<curl_order> next{std::move(order)}; next; next = hosts_.end_turn(host)) {
    if (launch_one(*next, host)) {
      return;
    }
  }
}

bool curl_flights::launch_one(curl_order& order, curl_host_queue::host& host) {
  try {
    auto next = spare_flight();
    next->prepare(std::move(order.request));
    if (const auto code = curl_multi_add_handle(multi_, next->handle()); code != CURLM_OK) {
      throw std::runtime_error{curl_multi_strerror(code)};
    }
    next->id = order.id;
    next->done = std::move(order.done);
    next->host = &host;
    next->index = flights_.size();
    flights_.push_back(std::move(next));
    launched_ = true;
    return true;
  } catch (const std::exception& problem) {
    finish(std::move(order.done),
           fail(errc::unreachable, std::string{"the request cannot be sent: "} + problem.what()));
    return false;
  }
}

std::unique_ptr<curl_flights::flight> curl_flights::spare_flight() {
  if (spare_flights_.empty()) {
    return std::make_unique<flight>(options_, sockets_);
  }
  auto result = std::move(spare_flights_.back());
  spare_flights_.pop_back();
  return result;
}

void curl_flights::transfer() {
  launched_ = false;
  transfer_once();
  if (launched_) {
    // What follows a flight that has landed is on the wire before anybody hears of the landing:
    // then the host works while the callers do.
    transfer_once();
  }
}

void curl_flights::transfer_once() {
  int running = 0;
  if (const auto code = curl_multi_perform(multi_, &running); code != CURLM_OK) {
    const auto why = std::string{"libcurl failed: "} + curl_multi_strerror(code);
    while (!flights_.empty()) {
      land(*flights_.back(), fail(errc::unreachable, why));
    }
    return;
  }
  int left = 0;
  while (const auto* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) {
      auto& landing = static_cast<flight&>(*curl_exchange::of(message->easy_handle));
      // The message is gone once the handle is removed.
      land(landing, landing.outcome(message->data.result));
    }
  }
}

void curl_flights::land(flight& landing, expected<http_response> outcome) {
  if (landing.reused_connection()) {
    ++reused_;
  }
  curl_multi_remove_handle(multi_, landing.handle());
  finish(std::move(landing.done), std::move(outcome));
  auto& host = *landing.host;
  retire(landing);
  if (auto next = hosts_.end_turn(host)) {
    launch(*std::move(next), host);
  }
}

void curl_flights::retire(flight& landing) {
  const auto index = landing.index;
  landing.forget();
  if (spare_flights_.size() < max_spare_flights) {
    spare_flights_.push_back(std::move(flights_[index]));
  }
  if (index + 1 != flights_.size()) {
    flights_[index] = std::move(flights_.back());
    flights_[index]->index = index;
  }
  flights_.pop_back();
}

void curl_flights::cancel(std::uint64_t id) {
  const auto found =
      std::ranges::find_if(flights_, [id](const auto& item) { return item->id == id; });
  if (found != flights_.end()) {
    land(**found, cancelled((*found)->request()));
  } else if (auto waiting = hosts_.remove(id)) {
    finish(std::move(waiting->done), cancelled(waiting->request));
  }
}

void curl_flights::end_all(std::vector<curl_order> orders) {
  // First, or each that lands would launch the next.
  for (auto& order : hosts_.remove_all()) {
    finish(std::move(order.done), stopped(order.request));
  }
  while (!flights_.empty()) {
    land(*flights_.back(), stopped(flights_.back()->request()));
  }
  for (auto& order : orders) {
    finish(std::move(order.done), stopped(order.request));
  }
  spare_flights_.clear();
}

std::optional<std::chrono::milliseconds> curl_flights::longest_wait() const noexcept {
  if (!finished_.empty()) {
    return longest_hold;
  }
  return flights_.empty() ? std::nullopt : std::optional{longest_poll};
}

void curl_flights::finish(http_transport::completion done, expected<http_response> outcome) {
  if (finished_.empty()) {
    finished_since_ = std::chrono::steady_clock::now();
  }
  finished_.push_back({std::move(done), std::move(outcome)});
}

void curl_flights::complete_finished_in_groups() {
  if (hosts_.none_waits() || finished_.size() >= group_size ||
      std::chrono::steady_clock::now() - finished_since_ >= longest_hold) {
    complete_finished();
  }
}

void curl_flights::complete_finished() {
  for (auto& item : finished_) {
    ++completed_;
    item.done(std::move(item.outcome));
    // What it captured goes before the next one runs, and with it what that keeps alive.
    item.done = nullptr;
  }
  finished_.clear();
}

}  // namespace midas

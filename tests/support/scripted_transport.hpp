// A transport that keeps each request until the test completes it.
#pragma once

#include "messages/make_error.hpp"
#include "transport/http_transport.hpp"

#include <cstddef>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace midas::internal::test {

class scripted_transport final : public http_transport {
 public:
  std::uint64_t start(http_request request, completion done) override {
    if (request.url.ends_with("throw")) {
      const std::lock_guard lock{mutex_};
      ++thrown_;
      throw std::runtime_error{"a transport that throws ends the actor that called it"};
    }
    const std::lock_guard lock{mutex_};
    exchanges_.push_back({std::move(request), std::move(done)});
    return exchanges_.size() - 1;
  }

  void cancel(std::uint64_t id) override {
    complete(id, fail(errc::cancelled, "cancelled"));
    const std::lock_guard lock{mutex_};
    ++cancelled_;
  }

  [[nodiscard]] http_statistics statistics() const override {
    http_statistics result;
    result.requests = started();
    const std::lock_guard lock{mutex_};
    result.connections_opened = connections_;
    result.connection_attempts = connection_attempts_;
    return result;
  }

  void stop() override {
    for (std::size_t i = 0; i < started(); ++i) {
      complete(i, fail(errc::shutting_down, "stopped"));
    }
  }

  /// Completes the n-th exchange, unless it is complete.
  void complete(std::size_t index, expected<http_response> outcome) {
    completion done;
    {
      const std::lock_guard lock{mutex_};
      done = std::exchange(exchanges_.at(index).done, nullptr);
    }
    if (done) {
      done(std::move(outcome));
    }
  }

  /// Completes it with a response of that status and body.
  void respond(std::size_t index, int status, std::string_view body) {
    http_response response;
    response.status = status;
    response.body = body;
    complete(index, std::move(response));
  }

  /// The numbers of connections that statistics() reports.
  void set_connections(std::uint64_t opened, std::uint64_t attempts) {
    const std::lock_guard lock{mutex_};
    connections_ = opened;
    connection_attempts_ = attempts;
  }

  [[nodiscard]] std::size_t started() const {
    const std::lock_guard lock{mutex_};
    return exchanges_.size();
  }

  /// Whether the n-th exchange is not complete yet.
  [[nodiscard]] bool is_open(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return exchanges_.at(index).done != nullptr;
  }

  [[nodiscard]] std::size_t cancelled() const {
    const std::lock_guard lock{mutex_};
    return cancelled_;
  }

  /// How many times start() has thrown.
  [[nodiscard]] std::size_t thrown() const {
    const std::lock_guard lock{mutex_};
    return thrown_;
  }

  [[nodiscard]] http_request request(std::size_t index) const {
    const std::lock_guard lock{mutex_};
    return exchanges_.at(index).request;
  }

 private:
  struct exchange {
    http_request request;
    completion done;
  };

  mutable std::mutex mutex_;
  std::vector<exchange> exchanges_;
  std::size_t cancelled_ = 0;
  std::size_t thrown_ = 0;
  std::uint64_t connections_ = 0;
  std::uint64_t connection_attempts_ = 0;
};

}  // namespace midas::internal::test

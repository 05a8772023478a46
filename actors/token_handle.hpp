// For who asks for the same token again and again: the key resolved once.
#pragma once

#include <midas/actors/token_awaitable.hpp>
#include <midas/messages/access_token.hpp>
#include <midas/messages/error.hpp>
#include <midas/messages/token_request.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

namespace midas {

class token_front;

/// What token_service::for_resource returns: asks as the functions of token_service of the same
/// names do, and is told the same errors. Any thread; copies are cheap, and as good as the
/// original. One that outlives its service is told errc::shutting_down.
class token_handle {
 public:
  using callback = std::function<void(expected<access_token>)>;

  token_handle(std::shared_ptr<const token_front> front, token_request request);

  /// What it asks for.
  [[nodiscard]] const token_request& request() const noexcept { return request_; }

  std::optional<access_token> try_get() const;

  expected<access_token> get(std::chrono::nanoseconds timeout,
                             const std::stop_token& stop = {}) const;

  void get_async(std::chrono::nanoseconds timeout, callback done,
                 const std::stop_token& stop = {}) const;

  token_awaitable async_get(std::chrono::nanoseconds timeout,
                            const std::stop_token& stop = {}) const;

 private:
  friend struct token_service_access;

  std::shared_ptr<const token_front> front_;
  token_request request_;
  // Of the lookup.
  std::uint64_t table_;
  std::uint64_t hash_;
  std::uint64_t id_;
};

}  // namespace midas

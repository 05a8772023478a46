#include "proxy/server/cold_request.hpp"

#include "proxy/server/worker.hpp"

#include <utility>

namespace midas::internal::proxy {

cold_request::cold_request(token_query query, token_key key, request_start start, bool is_first,
                           handler done)
    : query_(std::move(query)),
      key_(std::move(key)),
      start_(start),
      is_first_(is_first),
      done_(std::move(done)) {}

void cold_request::begin(worker& owner, const client& who) {
  share_ = share_of(who);
  server_ = &owner.server();
  const token_request request{
      .identity = query_.identity, .resource = query_.resource, .lane = lane_of(who)};
  // The guard keeps the worker's thread until midas has answered.
  work_.emplace(owner.io().get_executor());
  server_->tokens.get_async(
      request, owner.settings()->request_timeout,
      // Moves everything to the worker's thread, which alone may destroy it.
      [self = shared_from_this(), &owner](expected<access_token> result) mutable {
        self->result_.emplace(std::move(result));
        owner.answered(std::move(self));
      },
      stop_.get_token());
  server_->waiting.fetch_add(1, std::memory_order_relaxed);
}

void cold_request::end() noexcept {
  server_->waiting.fetch_sub(1, std::memory_order_relaxed);
  const auto guard = std::move(work_);
  const auto done = std::exchange(done_, nullptr);
  try {
    server_->shares.end(share_, key_, *result_ ? nullptr : &result_->error(),
                        std::chrono::steady_clock::now());
  } catch (...) {
    // Without memory, a refusal is not remembered.
  }
  done(*this, *result_);
}

}  // namespace midas::internal::proxy

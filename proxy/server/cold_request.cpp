#include "proxy/server/cold_request.hpp"

#include <utility>

namespace midas::internal::proxy {

cold_request::cold_request(token_query query, token_key key, request_start start, bool is_first)
    : query_(std::move(query)), key_(std::move(key)), start_(start), is_first_(is_first) {}

void cold_request::begin(server_state& server, std::chrono::milliseconds timeout, const client& who,
                         executor post, handler done) {
  share_ = share_of(who);
  server.waiting.fetch_add(1, std::memory_order_relaxed);
  const token_request request{
      .identity = query_.identity, .resource = query_.resource, .lane = lane_of(who)};
  server.tokens.get_async(
      request, timeout,
      // Moves everything to the worker's thread, which alone may destroy it.
      [self = shared_from_this(), &server, post = std::move(post),
       done = std::move(done)](expected<access_token> result) mutable {
        auto& waiting = *self;
        post([&waiting, self = std::move(self), &server, done = std::move(done),
              result = std::move(result)] {
          waiting.end(server, result);
          done(waiting, result);
        });
      },
      stop_.get_token());
}

void cold_request::end(server_state& server, const expected<access_token>& result) {
  server.waiting.fetch_sub(1, std::memory_order_relaxed);
  server.shares.end(share_, key_, result ? nullptr : &result.error(),
                    std::chrono::steady_clock::now());
}

}  // namespace midas::internal::proxy

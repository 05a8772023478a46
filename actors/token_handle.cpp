#include <midas/actors/token_front.hpp>
#include <midas/actors/token_handle.hpp>

#include <atomic>
#include <utility>

namespace midas {

namespace {

std::uint64_t next_id() noexcept {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

token_handle::token_handle(std::shared_ptr<const token_front> front, token_request request)
    : front_(std::move(front)),
      request_(std::move(request)),
      table_(front_->table()),
      hash_(hash_of(table_, request_.identity, request_.resource)),
      id_(next_id()) {}

std::optional<access_token> token_handle::try_get() const {
  return front_->try_get({table_, request_.identity, request_.resource, hash_, id_});
}

expected<access_token> token_handle::get(std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) const {
  const token_lookup lookup{table_, request_.identity, request_.resource, hash_, id_};
  return front_->get(&lookup, request_, timeout, stop);
}

void token_handle::get_async(std::chrono::nanoseconds timeout, callback done,
                             const std::stop_token& stop) const {
  const token_lookup lookup{table_, request_.identity, request_.resource, hash_, id_};
  front_->get_async(&lookup, request_, timeout, std::move(done), stop);
}

token_awaitable token_handle::async_get(std::chrono::nanoseconds timeout,
                                        const std::stop_token& stop) const {
  if (!stop.stop_requested()) {
    if (auto token = try_get()) {
      return token_awaitable{*std::move(token)};
    }
  }
  return {*front_, request_, timeout, stop};
}

}  // namespace midas

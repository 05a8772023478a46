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
      table_(front_->table().id()),
      hash_(hash_of(table_, request_.identity, request_.resource)),
      id_(next_id()),
      hits_(&front_->table().hits()) {}

std::optional<access_token> token_handle::read(const token_lookup& looked_for) const {
  return front_->read(looked_for);
}

expected<access_token> token_handle::get(std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) const {
  const auto looked_for = lookup();
  return front_->get(&looked_for, request_, timeout, stop);
}

void token_handle::get_async(std::chrono::nanoseconds timeout, callback done,
                             const std::stop_token& stop) const {
  const auto looked_for = lookup();
  front_->get_async(&looked_for, request_, timeout, std::move(done), stop);
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

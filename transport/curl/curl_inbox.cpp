#include "transport/curl/curl_inbox.hpp"

#include <chrono>
#include <utility>

namespace midas {

bool curl_inbox::push(curl_order& order) {
  const std::lock_guard lock{mutex_};
  order.id = ++last_id_;
  if (orders_.closed) {
    return false;
  }
  orders_.starts.push_back(std::move(order));
  ++accepted_;
  wake();
  return true;
}

void curl_inbox::cancel(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  if (!orders_.closed) {
    orders_.cancels.push_back(id);
    wake();
  }
}

void curl_inbox::close() {
  const std::lock_guard lock{mutex_};
  orders_.closed = true;
  wake();
}

std::uint64_t curl_inbox::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

void curl_inbox::wait(curl_orders& orders, std::optional<std::chrono::milliseconds> longest_poll) {
  orders.starts.clear();
  orders.cancels.clear();
  std::unique_lock lock{mutex_};
  if (!has_orders() && longest_poll) {
    waiting_ = waiting::for_orders_or_transfers;
    lock.unlock();
    const auto code =
        curl_multi_poll(multi_, nullptr, 0, static_cast<int>(longest_poll->count()), nullptr);
    lock.lock();
    if (code != CURLM_OK) {
      // It did not wait, and the loop must not spin for that.
      waiting_ = waiting::for_orders;
      orders_came_.wait_for(lock, std::chrono::milliseconds{10}, [this] { return has_orders(); });
    }
  } else if (!has_orders()) {
    waiting_ = waiting::for_orders;
    orders_came_.wait(lock, [this] { return has_orders(); });
  }
  waiting_ = waiting::no;
  orders.closed = orders_.closed;
  std::swap(orders.starts, orders_.starts);
  std::swap(orders.cancels, orders_.cancels);
}

// Under the lock, so that the thread cannot fall asleep in between, nor the handle be gone. The
// first one wakes: the thread looks at everything that came until it holds the lock again.
void curl_inbox::wake() {
  switch (std::exchange(waiting_, waiting::no)) {
    case waiting::no:
      break;
    case waiting::for_orders:
      orders_came_.notify_one();
      break;
    case waiting::for_orders_or_transfers:
      curl_multi_wakeup(multi_);
      break;
  }
}

bool curl_inbox::has_orders() const noexcept {
  return orders_.closed || !orders_.starts.empty() || !orders_.cancels.empty();
}

}  // namespace midas

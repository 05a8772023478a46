// midas::async_get() of the Asio adapters, for standalone Asio and Boost.Asio alike. This header
// includes neither: `Net` is what an adapter says of its Asio.
#pragma once

#include <midas/access_token.hpp>
#include <midas/detail/resource_text.hpp>
#include <midas/error.hpp>
#include <midas/token_handle.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace midas::detail {

/// An operation that waits for its result.
class pending_get {
 public:
  pending_get() = default;
  pending_get(const pending_get&) = delete;
  pending_get& operator=(const pending_get&) = delete;

  /// Posts the completion to the operation's executor, and ends the operation.
  virtual void complete(expected<access_token> result) = 0;
  /// Ends the operation without a completion.
  virtual void abandon() noexcept = 0;

 protected:
  ~pending_get() = default;
};

/// The operations that wait for results on behalf of one execution context. midas may answer when
/// that context, its threads and its handlers have gone: it then finds no operation here.
class pending_gets {
 public:
  std::uint64_t add(pending_get& operation) {
    const std::lock_guard lock{mutex_};
    operations_.emplace(++last_, &operation);
    return last_;
  }

  /// Any thread. Posts under the lock, so that abandon_all() returns only when nothing is posted
  /// any more, and the context may go.
  void complete(std::uint64_t number, expected<access_token> result) {
    const std::lock_guard lock{mutex_};
    if (auto node = operations_.extract(number)) {
      node.mapped()->complete(std::move(result));
    }
  }

  void abandon(std::uint64_t number) noexcept {
    auto* const operation = take(number);
    if (operation != nullptr) {
      operation->abandon();
    }
  }

  void abandon_all() noexcept {
    std::unordered_map<std::uint64_t, pending_get*> abandoned;
    {
      const std::lock_guard lock{mutex_};
      abandoned.swap(operations_);
    }
    for (const auto& [number, operation] : abandoned) {
      operation->abandon();
    }
  }

 private:
  pending_get* take(std::uint64_t number) noexcept {
    const std::lock_guard lock{mutex_};
    const auto node = operations_.extract(number);
    return node ? node.mapped() : nullptr;
  }

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, pending_get*> operations_;
  std::uint64_t last_ = 0;
};

/// Abandons the operations of an execution context that ends.
template <class Net>
class pending_gets_service : public Net::execution_context::service {
 public:
  inline static typename Net::execution_context::id id;

  explicit pending_gets_service(typename Net::execution_context& context)
      : Net::execution_context::service(context) {}

  [[nodiscard]] const std::shared_ptr<pending_gets>& operations() const { return operations_; }

 private:
  void shutdown() noexcept override { operations_->abandon_all(); }

  std::shared_ptr<pending_gets> operations_ = std::make_shared<pending_gets>();
};

/// A handler with its argument. It uses the handler's allocator, and must be posted by the thread
/// that initiates the operation: other threads must not use that allocator.
template <class Net, class Handler>
struct completed_get {
  using allocator_type = decltype(Net::allocator_of(std::declval<const Handler&>()));

  [[nodiscard]] allocator_type get_allocator() const noexcept { return Net::allocator_of(handler); }
  void operator()() { std::move(handler)(std::move(result)); }

  Handler handler;
  expected<access_token> result;
};

/// Keeps the handler, and work for its executor, while midas acquires the token. Its memory is the
/// handler's allocator's: allocated by the initiating thread, and freed on the handler's executor
/// before the handler runs, as Asio's own operations do.
template <class Net, class Handler>
class get_operation final : public pending_get {
 public:
  struct abandonment {
    void operator()(get_operation* operation) const noexcept { operation->abandon(); }
  };
  using owner = std::unique_ptr<get_operation, abandonment>;

  static owner make(Handler handler) {
    allocator memory{Net::allocator_of(handler)};
    std::unique_ptr<get_operation, deallocation> block{traits::allocate(memory, 1), {memory}};
    auto* const operation = new (block.get()) get_operation{std::move(handler), memory};
    static_cast<void>(block.release());
    return owner{operation};
  }

  /// A token that is stopped when the handler's cancellation slot is; empty without a slot.
  std::stop_token connect_slot() {
    if constexpr (Net::has_cancellation) {
      if (auto slot = Net::slot_of(handler_); slot.is_connected()) {
        std::stop_source stop;
        slot.assign([stop](typename Net::cancellation_type type) mutable {
          if (type != Net::cancellation_type::none) {
            stop.request_stop();
          }
        });
        return stop.get_token();
      }
    }
    return {};
  }

  void complete(expected<access_token> result) override {
    Net::post(work_.get_executor(), completion{owner{this}, std::move(result)});
  }

  void abandon() noexcept override {
    allocator memory{memory_};
    this->~get_operation();
    traits::deallocate(memory, this, 1);
  }

 private:
  using allocator = typename std::allocator_traits<decltype(Net::allocator_of(
      std::declval<const Handler&>()))>::template rebind_alloc<get_operation>;
  using traits = std::allocator_traits<allocator>;

  struct deallocation {
    allocator memory;
    void operator()(get_operation* block) { traits::deallocate(memory, block, 1); }
  };
  struct completion {
    owner operation;
    expected<access_token> result;

    void operator()() {
      if constexpr (Net::has_cancellation) {
        // Not earlier: only the handler's executor may touch the slot.
        if (auto slot = Net::slot_of(operation->handler_); slot.is_connected()) {
          slot.clear();
        }
      }
      auto work = std::move(operation->work_);
      auto handler = std::move(operation->handler_);
      operation.reset();
      std::move(handler)(std::move(result));
    }
  };

  get_operation(Handler handler, const allocator& memory)
      : handler_(std::move(handler)), work_(Net::work_for(handler_)), memory_(memory) {}
  ~get_operation() = default;

  Handler handler_;
  decltype(Net::work_for(std::declval<const Handler&>())) work_;
  allocator memory_;
};

/// What a request is sent to.
struct service_and_request {
  token_service* service;
  token_request request;

  [[nodiscard]] auto try_get() const { return service->try_get(request); }
  template <class Callback>
  void get_async(std::chrono::nanoseconds timeout, Callback done,
                 const std::stop_token& stop) const {
    service->get_async(request, timeout, std::move(done), stop);
  }
};

inline token_request request_for(std::string_view resource) {
  return {.resource = std::string{resource}};
}

/// Begins an operation. `Source` is a service_and_request or a token_handle.
template <class Net, class Source>
struct initiate_get {
  Source source;
  std::chrono::nanoseconds timeout;

  template <class Handler>
  void operator()(Handler handler) const {
    const auto executor = Net::executor_of(handler);
    if (auto token = source.try_get()) {
      Net::post(executor, completed_get<Net, Handler>{std::move(handler), std::move(*token)});
      return;
    }
    const auto operations = operations_of(executor);
    auto operation = get_operation<Net, Handler>::make(std::move(handler));
    const auto stop = operation->connect_slot();
    const auto number = operations->add(*operation);
    static_cast<void>(operation.release());  // complete() or abandon() ends it.
    try {
      source.get_async(
          timeout,
          [operations, number](expected<access_token> result) {
            operations->complete(number, std::move(result));
          },
          stop);
    } catch (...) {
      operations->abandon(number);
      throw;
    }
  }

 private:
  /// Without a context, nothing says when the executor ends.
  template <class Executor>
  static std::shared_ptr<pending_gets> operations_of(const Executor& executor) {
    if (auto* const context = Net::context_of(executor)) {
      return Net::template use_service<pending_gets_service<Net>>(*context).operations();
    }
    return std::make_shared<pending_gets>();
  }
};

}  // namespace midas::detail

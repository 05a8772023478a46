// Coroutines of the application's own task type request the same token at the same time. They wait
// without blocking a thread, and continue in the application's event loop.
//
// Try it with the simulated IMDS:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_coroutines
#include <midas/midas.hpp>

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <utility>

namespace {

using namespace std::chrono_literals;

// Runs coroutines in one thread.
class event_loop {
 public:
  // `co_await loop.schedule()` continues in the loop's thread.
  auto schedule() {
    struct awaiter {
      event_loop* loop;
      static bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiting) const { loop->post(waiting); }
      static void await_resume() noexcept {}
    };
    return awaiter{this};
  }

  void post(std::coroutine_handle<> coroutine) {
    const std::lock_guard lock{mutex_};
    ready_.push_back(coroutine);
    changed_.notify_one();
  }

  // Returns when `open`, which only coroutines of this loop change, is 0.
  void run_until_zero(const int& open) {
    while (open > 0) {
      next().resume();
    }
  }

 private:
  std::coroutine_handle<> next() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !ready_.empty(); });
    const auto coroutine = ready_.front();
    ready_.pop_front();
    return coroutine;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::coroutine_handle<>> ready_;
};

// A coroutine that begins when it is awaited, and then resumes its caller. Most frameworks have
// one.
template <class T>
class task {
 public:
  struct promise_type;
  using handle = std::coroutine_handle<promise_type>;

  struct resume_caller {
    static bool await_ready() noexcept { return false; }
    static std::coroutine_handle<> await_suspend(handle done) noexcept {
      return done.promise().caller;
    }
    static void await_resume() noexcept {}
  };
  struct promise_type {
    task get_return_object() { return task{handle::from_promise(*this)}; }
    static std::suspend_always initial_suspend() noexcept { return {}; }
    static resume_caller final_suspend() noexcept { return {}; }
    void return_value(T value) { result = std::move(value); }
    static void unhandled_exception() { std::terminate(); }

    std::coroutine_handle<> caller;
    std::optional<T> result;
  };

  task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  task& operator=(task&&) = delete;
  ~task() {
    if (handle_) {
      handle_.destroy();
    }
  }

  static bool await_ready() noexcept { return false; }
  handle await_suspend(std::coroutine_handle<> caller) {
    handle_.promise().caller = caller;
    return handle_;
  }
  T await_resume() { return std::move(*handle_.promise().result); }

 private:
  explicit task(handle coroutine) : handle_(coroutine) {}
  handle handle_;
};

// Begins at once, and ends on its own.
struct detached {
  struct promise_type {
    static detached get_return_object() { return {}; }
    static std::suspend_never initial_suspend() noexcept { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
};

task<bool> read_secret(midas::token_handle vault, event_loop& loop) {
  // Any coroutine can await midas. A cached token does not suspend it.
  const auto token = co_await vault.async_get(5s);
  // If the coroutine had to wait, it now runs on a thread of midas, where it must not block.
  co_await loop.schedule();
  if (token) {
    // token->authorization_header().reveal() is the Authorization header to send to the vault.
    std::cout << *token << '\n';
  } else {
    std::cerr << token.error() << '\n';
  }
  co_return token.has_value();
}

detached run(midas::token_handle vault, event_loop& loop, int& open, int& failures) {
  auto reader = read_secret(std::move(vault), loop);
  const bool succeeded = co_await reader;
  failures += succeeded ? 0 : 1;
  --open;
}

}  // namespace

int main() {
  const auto vault = midas::token_service::shared().for_resource("https://vault.azure.net");
  event_loop loop;
  int open = 3;
  int failures = 0;
  for (int i = 0; i < 3; ++i) {
    run(vault, loop, open, failures);
  }
  loop.run_until_zero(open);  // The three coroutines have caused one HTTP request.
  return failures;
}

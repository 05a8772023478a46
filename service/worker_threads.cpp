#include "service/worker_threads.hpp"

#include <unistd.h>

#include <chrono>
#include <future>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

using namespace std::chrono_literals;

// The number of attempts to start a thread, and the pause between them: a thread of this or another
// process may be about to end.
constexpr int tries = 5;
constexpr auto start_pause = 20ms;

// Threads that exist until the object is destroyed.
class held_threads {
 public:
  explicit held_threads(std::size_t count) {
    threads_.reserve(count);
    ids_.resize(count);
    try {
      for (std::size_t i = 0; i < count; ++i) {
        threads_.emplace_back([this, i, release = released_] {
          ids_[i] = gettid();
          release.wait();
        });
      }
    } catch (...) {
      end();
      throw;
    }
  }
  held_threads(const held_threads&) = delete;
  held_threads& operator=(const held_threads&) = delete;
  ~held_threads() { end(); }

 private:
  void end() {
    release_.set_value();
    for (auto& thread : threads_) {
      thread.join();
    }
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      wait_until_gone(ids_[i]);
    }
  }

  // A thread that has been joined counts towards the limits until the kernel has removed it.
  static void wait_until_gone(pid_t thread) {
    const auto path = "/proc/self/task/" + std::to_string(thread);
    for (int i = 0; i < 1'000 && access(path.c_str(), F_OK) == 0; ++i) {
      std::this_thread::sleep_for(100us);
    }
  }

  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::vector<pid_t> ids_;
  std::vector<std::thread> threads_;
};

// Calls the function until it does not throw std::system_error. Passes the last one on.
template <class Function>
void with_retries(Function start) {
  for (int left = tries - 1;; --left) {
    try {
      start();
      return;
    } catch (const std::system_error&) {
      if (left == 0) {
        throw;
      }
    }
    std::this_thread::sleep_for(start_pause);
  }
}

}  // namespace

void require_threads(std::size_t count) {
  with_retries([count] { const held_threads all{count}; });
}

void run_detached(std::function<void()> function) noexcept {
  try {
    with_retries([&function] { std::thread{function}.detach(); });
  } catch (...) {
    return;
  }
}

bool run_on_new_thread(const std::function<void()>& function) noexcept {
  try {
    with_retries([&function] { std::thread{function}.join(); });
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace midas::internal

// Callers that are coroutines or callbacks, multiplexed on a few threads.
#include "tools/load/callers.hpp"
#include "tools/load/detached_coroutine.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <coroutine>
#include <thread>
#include <utility>  // Boost.Asio 1.74 uses std::exchange without including it
#include <vector>

namespace midas::internal::tools {

namespace {

namespace asio = boost::asio;

/// An event loop on its own thread.
class event_loop {
 public:
  event_loop() : thread_([this] { context_.run(); }) {}
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;
  ~event_loop() { work_.reset(); }

  template <class Function>
  void post(Function function) {
    asio::post(context_, std::move(function));
  }

  /// `co_await loop.resume_later()` resumes the coroutine from the loop's queue.
  auto resume_later() {
    struct awaitable {
      event_loop& loop;
      static bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<> waiting) const {
        loop.post([waiting] { waiting.resume(); });
      }
      void await_resume() const {}
    };
    return awaitable{*this};
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::jthread thread_;
};

class asynchronous_callers : public callers {
 public:
  explicit asynchronous_callers(const load_plan& plan)
      : plan_(plan), service_(plan.service), loops_(plan.threads) {}

  void run(phase& now) override {
    now.begin();
    for (std::size_t i = 0; i < plan_.callers; ++i) {
      auto& loop = loops_[i % loops_.size()];
      loop.post([this, &now, &loop, &request = plan_.requests[i % plan_.requests.size()]] {
        ask(now, loop, request);
      });
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 protected:
  /// Requests a token repeatedly until the phase is over, yielding to the loop after each answer.
  virtual void ask(phase& now, event_loop& loop, const token_request& request) = 0;

  [[nodiscard]] const load_plan& plan() const { return plan_; }

 private:
  const load_plan& plan_;
  token_service service_;
  std::vector<event_loop> loops_;
};

class callback_callers final : public asynchronous_callers {
 public:
  using asynchronous_callers::asynchronous_callers;

 private:
  void ask(phase& now, event_loop& loop, const token_request& request) override {
    service().get_async(request, plan().timeout,
                        [this, &now, &loop, &request, requested_at = phase::clock::now()](
                            const expected<access_token>& outcome) {
                          if (now.answered(requested_at, outcome)) {
                            loop.post([this, &now, &loop, &request] { ask(now, loop, request); });
                          }
                        });
  }
};

class coroutine_callers final : public asynchronous_callers {
 public:
  using asynchronous_callers::asynchronous_callers;

 private:
  void ask(phase& now, event_loop& loop, const token_request& request) override {
    ask_repeatedly(now, loop, request);
  }

  detached ask_repeatedly(phase& now, event_loop& loop, const token_request& request) {
    auto requested_at = phase::clock::now();
    while (now.answered(requested_at, co_await service().async_get(request, plan().timeout))) {
      co_await loop.resume_later();
      requested_at = phase::clock::now();
    }
  }
};

}  // namespace

std::unique_ptr<callers> make_coroutine_callers(const load_plan& plan) {
  return std::make_unique<coroutine_callers>(plan);
}

std::unique_ptr<callers> make_callback_callers(const load_plan& plan) {
  return std::make_unique<callback_callers>(plan);
}

}  // namespace midas::internal::tools

// Callers that are coroutines or callbacks, multiplexed on a few threads.
#include "tools/load/callers.hpp"
#include "tools/load/detached_coroutine.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <coroutine>
#include <optional>
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

/// Where a caller runs.
struct caller_place {
  phase* now = nullptr;
  event_loop* loop = nullptr;
  std::size_t caller = 0;
};

class asynchronous_callers : public callers {
 public:
  explicit asynchronous_callers(const load_plan& plan)
      : plan_(plan), requests_(plan), service_(plan.service), loops_(plan.threads) {}

  void run(phase& now) override {
    now.begin();
    for (std::size_t i = 0; i < plan_.callers; ++i) {
      make_next_request({&now, &loops_[i % loops_.size()], i});
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 protected:
  /// Requests one token, in the loop of the caller, and then lets it make its next request.
  virtual void ask(const caller_place& place,
                   std::optional<phase::clock::time_point> scheduled) = 0;

  /// Lets the caller ask from its loop's queue, in an open model at its next turn.
  void make_next_request(const caller_place& place) {
    auto* const pacer = place.now->pacer();
    if (pacer == nullptr) {
      return place.loop->post([this, place] { ask(place, std::nullopt); });
    }
    pacer->take_turn([this, place](std::optional<phase::clock::time_point> scheduled) {
      if (scheduled) {
        place.loop->post([this, place, scheduled] { ask(place, scheduled); });
      } else {
        place.now->finish_caller();
      }
    });
  }

  void answered(const caller_place& place, const caller_turn& turn,
                const expected<access_token>& outcome) {
    if (place.now->answered(turn, outcome)) {
      make_next_request(place);
    }
  }

  [[nodiscard]] const load_plan& plan() const { return plan_; }
  [[nodiscard]] request_source& requests() { return requests_; }

 private:
  const load_plan& plan_;
  request_source requests_;
  token_service service_;
  std::vector<event_loop> loops_;
};

class callback_callers final : public asynchronous_callers {
 public:
  using asynchronous_callers::asynchronous_callers;

 private:
  void ask(const caller_place& place, std::optional<phase::clock::time_point> scheduled) override {
    token_request storage;
    const auto turn = caller_turn::now(scheduled);
    service().get_async(requests().next(place.caller, storage), plan().timeout,
                        [this, place, turn](const expected<access_token>& outcome) {
                          answered(place, turn, outcome);
                        });
  }
};

class coroutine_callers final : public asynchronous_callers {
 public:
  using asynchronous_callers::asynchronous_callers;

 private:
  void ask(const caller_place& place, std::optional<phase::clock::time_point> scheduled) override {
    if (place.now->pacer() == nullptr) {
      ask_repeatedly(place);
    } else {
      ask_once(place, scheduled);
    }
  }

  detached ask_repeatedly(caller_place place) {
    token_request storage;
    while (true) {
      const auto turn = caller_turn::now();
      const auto& request = requests().next(place.caller, storage);
      const auto outcome = co_await service().async_get(request, plan().timeout);
      if (!place.now->answered(turn, outcome)) {
        co_return;
      }
      co_await place.loop->resume_later();
    }
  }

  detached ask_once(caller_place place, std::optional<phase::clock::time_point> scheduled) {
    token_request storage;
    const auto turn = caller_turn::now(scheduled);
    const auto& request = requests().next(place.caller, storage);
    const auto outcome = co_await service().async_get(request, plan().timeout);
    answered(place, turn, outcome);
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

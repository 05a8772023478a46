#include "tests/chaos/chaos_callers.hpp"

#include "messages/caf_compat.hpp"
#include "tests/chaos/chaos_keys.hpp"
#include "tools/load/detached_coroutine.hpp"

#include <algorithm>
#include <stop_token>
#include <thread>
#include <utility>

namespace midas::internal::chaos {

/// Makes an actor make a call.
struct call_now {
  const planned_call* call = nullptr;
};

inline std::string to_string(const call_now&) { return "call_now"; }

}  // namespace midas::internal::chaos

MIDAS_BEGIN_MESSAGES(midas_chaos, 100)
MIDAS_LOCAL_MESSAGE(midas_chaos, midas::internal::chaos::call_now)
MIDAS_END_MESSAGES(midas_chaos)

namespace midas::internal::chaos {

namespace {

constexpr std::size_t blocking_threads = 16;
constexpr std::size_t actors = 24;

using caller_actor = caf_compat::typed_actor<
    // Makes the call and records its answer.
    void(call_now)>;

struct caller_state {
  static inline const char* name = "midas.chaos.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(const token_service* service, recorder* to) {
    tokens = service;
    log = to;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](call_now now) { ask(*now.call); }};
  }

  void ask(const planned_call& call) {
    auto request = chaos_keys()[call.key].request;
    request.force_refresh = call.force_refresh;
    const auto id = log->request_started(call);
    caf_compat::request(self, tokens->cache(), std::move(request),
                        std::chrono::nanoseconds{call.timeout})
        .then([to = log, id](const access_token& token) { to->request_answered(id, token); },
              [to = log, id](const caf::error& failure) {
                to->request_answered(id, unexpected{to_error(failure)});
              });
  }

  caller_actor::pointer self;
  const token_service* tokens = nullptr;
  recorder* log = nullptr;
};

tools::detached ask(token_service& tokens, recorder& log, std::uint64_t id, token_request request,
                    std::chrono::nanoseconds timeout, std::stop_token stop) {
  const auto outcome = co_await tokens.async_get(request, timeout, stop);
  log.request_answered(id, outcome);
}

token_request request_of(const planned_call& call) {
  auto request = chaos_keys()[call.key].request;
  request.force_refresh = call.force_refresh;
  return request;
}

}  // namespace

struct chaos_callers::cancellation {
  time_point at;
  std::uint64_t id;
  std::stop_source source;
};

class chaos_callers::actor_callers {
 public:
  actor_callers(caf::actor_system& system, const token_service& tokens, recorder& log) {
    for (std::size_t i = 0; i < actors; ++i) {
      actors_.push_back(caf_compat::spawn<caller_actor, caller_state>(system, &tokens, &log));
    }
  }
  actor_callers(const actor_callers&) = delete;
  actor_callers& operator=(const actor_callers&) = delete;
  ~actor_callers() {
    for (const auto& actor : actors_) {
      caf_compat::send_exit(actor, caf::exit_reason::user_shutdown);
    }
  }

  void call(const planned_call& planned) {
    caf_compat::anonymous_send(actors_[next_++ % actors_.size()], call_now{&planned});
  }

 private:
  std::vector<caller_actor> actors_;
  std::size_t next_ = 0;
};

void chaos_callers::register_messages() {
  init_global_meta_objects();
  caf_compat::register_messages<caf_compat::blocks::midas_chaos>();
}

chaos_callers::chaos_callers(caf::actor_system& system, token_service& tokens, recorder& log)
    : tokens_(tokens), log_(log), actors_(std::make_unique<actor_callers>(system, tokens, log)) {}

chaos_callers::~chaos_callers() = default;

void chaos_callers::run(const std::vector<planned_call>& calls, time_point begin) {
  log_.expect(calls.size());
  std::vector<std::jthread> threads;
  for (std::size_t thread = 0; thread < blocking_threads; ++thread) {
    threads.emplace_back([this, &calls, begin, thread] {
      std::size_t number = 0;
      for (const auto& call : calls) {
        if (call.kind == caller_kind::thread && number++ % blocking_threads == thread) {
          std::this_thread::sleep_until(begin + call.at);
          call_blocking(call);
        }
      }
    });
  }
  make_asynchronous_calls(calls, begin);
}

void chaos_callers::make_asynchronous_calls(const std::vector<planned_call>& calls,
                                            time_point begin) {
  const auto wait_until = [this](time_point then) {
    while (!cancellations_.empty() && cancellations_.front().at <= then) {
      std::this_thread::sleep_until(cancellations_.front().at);
      cancel_due(std::chrono::steady_clock::now());
    }
    std::this_thread::sleep_until(then);
  };
  for (const auto& call : calls) {
    if (call.kind != caller_kind::thread) {
      wait_until(begin + call.at);
      call_asynchronously(call);
    }
  }
  if (!cancellations_.empty()) {
    wait_until(cancellations_.back().at);
  }
}

void chaos_callers::call_asynchronously(const planned_call& call) {
  switch (call.kind) {
    case caller_kind::callback:
      return call_with_callback(call);
    case caller_kind::coroutine:
      return call_in_coroutine(call);
    case caller_kind::actor:
      return actors_->call(call);
    case caller_kind::thread:
      return;
  }
}

void chaos_callers::call_blocking(const planned_call& call) {
  const auto request = request_of(call);
  const auto id = log_.request_started(call);
  log_.request_answered(id, tokens_.get(request, call.timeout));
}

void chaos_callers::call_with_callback(const planned_call& call) {
  const auto request = request_of(call);
  const auto id = log_.request_started(call);
  tokens_.get_async(
      request, call.timeout,
      [to = &log_, id](const expected<access_token>& outcome) {
        to->request_answered(id, outcome);
      },
      stop_of(call, id));
}

void chaos_callers::call_in_coroutine(const planned_call& call) {
  auto request = request_of(call);
  const auto id = log_.request_started(call);
  ask(tokens_, log_, id, std::move(request), call.timeout, stop_of(call, id));
}

std::stop_token chaos_callers::stop_of(const planned_call& call, std::uint64_t id) {
  if (!call.cancelled_after) {
    return {};
  }
  cancellation later{std::chrono::steady_clock::now() + *call.cancelled_after, id, {}};
  auto token = later.source.get_token();
  const auto position = std::ranges::upper_bound(cancellations_, later.at, {}, &cancellation::at);
  cancellations_.insert(position, std::move(later));
  return token;
}

void chaos_callers::cancel_due(time_point now) {
  const auto end = std::ranges::upper_bound(cancellations_, now, {}, &cancellation::at);
  std::vector<cancellation> due{std::make_move_iterator(cancellations_.begin()),
                                std::make_move_iterator(end)};
  cancellations_.erase(cancellations_.begin(), end);
  for (auto& each : due) {
    log_.request_cancelled(each.id);
    each.source.request_stop();
  }
}

}  // namespace midas::internal::chaos

// Callers that are actors, in an actor system that midas is a guest of.
#include "messages/caf_compat.hpp"
#include "tools/load/callers.hpp"
#include <midas/actors.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// Each caller that is told passes it on, so that the callers get going as fast as their threads
/// can run them: told by one thread, they would all wait in the scheduler's queue, and midas's
/// actors behind them.
struct ask_now {
  phase* in = nullptr;
  // Who is told next, and how many further on the one after that.
  std::size_t next = 0;
  std::size_t step = 0;
};

inline std::string to_string(const ask_now&) { return "ask_now"; }

}  // namespace midas::internal::tools

MIDAS_LOCAL_MESSAGE(midas::internal::tools::ask_now)

namespace midas::internal::tools {

namespace {

using caller_actor = caf_compat::typed_actor<
    // Asks for its token, as often as the phase wants.
    void(ask_now)>;

struct caller_state {
  static inline const char* name = "midas.load.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(token_actor where, const token_request* what, std::chrono::nanoseconds how_long,
             const std::vector<caller_actor>* everybody) {
    cache = std::move(where);
    request = what;
    timeout = how_long;
    callers = everybody;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](ask_now now) {
      ask(*now.in);
      if (now.next < callers->size()) {
        caf_compat::send(self, (*callers)[now.next],
                         ask_now{now.in, now.next + now.step, now.step});
      }
    }};
  }

  void ask(phase& now) {
    const auto asked = phase::clock::now();
    caf_compat::request(self, cache, *request, timeout)
        .then([this, &now, asked](const access_token& token) { answered(now, asked, token); },
              [this, &now, asked](const caf::error& e) {
                answered(now, asked, unexpected{to_error(e)});
              });
  }

  void answered(phase& now, phase::clock::time_point asked, const expected<access_token>& outcome) {
    if (now.answered(asked, outcome)) {
      ask(now);
    }
  }

  caller_actor::pointer self;
  token_actor cache;
  const token_request* request = nullptr;
  std::chrono::nanoseconds timeout{};
  const std::vector<caller_actor>* callers = nullptr;
};

class actor_callers final : public callers {
 public:
  explicit actor_callers(const load_plan& plan)
      : system_(configured(plan)), service_(system_, plan.service) {
    const auto cache = service_.cache();
    actors_.reserve(plan.callers);
    for (std::size_t i = 0; i < plan.callers; ++i) {
      const auto* request = &plan.requests[i % plan.requests.size()];
      actors_.push_back(caf_compat::spawn<caller_actor, caller_state>(system_, cache, request,
                                                                      plan.timeout, &actors_));
    }
  }

  ~actor_callers() override {
    for (const auto& actor : actors_) {
      caf_compat::send_exit(actor, caf::exit_reason::user_shutdown);
    }
  }

  void run(phase& now) override {
    now.begin();
    constexpr std::size_t at_once = 64;
    for (std::size_t i = 0; i < std::min(at_once, actors_.size()); ++i) {
      caf_compat::anonymous_send(actors_[i], ask_now{&now, i + at_once, at_once});
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  caf::actor_system_config& configured(const load_plan& plan) {
    // Sleeping threads rather than CAF's default, work stealing, which has idle ones poll: on few
    // cores those take the processor from the rest, and a burst takes twice as long.
    caf_compat::configure_sleeping_threads(config_, plan.threads);
    return config_;
  }

  caf::actor_system_config config_;
  caf::actor_system system_;
  token_service service_;
  std::vector<caller_actor> actors_;
};

}  // namespace

std::unique_ptr<callers> make_actor_callers(const load_plan& plan) {
  return std::make_unique<actor_callers>(plan);
}

}  // namespace midas::internal::tools

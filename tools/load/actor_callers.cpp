// Callers that are actors. The token service lives in their actor system.
#include "messages/caf_compat.hpp"
#include "tools/load/callers.hpp"
#include <midas/actors.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// Starts a caller. Each caller forwards the message to another one, so that callers start as fast
/// as the scheduler runs them. If one thread started them all, they would fill the scheduler's
/// queue ahead of midas's own actors.
struct ask_now {
  phase* current = nullptr;
  /// The index of the caller to forward the message to, and the distance to the one after it.
  std::size_t next = 0;
  std::size_t step = 0;
};

inline std::string to_string(const ask_now&) { return "ask_now"; }

}  // namespace midas::internal::tools

MIDAS_BEGIN_MESSAGES(midas_load, 110)
MIDAS_LOCAL_MESSAGE(midas_load, midas::internal::tools::ask_now)
MIDAS_END_MESSAGES(midas_load)

namespace midas::internal::tools {

namespace {

using caller_actor = caf_compat::typed_actor<
    // Requests a token repeatedly until the phase is over.
    void(ask_now)>;

struct caller_state {
  static inline const char* name = "midas.load.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(token_actor cache_handle, const token_request* token_wanted,
             std::chrono::nanoseconds request_timeout,
             const std::vector<caller_actor>* all_callers) {
    cache = std::move(cache_handle);
    request = token_wanted;
    timeout = request_timeout;
    callers = all_callers;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](ask_now now) {
      ask(*now.current);
      if (now.next < callers->size()) {
        caf_compat::send(self, (*callers)[now.next],
                         ask_now{now.current, now.next + now.step, now.step});
      }
    }};
  }

  void ask(phase& now) {
    const auto requested_at = phase::clock::now();
    caf_compat::request(self, cache, *request, timeout)
        .then([this, &now,
               requested_at](const access_token& token) { answered(now, requested_at, token); },
              [this, &now, requested_at](const caf::error& e) {
                answered(now, requested_at, unexpected{to_error(e)});
              });
  }

  void answered(phase& now, phase::clock::time_point requested_at,
                const expected<access_token>& outcome) {
    if (now.answered(requested_at, outcome)) {
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
    constexpr std::size_t chains = 64;
    for (std::size_t i = 0; i < std::min(chains, actors_.size()); ++i) {
      caf_compat::anonymous_send(actors_[i], ask_now{&now, i + chains, chains});
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  caf::actor_system_config& configured(const load_plan& plan) {
    // CAF's default, work stealing, lets idle threads poll. On few cores they compete with the busy
    // threads, and a burst takes twice as long.
    init_global_meta_objects();
    caf_compat::register_messages<caf_compat::blocks::midas_load>();
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

// Callers that are actors. The token service lives in their actor system.
#include "messages/caf_compat.hpp"
#include "tools/load/callers.hpp"
#include <midas/actors.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::tools {

/// Makes a caller request a token. A caller forwards the first one to another caller, so that
/// callers start as fast as the scheduler runs them. If one thread started them all, they would
/// fill the scheduler's queue ahead of midas's own actors.
struct ask_now {
  phase* current = nullptr;
  /// The index of the caller to forward the message to, and the distance to the one after it.
  /// Without a distance, it is not forwarded.
  std::size_t next = 0;
  std::size_t step = 0;
  /// In an open model.
  std::optional<phase::clock::time_point> scheduled{};
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

/// What all callers use.
struct caller_surroundings {
  token_service& service;
  request_source& requests;
  const load_plan& plan;
  std::vector<caller_actor> callers{};
};

struct caller_state {
  static inline const char* name = "midas.load.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(caller_surroundings* around, std::size_t own_index) {
    surroundings = around;
    index = own_index;
    cache = around->service.cache();
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](ask_now now) {
      ask(*now.current, now.scheduled);
      if (now.step != 0 && now.next < surroundings->callers.size()) {
        caf_compat::send(self, surroundings->callers[now.next],
                         ask_now{now.current, now.next + now.step, now.step});
      }
    }};
  }

  void ask(phase& now, std::optional<phase::clock::time_point> scheduled) {
    const auto turn = caller_turn::now(scheduled);
    const auto& request = surroundings->requests.next(index, storage);
    if (surroundings->plan.as == caller_kind::messages) {
      ask_by_message(now, turn, request);
    } else {
      request_token(self, surroundings->service, request, surroundings->plan.timeout)
          .then([this, &now, turn](const access_token& token) { answered(now, turn, token); },
                [this, &now, turn](const error& e) { answered(now, turn, unexpected{e}); });
    }
  }

  void ask_by_message(phase& now, const caller_turn& turn, const token_request& request) {
    caf_compat::request(self, cache, request, surroundings->plan.timeout)
        .then([this, &now, turn](const access_token& token) { answered(now, turn, token); },
              [this, &now, turn](const caf::error& e) {
                answered(now, turn, unexpected{to_error(e)});
              });
  }

  void answered(phase& now, const caller_turn& turn, const expected<access_token>& outcome) {
    if (!now.answered(turn, outcome)) {
      return;
    }
    const auto& own = surroundings->callers[index];
    if (auto* const pacer = now.pacer()) {
      take_turn(*pacer, now, own);
    } else if (surroundings->plan.as == caller_kind::messages) {
      ask(now, std::nullopt);
    } else {
      // A published token is handed out before `then` returns.
      caf_compat::send(self, own, ask_now{&now});
    }
  }

  static void take_turn(arrival_pacer& pacer, phase& now, const caller_actor& caller) {
    pacer.take_turn([&now, caller](std::optional<phase::clock::time_point> scheduled) {
      if (scheduled) {
        caf_compat::anonymous_send(caller, ask_now{&now, 0, 0, scheduled});
      } else {
        now.finish_caller();
      }
    });
  }

  caller_actor::pointer self;
  caller_surroundings* surroundings = nullptr;
  std::size_t index = 0;
  token_actor cache;
  // Of a fresh key.
  token_request storage;
};

class actor_callers final : public callers {
 public:
  explicit actor_callers(const load_plan& plan)
      : system_(configured(plan)),
        service_(system_, plan.service),
        requests_(plan),
        surroundings_{service_, requests_, plan} {
    actors().reserve(plan.callers);
    for (std::size_t i = 0; i < plan.callers; ++i) {
      actors().push_back(caf_compat::spawn<caller_actor, caller_state>(system_, &surroundings_, i));
    }
  }

  ~actor_callers() override {
    for (const auto& actor : actors()) {
      caf_compat::send_exit(actor, caf::exit_reason::user_shutdown);
    }
  }

  void run(phase& now) override {
    now.begin();
    if (auto* const pacer = now.pacer()) {
      for (const auto& actor : actors()) {
        caller_state::take_turn(*pacer, now, actor);
      }
    } else {
      constexpr std::size_t chains = 64;
      for (std::size_t i = 0; i < std::min(chains, actors().size()); ++i) {
        caf_compat::anonymous_send(actors()[i], ask_now{&now, i + chains, chains});
      }
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  std::vector<caller_actor>& actors() { return surroundings_.callers; }

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
  request_source requests_;
  caller_surroundings surroundings_;
};

}  // namespace

std::unique_ptr<callers> make_actor_callers(const load_plan& plan) {
  return std::make_unique<actor_callers>(plan);
}

}  // namespace midas::internal::tools

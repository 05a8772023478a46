// Callers that are actors, in an actor system that midas is a guest of.
#include <midas/actors.hpp>
#include <midas/tools/load/callers.hpp>

#include <string>
#include <utility>
#include <vector>

namespace midas::tools {

struct ask_now {
  phase* in = nullptr;
};

inline std::string to_string(const ask_now&) { return "ask_now"; }

}  // namespace midas::tools

MIDAS_LOCAL_MESSAGE(midas::tools::ask_now)

namespace midas::tools {

namespace {

using caller_actor = dialect::typed_actor<
    // Asks for its token, as often as the phase wants.
    void(ask_now)>;

struct caller_state {
  static inline const char* name = "midas.load.caller";

  explicit caller_state(caller_actor::pointer actor) : self(actor) {}

  void start(cache_actor where, const token_request* what, std::chrono::nanoseconds how_long) {
    cache = std::move(where);
    request = what;
    timeout = how_long;
  }

  caller_actor::behavior_type make_behavior() {
    return {[this](ask_now now) { ask(*now.in); }};
  }

  void ask(phase& now) {
    const auto asked = phase::clock::now();
    dialect::request(self, cache, *request, timeout)
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
  cache_actor cache;
  const token_request* request = nullptr;
  std::chrono::nanoseconds timeout{};
};

class actor_callers final : public callers {
 public:
  explicit actor_callers(const load_plan& plan)
      : system_(configured(plan)), service_(system_, plan.service) {
    const auto cache = service_.cache();
    actors_.reserve(plan.callers);
    for (std::size_t i = 0; i < plan.callers; ++i) {
      const auto* request = &plan.requests[i % plan.requests.size()];
      actors_.push_back(
          dialect::spawn<caller_actor, caller_state>(system_, cache, request, plan.timeout));
    }
  }

  ~actor_callers() override {
    for (const auto& actor : actors_) {
      dialect::send_exit(actor, caf::exit_reason::user_shutdown);
    }
  }

  void run(phase& now) override {
    now.begin();
    for (const auto& actor : actors_) {
      dialect::anonymous_send(actor, ask_now{&now});
    }
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  caf::actor_system_config& configured(const load_plan& plan) {
    // Sleeping threads rather than CAF's default, work stealing, which has idle ones poll: on few
    // cores those take the processor from the rest, and a burst takes twice as long.
    dialect::configure_sleeping_threads(config_, plan.threads);
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

}  // namespace midas::tools

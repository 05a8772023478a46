// The actors of a token service, one thing that happens to them at a time. Tells actor_rules of it.
#pragma once

#include "actors/cache_supervisor.hpp"
#include "service/service_frontend.hpp"
#include "tests/exploration/actor_rules.hpp"
#include "tests/exploration/blocked_call.hpp"
#include "tests/support/virtual_actors.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::exploration {

/// The functions that return bool do nothing and return false if what they should do is impossible
/// now. Each of them must be followed by observe().
class explored_service {
 public:
  explored_service(host_limits limits, std::set<std::string_view> ignored);
  explored_service(const explored_service&) = delete;
  explored_service& operator=(const explored_service&) = delete;
  ~explored_service();

  /// The names of the actors that have a message to handle; see `schedule`.
  [[nodiscard]] std::vector<std::string> runnable();
  [[nodiscard]] std::vector<std::size_t> open_exchanges() const;

  bool run(const std::string& name);
  bool ask(std::istringstream& words);
  bool cancel(std::size_t number);
  bool answer(std::size_t number, const std::string& what);
  void die(caf::exit_reason reason) {
    rules_.actor_died();
    caf_compat::send_exit(actors_.cache, reason);
  }
  void pass_time(milliseconds by);
  bool shut_down();

  /// Tells the rules what has happened.
  void observe();
  /// Tells them what is left. For the end.
  void observe_end();

  [[nodiscard]] const actor_rules& rules() const noexcept { return rules_; }
  [[nodiscard]] bool is_shut_down() const noexcept { return is_shut_down_; }

 private:
  struct asking_caller {
    std::shared_ptr<test::answers> received = std::make_shared<test::answers>();
    std::size_t noted = 0;
    request_unit unit{};
    std::stop_source stop{};
    std::shared_ptr<blocked_call> blocked{};
  };

  [[nodiscard]] const service_context& context() const { return *actors_.context; }
  bool ask_in_thread(caller_facts facts, const token_request& request);
  void send_as_actor(const std::shared_ptr<test::answers>& received, const token_request& request,
                     std::chrono::nanoseconds timeout);
  [[nodiscard]] std::size_t source_of_token(std::size_t number, const std::string& what);
  void note(const token_event& event);
  void note_exchanges();
  void note_canceled();
  void note_answers();
  void note_published();

  actor_rules rules_;
  test::virtual_actors actors_;
  std::shared_ptr<cache_supervisor> supervisor_;
  std::shared_ptr<detail::service_frontend> frontend_;
  std::vector<asking_caller> callers_;
  // Of each exchange.
  std::vector<request_unit> units_;
  std::vector<bool> noted_open_;
  // The last exchange of each key that granted a token of its own.
  std::map<std::string, std::optional<std::size_t>> granted_;
  std::map<std::string, token_key> keys_;
  // Of the HTTP actor.
  std::size_t deaths_ = 0;
  bool is_shut_down_ = false;
};

}  // namespace midas::internal::exploration

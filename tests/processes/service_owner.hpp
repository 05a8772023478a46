// Objects of an application that own a token service.
#pragma once

#include "service/service_core.hpp"
#include "tests/service/scripted_service.hpp"
#include "tests/support/scripted_transport.hpp"
#include <midas/error.hpp>
#include <midas/token_service.hpp>

#include <caf/actor_system.hpp>

#include <cstddef>
#include <future>
#include <memory>
#include <thread>
#include <utility>

namespace midas::internal::test {

inline constexpr auto token_json = R"({"access_token":"T","expires_in":"86400"})";

// Something of the application that owns a service.
struct owner {
  std::shared_ptr<scripted_transport> transport = std::make_shared<scripted_transport>();
  token_service tokens;
  std::promise<void> destroyed;

  owner() : tokens(make_token_service(options_for("http://127.0.0.1:9"), transport)) {}
  explicit owner(caf::actor_system& system)
      : tokens(make_token_service(options_for("http://127.0.0.1:9"),
                                  {.system = &system, .transport = transport})) {}
};

// Destroys the service, and tells so.
struct guarded_owner {
  std::unique_ptr<owner> owned;
  std::promise<void>* gone;
  std::shared_ptr<scripted_transport> transport = owned->transport;

  explicit guarded_owner(std::promise<void>& told, std::unique_ptr<owner> made)
      : owned(std::move(made)), gone(&told) {}
  guarded_owner(const guarded_owner&) = delete;
  guarded_owner& operator=(const guarded_owner&) = delete;
  ~guarded_owner() {
    owned.reset();
    gone->set_value();
  }
  [[nodiscard]] token_service& tokens() const { return owned->tokens; }
};

inline std::shared_ptr<guarded_owner> make_owner(std::promise<void>& gone) {
  return std::make_shared<guarded_owner>(gone, std::make_unique<owner>());
}

inline void wait_until_asked(const scripted_transport& transport, std::size_t count = 1) {
  while (transport.started() < count) {
    std::this_thread::yield();
  }
}

inline bool is(const expected<access_token>& outcome, errc code) {
  return !outcome && outcome.error().code == code;
}

}  // namespace midas::internal::test

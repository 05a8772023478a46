// The actors of a service with a token store, in virtual time.
#pragma once

#include "actors/support/store_calls.hpp"
#include "tests/support/scripted_store.hpp"
#include "tests/support/virtual_actors.hpp"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::test {

struct stored_actors {
  explicit stored_actors(std::size_t max_keys = 100, store_owner owner = owner_without_default())
      : calls(std::make_shared<store_calls>(store, runner, std::move(owner), max_keys)),
        actors(context_with(calls, max_keys)) {
    subscription = subscribe(actors.context->observers, [this](const token_event& event) {
      if (const auto* failed = std::get_if<store_failed>(&event)) {
        failures.push_back(*failed);
      }
    });
  }

  stored_actors(const stored_actors&) = delete;
  stored_actors& operator=(const stored_actors&) = delete;
  // A job that has not run keeps the calls, which keep the runner.
  ~stored_actors() { runner->jobs.clear(); }

  /// The address of virtual_actors::endpoint().
  static store_owner owner_without_default() { return {"http://127.0.0.1:1/token", {}}; }

  static service_context context_with(const std::shared_ptr<store_calls>& calls,
                                      std::size_t max_keys) {
    service_context result{virtual_actors::endpoint()};
    result.options.max_keys = max_keys;
    result.store = calls;
    return result;
  }

  /// A token that was acquired an hour ago.
  [[nodiscard]] stored_token kept(const std::string& resource,
                                  std::chrono::seconds life = 24h) const {
    stored_token result;
    result.identity = managed_identity::system_assigned();
    result.grant.token = secret{"kept " + resource};
    result.grant.resource = resource;
    result.cached_at = actors.now() - 1h;
    result.grant.expires_on = result.cached_at + life;
    return result;
  }

  /// The thread of the store runs, then the actors.
  void run_store() {
    runner->run_all();
    actors.run();
  }

  /// The store is empty, and has been loaded.
  void load_nothing() {
    store->content.clear();
    run_store();
  }

  [[nodiscard]] std::size_t requests() const { return actors.transport->started(); }

  [[nodiscard]] bool is_published(const char* resource) const {
    return actors.context->table->find(token_key{{}, resource}, actors.context->now()).has_value();
  }

  std::shared_ptr<scripted_store> store = std::make_shared<scripted_store>();
  std::shared_ptr<manual_runner> runner = std::make_shared<manual_runner>();
  std::shared_ptr<store_calls> calls;
  std::vector<store_failed> failures;
  virtual_actors actors;
  event_subscription subscription;
};

using texts = std::vector<std::string>;

}  // namespace midas::internal::test

// Services that keep their tokens in a store, whole.
#include "tests/service/scripted_service.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include <midas/file_token_store.hpp>
#include <midas/simulated_host.hpp>
#include <midas/token_handle.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace std::chrono_literals;

namespace {

// Each call does what the test says. Thread-safe.
class custom_store final : public token_store {
 public:
  expected<std::vector<stored_token>> load() override {
    ++loads;
    return on_load ? on_load() : std::vector<stored_token>{};
  }
  expected<void> save(std::span<const stored_token> tokens) override {
    saved += static_cast<int>(tokens.size());
    return on_save ? on_save() : expected<void>{};
  }
  expected<void> remove(std::span<const token_key> /*keys*/) override { return {}; }

  std::function<expected<std::vector<stored_token>>()> on_load;
  std::function<expected<void>()> on_save;
  std::atomic<int> loads = 0;
  std::atomic<int> saved = 0;
};

struct stored_host {
  store_directory directory;
  simulated_host imds;

  [[nodiscard]] std::shared_ptr<file_token_store> file() const {
    return std::make_shared<file_token_store>(file_token_store_options{.path = directory.file()});
  }

  [[nodiscard]] token_service_options options() const {
    auto result = options_for(imds.endpoint());
    result.store = file();
    return result;
  }

  [[nodiscard]] std::uint64_t requests() const { return imds.statistics().token_requests; }
};

std::chrono::nanoseconds time_of(const std::function<void()>& function) {
  const auto begun = std::chrono::steady_clock::now();
  function();
  return std::chrono::steady_clock::now() - begun;
}

}  // namespace

TEST_CASE("a second service answers from the file, without a request") {
  const stored_host host;
  std::string first;
  {
    token_service tokens{host.options()};
    const auto token = tokens.get(vault, patience);
    REQUIRE(token);
    CHECK(token->source() == token_source::identity_provider);
    first = token->token().reveal();
    // Destroyed at once: the file has the token.
  }
  REQUIRE(host.requests() == 1);
  token_service tokens{host.options()};
  const auto token = tokens.get(vault, patience);
  REQUIRE(token);
  CHECK(token->token().reveal() == first);
  CHECK(token->source() == token_source::cache);
  CHECK(host.requests() == 1);
}

TEST_CASE("two services share a file, and neither loses the other's tokens") {
  const stored_host host;
  {
    token_service one{host.options()};
    token_service other{host.options()};
    for (int i = 0; i < 5; ++i) {
      REQUIRE(one.get({.resource = "https://one-" + std::to_string(i)}, patience));
      REQUIRE(other.get({.resource = "https://other-" + std::to_string(i)}, patience));
    }
  }
  CHECK(host.file()->load()->size() == 10);
  token_service third{host.options()};
  for (int i = 0; i < 5; ++i) {
    CHECK(third.get({.resource = "https://one-" + std::to_string(i)}, patience));
    CHECK(third.get({.resource = "https://other-" + std::to_string(i)}, patience));
  }
  CHECK(host.requests() == 10);
}

TEST_CASE("a token of another endpoint does not answer") {
  const stored_host host;
  { CHECK(token_service{host.options()}.get(vault, patience)); }
  const simulated_host another;
  auto options = host.options();
  options.endpoint = another.endpoint();
  token_service tokens{options};
  CHECK(tokens.get(vault, patience));
  CHECK(another.statistics().token_requests == 1);
}

TEST_CASE("a user-assigned identity finds its token by the same id, in any case") {
  const stored_host host;
  auto id = sample_user_assigned_identity().client_id;
  const token_request by_id{.identity = managed_identity::client_id(id),
                            .resource = vault.resource};
  { REQUIRE(token_service{host.options()}.get(by_id, patience)); }
  auto options = host.options();
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::toupper(c); });
  options.identity = managed_identity::client_id(id);
  token_service tokens{options};
  CHECK(tokens.get(vault, patience));
  CHECK(host.requests() == 1);
}

TEST_CASE("a file that cannot be used is an event and a line of the log, and requests succeed") {
  const stored_host host;
  host.directory.write("{}", 0644);
  std::mutex mutex;
  std::vector<std::string> lines;
  auto options = host.options();
  options.log_level = event_severity::warning;
  options.log = [&](event_severity severity, std::string_view line) {
    const std::lock_guard lock{mutex};
    lines.push_back(std::string{to_string(severity)} + " " + std::string{line});
  };
  {
    token_service tokens{options};
    CHECK(tokens.get(vault, patience));
  }
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("warning store_failed operation=load unsaved=0 error=store_failed"));
  CHECK(lines[1].starts_with("warning store_failed operation=save unsaved=1 error=store_failed"));
}

TEST_CASE(
    "a store that hangs delays neither a request by its timeout nor a shutdown by its bound") {
  const auto release = std::make_shared<std::promise<void>>();
  const auto released = release->get_future().share();
  const auto store = std::make_shared<custom_store>();
  const auto transport = std::make_shared<scripted_transport>();
  auto options = options_for("http://127.0.0.1:9");
  options.store = store;
  const bool hangs_in_load = GENERATE(true, false);
  if (hangs_in_load) {
    store->on_load = [released] {
      released.wait();
      return std::vector<stored_token>{};
    };
  } else {
    store->on_save = [released]() -> expected<void> {
      released.wait();
      return {};
    };
  }
  auto tokens = make_token_service(options, transport);
  outcomes results;
  tokens.get_async(vault, patience, [&results](auto outcome) { results.add(std::move(outcome)); });
  while (transport->started() == 0) {
    std::this_thread::yield();
  }
  transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
  CHECK(results.wait_for(1).front());
  const auto elapsed = time_of([&tokens] { tokens.shutdown(); });
  CHECK(elapsed < 20s);
  release->set_value();
}

TEST_CASE("the end of a service waits for a slow store, which gets every token") {
  const auto store = std::make_shared<custom_store>();
  const auto transport = std::make_shared<scripted_transport>();
  auto options = options_for("http://127.0.0.1:9");
  options.store = store;
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  store->on_save = [&begun, &ended]() -> expected<void> {
    ++begun;
    std::this_thread::sleep_for(100ms);
    ++ended;
    return {};
  };
  {
    auto tokens = make_token_service(options, transport);
    outcomes results;
    for (std::size_t i = 0; i < 3; ++i) {
      tokens.get_async({.resource = "https://" + std::to_string(i)}, patience,
                       [&results](auto outcome) { results.add(std::move(outcome)); });
      while (transport->started() == i) {
        std::this_thread::yield();
      }
      transport->respond(i, 200, R"({"access_token":"T","expires_in":"86400"})");
      results.wait_for(i + 1);
    }
  }
  CHECK(store->saved == 3);
  CHECK(ended == begun);
}

TEST_CASE("what could not be saved is tried once more when the service ends") {
  const auto store = std::make_shared<custom_store>();
  const auto transport = std::make_shared<scripted_transport>();
  auto options = options_for("http://127.0.0.1:9");
  options.store = store;
  std::atomic<int> calls = 0;
  store->on_save = [&calls]() -> expected<void> {
    return ++calls == 1 ? expected<void>{fail(errc::store_failed, "busy")} : expected<void>{};
  };
  auto tokens = make_token_service(options, transport);
  std::promise<void> failed;
  const auto subscription = tokens.observe([&failed](const token_event& event) {
    if (std::holds_alternative<store_failed>(event)) {
      failed.set_value();
    }
  });
  tokens.get_async(vault, patience, nullptr);
  while (transport->started() == 0) {
    std::this_thread::yield();
  }
  transport->respond(0, 200, R"({"access_token":"T","expires_in":"86400"})");
  failed.get_future().wait();
  CHECK(calls == 1);
  tokens.shutdown();
  CHECK(calls == 2);
}

TEST_CASE("a store that asks its own service for a token does not wait for itself") {
  const auto store = std::make_shared<custom_store>();
  auto options = options_for("http://127.0.0.1:9");
  options.store = store;
  std::promise<errc> outcome;
  token_service* service = nullptr;
  std::promise<void> made;
  store->on_load = [&, ready = made.get_future().share()] {
    ready.wait();
    outcome.set_value(service->get(vault, patience).error().code);
    return std::vector<stored_token>{};
  };
  auto tokens = make_token_service(options, std::make_shared<scripted_transport>());
  service = &tokens;
  made.set_value();
  CHECK(outcome.get_future().get() == errc::would_block);
}

TEST_CASE("a service without a host does not touch its store") {
  const auto store = std::make_shared<custom_store>();
  auto options = options_for("ftp://127.0.0.1");
  options.store = store;
  {
    token_service tokens{options};
    CHECK_FALSE(tokens.get(vault, patience));
  }
  CHECK(store->loads == 0);
}

TEST_CASE("the service lets go of its store when it ends, whatever outlives it") {
  const auto store = std::make_shared<custom_store>();
  std::optional<token_handle> handle;
  {
    auto options = options_for("http://127.0.0.1:9");
    options.store = store;
    auto tokens = make_token_service(options, std::make_shared<scripted_transport>());
    handle = tokens.for_resource(vault.resource);
  }
  CHECK(store.use_count() == 1);
}

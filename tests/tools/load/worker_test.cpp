// Coordinators and workers over loopback, with runs that measure nothing.
#include "tools/load/workers/worker.hpp"

#include "messages/make_error.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/tools/load/support/sample_document.hpp"
#include "tests/tools/load/support/shared_secret.hpp"
#include "tools/load/document/write_load_document.hpp"
#include "tools/load/workers/coordinator.hpp"
#include "tools/load/workers/worker_message.hpp"

#include <atomic>
#include <stdexcept>
#include <system_error>
#include <thread>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using midas::internal::test::sample_document;
using midas::internal::test::shared_secret;

namespace {

const proxy::listen_address any_port{.address = "127.0.0.1"};

// A worker on a thread of its own.
class serving {
 public:
  explicit serving(worker_run run, std::string version = "1.2.3", secret known = shared_secret)
      : worker_({any_port, std::move(known), std::move(version)}, std::move(run)),
        thread_([this](const std::stop_token& stop) {
          worker_.serve([&stop] { return !stop.stop_requested(); });
        }) {}

  [[nodiscard]] proxy::listen_address address() const {
    return proxy::parse_listen_address(worker_.address()).value();
  }

 private:
  load_worker worker_;
  std::jthread thread_;
};

expected<std::string> sample_run(const std::vector<std::string>& /*arguments*/,
                                 const goes_on& /*is_wanted*/) {
  return to_json(sample_document());
}

// Runs until it is not wanted.
worker_run endless(std::atomic<int>& running) {
  return [&running](const auto&, const goes_on& is_wanted) -> expected<std::string> {
    ++running;
    while (is_wanted()) {
      std::this_thread::sleep_for(5ms);
    }
    --running;
    return fail(errc::shutting_down, "the run was ended");
  };
}

coordinator_options options_for(std::vector<proxy::listen_address> workers) {
  return {.workers = std::move(workers),
          .shared = shared_secret,
          .version = "1.2.3",
          .arguments = {"--once"}};
}

std::string failure_of(const coordinator_options& options) {
  const auto documents = run_on_workers(options);
  return documents ? "none" : documents.error().message;
}

template <class Condition>
bool becomes_true(Condition condition) {
  for (int i = 0; i < 3'000 && !condition(); ++i) {
    std::this_thread::sleep_for(10ms);
  }
  return condition();
}

}  // namespace

TEST_CASE("all workers run with the arguments of the coordinator at the same time") {
  std::atomic<int> together = 0;
  const auto run = [&together](const std::vector<std::string>& arguments,
                               const goes_on& is_wanted) -> expected<std::string> {
    CHECK(arguments == std::vector<std::string>{"--once"});
    ++together;
    // Neither ends before the other has begun.
    while (together < 2 && is_wanted()) {
      std::this_thread::sleep_for(1ms);
    }
    return to_json(sample_document());
  };
  const serving one{run};
  const serving other{run};
  const auto documents = run_on_workers(options_for({one.address(), other.address()}));
  REQUIRE(documents);
  CHECK(documents->size() == 2);
  CHECK(documents->front().whole.tokens == sample_document().whole.tokens);
  // A worker serves the next coordinator.
  CHECK(run_on_workers(options_for({one.address()})));
}

TEST_CASE("a coordinator and a worker that do not share the secret do not work together") {
  std::atomic<int> runs = 0;
  const serving worker{[&runs](const auto& arguments, const auto& is_wanted) {
    ++runs;
    return sample_run(arguments, is_wanted);
  }};
  auto options = options_for({worker.address()});
  options.shared = secret{std::string_view{"another secret of some length"}};
  CHECK_THAT(failure_of(options), Contains(proxy::to_string(worker.address())) &&
                                      Contains("refused: the secret is another one"));
  CHECK(runs == 0);
  CHECK(failure_of(options_for({worker.address()})) == "none");
}

TEST_CASE("a worker of another version is named") {
  const serving worker{&sample_run, "1.2.4"};
  CHECK_THAT(failure_of(options_for({worker.address()})),
             Contains("runs midas \"1.2.4\", and this is midas 1.2.3"));
}

TEST_CASE("a worker refuses options that concern its files") {
  const serving worker{&sample_run};
  auto options = options_for({worker.address()});
  options.arguments = {"--once", "--csv=/tmp/x"};
  CHECK_THAT(failure_of(options), Contains("does not accept the option \"--csv\""));
}

TEST_CASE("the failure of one worker is reported and ends the other runs") {
  std::atomic<int> running = 0;
  const serving endless_worker{endless(running)};
  SECTION("a run that fails") {
    const serving failing{[&running](const auto&, const auto&) -> expected<std::string> {
      becomes_true([&running] { return running == 1; });
      return fail(errc::invalid_configuration, "no such resource");
    }};
    CHECK_THAT(failure_of(options_for({endless_worker.address(), failing.address()})),
               Contains(proxy::to_string(failing.address())) && Contains("no such resource"));
  }
  SECTION("a document that is wrong") {
    const serving wrong{[&running](const auto&, const auto&) -> expected<std::string> {
      becomes_true([&running] { return running == 1; });
      return "{}";
    }};
    CHECK_THAT(failure_of(options_for({endless_worker.address(), wrong.address()})),
               Contains("sent a wrong document: schema is missing"));
  }
  SECTION("a run that hangs") {
    const serving hanging{[&running](const auto&, const auto&) -> expected<std::string> {
      becomes_true([&running] { return running == 1; });
      std::this_thread::sleep_for(1s);
      return to_json(sample_document());
    }};
    auto options = options_for({endless_worker.address(), hanging.address()});
    options.max_silence = 300ms;
    CHECK_THAT(failure_of(options), Contains("has been silent for"));
  }
  CHECK(becomes_true([&running] { return running == 0; }));
}

TEST_CASE("a run that throws is reported, and the worker serves the next coordinator") {
  std::atomic<int> runs = 0;
  const serving worker{[&runs](const auto& arguments, const auto& is_wanted) {
    if (++runs == 1) {
      throw std::runtime_error{"no more memory"};
    }
    return sample_run(arguments, is_wanted);
  }};
  CHECK_THAT(failure_of(options_for({worker.address()})),
             Contains(proxy::to_string(worker.address())) &&
                 Contains("the run has ended with an exception: no more memory"));
  CHECK(failure_of(options_for({worker.address()})) == "none");
}

TEST_CASE("a coordinator without a thread for each worker ends, and no run begins") {
  std::atomic<int> running = 0;
  const serving one{endless(running)};
  const serving other{endless(running)};
  int started = 0;
  auto options = options_for({one.address(), other.address()});
  options.start_thread = [&started](std::function<void()> run) {
    if (++started == 2) {
      throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)};
    }
    return std::jthread{std::move(run)};
  };
  const auto documents = run_on_workers(options);
  REQUIRE_FALSE(documents);
  CHECK(documents.error().code == errc::not_started);
  CHECK_THAT(documents.error().message, Contains("cannot start a thread for each worker"));
  CHECK_THAT(documents.error().advice, Contains("--workers"));
  CHECK(running == 0);
}

TEST_CASE("a worker that cannot be reached is named, and no other begins") {
  std::atomic<int> running = 0;
  const serving worker{endless(running)};
  auto closed = any_port;
  { const auto listener = listen_at(closed); }
  CHECK_THAT(failure_of(options_for({worker.address(), closed})),
             Contains(proxy::to_string(closed)) && Contains("cannot be connected to"));
  CHECK(running == 0);
}

TEST_CASE("a worker serves one coordinator at a time") {
  std::atomic<int> running = 0;
  std::atomic<bool> may_end = false;
  const serving worker{[&](const auto&, const goes_on& is_wanted) -> expected<std::string> {
    ++running;
    while (!may_end && is_wanted()) {
      std::this_thread::sleep_for(5ms);
    }
    return to_json(sample_document());
  }};
  const auto options = options_for({worker.address()});
  std::string first_problem;
  {
    const std::jthread first{[&] { first_problem = failure_of(options); }};
    REQUIRE(becomes_true([&running] { return running == 1; }));
    CHECK_THAT(failure_of(options), Contains("serves another coordinator"));
    may_end = true;
  }
  CHECK(first_problem == "none");
}

TEST_CASE("a worker survives connections that are not from a coordinator") {
  const serving worker{&sample_run};
  for (const std::string text :
       {"GET / HTTP/1.1", "{\"kind\":\"proof\"}", "{\"kind\":\"start\"}", "[[[[", ""}) {
    auto socket = connect_to(worker.address(), std::chrono::steady_clock::now() + 5s);
    REQUIRE(socket);
    line_socket peer{*std::move(socket)};
    CHECK(peer.write(text + std::string(text.empty() ? 100'000 : 0, 'x'), 5s));
  }
  CHECK(failure_of(options_for({worker.address()})) == "none");
}

TEST_CASE("a coordinator names an address that is not a worker") {
  auto address = any_port;
  const auto listener = listen_at(address);
  std::jthread server{[&listener] {
    line_socket peer{accept_from(listener, std::chrono::steady_clock::now() + 10s)};
    (void)peer.write("SSH-2.0-OpenSSH", 5s);
    (void)peer.read(100, std::chrono::steady_clock::now() + 5s);
  }};
  CHECK_THAT(failure_of(options_for({address})), Contains("is not a worker of midas load"));
}

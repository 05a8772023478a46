// A service with a token store at the end of a process, in a forked one, and under a limit on
// threads. Each case runs in a child process.
#include "tests/service/scripted_service.hpp"
#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/file_token_store.hpp>
#include <midas/simulated_host.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace stored_service_test {

using namespace std::chrono_literals;
using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

class hanging_store final : public token_store {
 public:
  expected<std::vector<stored_token>> load() override { return hang(); }
  expected<void> save(std::span<const stored_token> /*tokens*/) override { return {}; }
  expected<void> remove(std::span<const token_key> /*keys*/) override { return {}; }

 private:
  static std::vector<stored_token> hang() {
    for (;;) {
      std::this_thread::sleep_for(1h);
    }
  }
};

class empty_store final : public token_store {
 public:
  expected<std::vector<stored_token>> load() override { return std::vector<stored_token>{}; }
  expected<void> save(std::span<const stored_token> /*tokens*/) override { return {}; }
  expected<void> remove(std::span<const token_key> /*keys*/) override { return {}; }
};

token_service_options with_hanging_store(const simulated_host& host) {
  auto options = options_for(host.endpoint());
  options.store = std::make_shared<hanging_store>();
  return options;
}

token_service_options with_file(const std::string& endpoint, const store_directory& directory) {
  auto options = options_for(endpoint);
  options.store =
      std::make_shared<file_token_store>(file_token_store_options{.path = directory.file()});
  return options;
}

}  // namespace

TEST_CASE("a process exits while its store hangs, whoever owns the service") {
  CHECK(end_of_child([] {
          const simulated_host host;
          // Never destroyed.
          auto* const tokens = new token_service{with_hanging_store(host)};
          std::exit(tokens->get(vault, patience) ? 7 : 1);
          return 0;
        }) == "exit 7");
  CHECK(end_of_child([] {
          static const simulated_host host;
          static token_service tokens{with_hanging_store(host)};
          std::exit(tokens.get(vault, patience) ? 7 : 1);
          return 0;
        }) == "exit 7");
}

TEST_CASE("a forked child leaves the store of its parent alone, and uses one of its own") {
  const store_directory directory;
  CHECK(end_of_child([&directory] {
          const simulated_host host;
          token_service tokens{with_file(host.endpoint(), directory)};
          if (!tokens.get(vault, patience)) {
            return 1;
          }
          const auto ended = end_of_child([&] {
            const bool is_forked = !tokens.get(vault, patience);
            tokens.shutdown();
            token_service own{with_file(host.endpoint(), directory)};
            return is_forked && own.get({.resource = "https://child"}, patience) ? 0 : 1;
          });
          return ended == "exit 0" && tokens.get({.resource = "https://parent"}, patience) ? 0 : 2;
        }) == "exit 0");
  file_token_store store{{.path = directory.file()}};
  CHECK(store.load()->size() == 3);
}

TEST_CASE("a child that is forked while the store hangs ends") {
  CHECK(end_of_child([] {
          const simulated_host host;
          auto* const tokens = new token_service{with_hanging_store(host)};
          if (!tokens->get(vault, patience)) {
            return 1;
          }
          return end_of_child([tokens] {
                   delete tokens;
                   return 5;
                 }) == "exit 5"
                     ? 7
                     : 2;
        }) == "exit 7");
}

TEST_CASE("a service with a store works or fails with the reason under any limit on threads") {
  if (getuid() != 0) {
    WARN("skipped: only root can become a user without other processes");
    return;
  }
  const simulated_host imds;
  const auto endpoint = imds.endpoint();
  bool worked = false;
  for (rlim_t count = 1; count <= 13; ++count) {
    const auto ended = end_of_child([&] {
      const auto user = static_cast<uid_t>(200'000 + getpid() % 100'000);
      const rlimit limit{count, count};
      if (setrlimit(RLIMIT_NPROC, &limit) != 0 || setgid(user) != 0 || setuid(user) != 0) {
        return 98;
      }
      auto options = options_for(endpoint);
      options.store = std::make_shared<empty_store>();
      token_service tokens{options};
      const auto token = tokens.get(vault, 20s);
      return token ? 10 : token.error().code == errc::not_started ? 11 : 1;
    });
    INFO(count << " threads");
    CHECK((ended == "exit 10" || ended == "exit 11"));
    worked = worked || ended == "exit 10";
    CHECK((!worked || ended == "exit 10"));
  }
  CHECK(worked);
}

}  // namespace stored_service_test

// Two modules of one process, each with a copy of midas of its own, share nothing.
#include "messages/random_start.hpp"
#include "tests/processes/plugin/plugin.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child_process.hpp"
#include <midas/simulated_host.hpp>

#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace two_copies_test {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

const plugin& load(const char* path, int flags) {
  void* const module = dlopen(path, RTLD_NOW | flags);
  if (module == nullptr) {
    throw std::runtime_error{dlerror()};
  }
  return *static_cast<const plugin*>(dlsym(module, "midas_test_plugin"));
}

std::string take(const plugin& from, void* token) {
  std::string text = token == nullptr ? "" : from.text(token);
  from.destroy(token);
  return text;
}

// Returns a number that says what was wrong, or 0.
int share_a_process(int flags, const std::string& first_host, const std::string& second_host) {
  const auto& first = load(MIDAS_FIRST_PLUGIN, flags);
  const auto& second = load(MIDAS_SECOND_PLUGIN, flags);
  first.start(first_host.c_str());
  second.start(second_host.c_str());
  std::set<std::string> texts;
  // In an order in which equal numbers of tables, handles or slots would meet.
  for (const std::string resource : {"https://vault.azure.net", "https://storage.azure.com"}) {
    for (int i = 0; i < 3; ++i) {
      texts.insert(take(first, first.ask(resource.c_str())));
      texts.insert(take(second, second.ask(resource.c_str())));
    }
    if (!texts.contains(take(first, first.find(resource.c_str()))) ||
        !texts.contains(take(second, second.find(resource.c_str())))) {
      return 1;
    }
  }
  if (texts.size() != 4 || texts.contains("")) {
    return 2;
  }
  // The first handle of each module is for another resource.
  const auto by_handle = take(first, first.ask_by_handle("https://vault.azure.net"));
  const auto other = take(second, second.ask_by_handle("https://storage.azure.com"));
  if (by_handle == other || by_handle != take(first, first.ask("https://vault.azure.net")) ||
      other != take(second, second.ask("https://storage.azure.com"))) {
    return 3;
  }
  return 0;
}

// Tokens of one module in the hands of the other, in several threads.
int exchange_tokens(int flags, const std::string& first_host, const std::string& second_host) {
  const plugin* const modules[] = {&load(MIDAS_FIRST_PLUGIN, flags),
                                   &load(MIDAS_SECOND_PLUGIN, flags)};
  modules[0]->start(first_host.c_str());
  modules[1]->start(second_host.c_str());
  std::vector<void*> tokens;
  std::vector<std::string> texts;
  for (int i = 0; i < 8; ++i) {
    const auto* const from = modules[i % 2];
    const auto resource = "https://" + std::to_string(i / 2) + ".net";
    from->destroy(from->ask(resource.c_str()));
    // A reference to the thread's copy of the token.
    tokens.push_back(from->find(resource.c_str()));
    texts.emplace_back(from->text(tokens.back()));
  }
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 2'000; ++i) {
        const auto* const hands = modules[(i + i / 8) % 2];
        void* const copy = hands->copy(tokens[i % 8]);
        wrong += hands->text(copy) == texts[i % 8] ? 0 : 1;
        modules[i % 2]->destroy(copy);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  // Each is destroyed by the module that did not create it, after the services have ended.
  modules[0]->stop();
  modules[1]->stop();
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    wrong += modules[(i + 1) % 2]->text(tokens[i]) == texts[i] ? 0 : 1;
    modules[(i + 1) % 2]->destroy(tokens[i]);
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace

TEST_CASE("two copies of midas in a process never hand out each other's tokens") {
  const int flags = GENERATE(RTLD_LOCAL, RTLD_GLOBAL);
  const simulated_host first;
  const simulated_host second;
  CHECK(end_of_child([&] { return share_a_process(flags, first.endpoint(), second.endpoint()); }) ==
        "exit 0");
  CHECK(first.statistics().token_requests == 2);
  CHECK(second.statistics().token_requests == 2);
}

TEST_CASE("a token of one copy of midas is right in the hands of another copy") {
  const int flags = GENERATE(RTLD_LOCAL, RTLD_GLOBAL);
  const simulated_host first;
  const simulated_host second;
  CHECK(end_of_child([&] { return exchange_tokens(flags, first.endpoint(), second.endpoint()); }) ==
        "exit 0");
}

TEST_CASE("counters of different copies begin at different numbers, far from 0 and overflow") {
  std::set<std::uint64_t> starts;
  for (int i = 0; i < 1'000; ++i) {
    const auto start = random_start();
    CHECK(start > 0);
    CHECK(start <= std::uint64_t{1} << 63U);
    starts.insert(start);
  }
  CHECK(starts.size() == 1'000);
}

}  // namespace two_copies_test

// The pages in which secrets are kept.
#include "tests/support/catch.hpp"
#include "tests/support/forked_child.hpp"
#include <midas/access_token.hpp>
#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <atomic>
#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace midas;
using midas::internal::test::in_forked_child;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool has_own_pages = false;
#elif defined(__has_feature)
constexpr bool has_own_pages = !__has_feature(address_sanitizer);
#else
constexpr bool has_own_pages = true;
#endif

// The flags of the mapping that contains the address: " rd wr mr mw me ac dd ".
std::string flags_of(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps{"/proc/self/smaps"};
  bool found = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream in{line};
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    if (in >> std::hex >> begin >> dash >> end && dash == '-') {
      found = begin <= wanted && wanted < end;
    } else if (found && line.starts_with("VmFlags:")) {
      return line.substr(8) + " ";
    }
  }
  return {};
}

bool is_dumped(const void* address) { return flags_of(address).find(" dd ") == std::string::npos; }

}  // namespace

TEST_CASE("a secret of any size is in pages that core dumps leave out") {
  if (!has_own_pages) {
    WARN("skipped: with AddressSanitizer, secrets are on the heap");
    return;
  }
  const std::size_t size = GENERATE(1U, 15U, 16U, 2'000U, 4'096U, 16'384U, 16'385U, 1'000'000U);
  const secret value{std::string(size, 'x')};
  CHECK_FALSE(is_dumped(value.reveal().data()));
  CHECK_FALSE(is_dumped(value.reveal().data() + size - 1));
  const sensitive_string text(size + 16, 'x');
  CHECK_FALSE(is_dumped(text.data()));
  // Other memory is dumped.
  const std::string plain(size + 16, 'x');
  CHECK(is_dumped(plain.data()));
}

TEST_CASE("a token and its Authorization header are in pages that core dumps leave out") {
  if (!has_own_pages) {
    WARN("skipped: with AddressSanitizer, secrets are on the heap");
    return;
  }
  token_grant grant;
  grant.token = secret{"short"};
  const access_token token{grant, token_source::identity_provider};
  CHECK_FALSE(is_dumped(token.token().reveal().data()));
  CHECK_FALSE(is_dumped(token.authorization_header().reveal().data()));
}

TEST_CASE("small secrets share pages, and pages are used again") {
  if (!has_own_pages) {
    WARN("skipped: with AddressSanitizer, secrets are on the heap");
    return;
  }
  const auto pages = [] {
    std::set<std::uintptr_t> result;
    std::vector<secret> values;
    for (int i = 0; i < 1'000; ++i) {
      values.emplace_back(std::string(1'500, 'x'));
      result.insert(reinterpret_cast<std::uintptr_t>(values.back().reveal().data()) / 4'096);
    }
    return result;
  };
  auto used = pages();
  CHECK(used.size() < 600);
  for (int i = 0; i < 10; ++i) {
    used.merge(pages());
  }
  CHECK(used.size() < 700);
}

TEST_CASE("a forked child continues to use secrets, and makes and frees others") {
  const secret value{std::string(100, 'x')};
  CHECK(in_forked_child([&] {
          const secret another{std::string(100, 'y')};
          return value.reveal() == std::string(100, 'x') &&
                 another.reveal() == std::string(100, 'y') &&
                 (!has_own_pages || !is_dumped(value.reveal().data()));
        }) == 0);
}

TEST_CASE("a child that is forked while other threads make secrets does not hang") {
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&stop] {
      while (!stop) {
        const secret value{std::string(100, 'x')};
      }
    });
  }
  for (int i = 0; i < 100; ++i) {
    CHECK(in_forked_child([] {
            const secret value{std::string(100, 'y')};
            return value.reveal() == std::string(100, 'y');
          }) == 0);
  }
  stop = true;
  for (auto& thread : threads) {
    thread.join();
  }
}

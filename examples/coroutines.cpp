// Coroutines that ask at once, and wait without blocking a thread.
//
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_coroutines
#include <midas/midas.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <iostream>
#include <latch>
#include <sstream>

namespace {

using namespace std::chrono_literals;

// The least that a coroutine type needs; applications bring their own (Asio's, cppcoro's, ...).
struct fire_and_forget {
  struct promise_type {
    static fire_and_forget get_return_object() { return {}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
};

fire_and_forget read_secret(midas::token_service& tokens, std::latch& done) {
  const midas::token_request vault{.resource = "https://vault.azure.net"};
  const auto token = co_await tokens.async_get(vault, 5s);
  std::ostringstream line;
  if (token) {
    line << "got " << *token << '\n';
  } else {
    line << token.error() << '\n';
  }
  std::cout << line.str();
  done.count_down();
}

}  // namespace

int main() {
  constexpr int coroutines = 3;
  std::latch done{coroutines};
  for (int i = 0; i < coroutines; ++i) {
    read_secret(midas::token_service::shared(), done);
  }
  done.wait();
}

// Coroutines that request the same token at the same time and wait for it without blocking a
// thread.
//
// Try it with the simulated IMDS:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_coroutines
#include <midas/midas.hpp>

#include <chrono>
#include <coroutine>
#include <exception>
#include <iostream>
#include <latch>

namespace {

using namespace std::chrono_literals;

// A minimal coroutine type. Applications use the one of their framework (Asio, cppcoro, ...).
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
  // The request has a name because it must outlive the await.
  const midas::token_request vault{.resource = "https://vault.azure.net"};
  const auto token = co_await tokens.async_get(vault, 5s);
  // If the coroutine had to wait, it now runs on a thread of midas and must not block.
  if (token) {
    // token->authorization_header().reveal() is the Authorization header to send to the vault.
    // Printing a token shows <redacted> in its place.
    std::cout << "got " + to_string(*token) + "\n";
  } else {
    std::cerr << to_string(token.error()) + "\n";
  }
  done.count_down();
}

}  // namespace

int main() {
  // The three coroutines cause one HTTP request.
  constexpr int coroutines = 3;
  std::latch done{coroutines};
  for (int i = 0; i < coroutines; ++i) {
    read_secret(midas::token_service::shared(), done);
  }
  done.wait();
}

// An Asio program: coroutines in one thread request the same token at the same time.
//
// Try it with the simulated IMDS:
//   midas simulate --port 8080
//   AZURE_POD_IDENTITY_AUTHORITY_HOST=http://127.0.0.1:8080 midas_example_asio
#include <midas/adapters/asio.hpp>
#include <midas/midas.hpp>

#include <asio/awaitable.hpp>
#include <asio/bind_executor.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <iostream>

namespace {

using namespace std::chrono_literals;

asio::awaitable<void> read_secret(const midas::token_handle& vault) {
  const auto token = co_await midas::async_get(vault, 5s, asio::use_awaitable);
  if (token) {
    // token->authorization_header().reveal() is the Authorization header to send to the vault.
    std::cout << *token << '\n';
  } else {
    std::cerr << token.error() << '\n';
  }
}

}  // namespace

int main() {
  const auto vault = midas::token_service::shared().for_resource("https://vault.azure.net");
  asio::io_context io;
  for (int i = 0; i < 3; ++i) {
    asio::co_spawn(io, read_secret(vault), asio::detached);
  }
  midas::async_get(vault, 5s, asio::bind_executor(io, [](const auto& token) {
                     std::cout << (token ? "a callback gets it, too\n" : "no token\n");
                   }));
  io.run();  // The coroutines and the callback run here. midas requests one token for all of them.
}

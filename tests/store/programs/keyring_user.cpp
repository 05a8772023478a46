// A keyring with tokens, used by a process of its own. MIDAS_KEYRING_TIMEOUT is in milliseconds.
#include "tests/store/programs/store_commands.hpp"
#include <midas/keyring_token_store.hpp>

#include <cstdlib>
#include <string>

int main(int argc, char** argv) {
  if (argc < 3) {
    return 2;
  }
  const auto* const timeout = std::getenv("MIDAS_KEYRING_TIMEOUT");
  midas::keyring_token_store store{
      {.path = argv[1],
       .keyring_timeout =
           std::chrono::milliseconds{timeout == nullptr ? 10'000 : std::stoi(timeout)},
       .lock_timeout = std::chrono::minutes{2}}};
  return midas::internal::test::run_store_command(store, {argv + 2, argv + argc});
}

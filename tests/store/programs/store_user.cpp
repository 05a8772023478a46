// A file with tokens, used by a process of its own.
#include "tests/store/programs/store_commands.hpp"
#include <midas/file_token_store.hpp>

int main(int argc, char** argv) {
  if (argc < 3) {
    return 2;
  }
  midas::file_token_store store{{.path = argv[1], .lock_timeout = std::chrono::minutes{2}}};
  return midas::internal::test::run_store_command(store, {argv + 2, argv + argc});
}

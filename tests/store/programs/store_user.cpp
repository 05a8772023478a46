// Saves tokens in a file, or shows what is in it: a process of its own for the tests.
//
//   store_user PATH save RESOURCE...    one save() for each
//   store_user PATH save-for SECONDS RESOURCE   saves RESOURCE0.example, RESOURCE1.example and so
//   on
//                                       for that time, and prints how many
//   store_user PATH load                one line for each token: resource and token, in order
#include <midas/file_token_store.hpp>

#include <chrono>
#include <iostream>
#include <set>
#include <string>

namespace {

using namespace midas;

int save(file_token_store& store, const std::string& resource) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  stored_token token;
  token.identity = managed_identity::system_assigned();
  token.grant.token = secret{"token-for-" + resource};
  token.grant.resource = resource;
  token.grant.expires_on = now + std::chrono::hours{8};
  token.cached_at = now;
  const auto saved = store.save({&token, 1});
  if (!saved) {
    std::cerr << saved.error() << '\n';
  }
  return saved ? 0 : 1;
}

int save_for(file_token_store& store, double seconds, const std::string& resource) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  int count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) {
    if (const int failed = save(store, resource + std::to_string(count) + ".example");
        failed != 0) {
      return failed;
    }
  }
  std::cout << count << '\n';
  return 0;
}

int load(file_token_store& store) {
  const auto tokens = store.load();
  if (!tokens) {
    std::cerr << tokens.error() << '\n';
    return 1;
  }
  std::set<std::string> lines;
  for (const auto& each : *tokens) {
    lines.insert(each.grant.resource + " " + std::string{each.grant.token.reveal()});
  }
  for (const auto& each : lines) {
    std::cout << each << '\n';
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    return 2;
  }
  file_token_store store{{.path = argv[1], .lock_timeout = std::chrono::minutes{2}}};
  if (std::string{argv[2]} == "load") {
    return load(store);
  }
  if (argc == 5 && std::string{argv[2]} == "save-for") {
    return save_for(store, std::stod(argv[3]), argv[4]);
  }
  for (int i = 3; i < argc; ++i) {
    if (const int failed = save(store, argv[i]); failed != 0) {
      return failed;
    }
  }
  return 0;
}

// What the programs with a token store have in common: save tokens, or show what is stored.
//
//   PROGRAM PATH save RESOURCE...              one save() for each
//   PROGRAM PATH save-for SECONDS RESOURCE     saves RESOURCE0.example, RESOURCE1.example and so on
//   for
//                                              that time, and prints how many
//   PROGRAM PATH remove RESOURCE
//   PROGRAM PATH load                          one line for each token: resource and token, in
//   order
#pragma once

#include <midas/token_store.hpp>

#include <chrono>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace midas::internal::test {

inline int save(token_store& store, const std::string& resource) {
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

inline int save_for(token_store& store, double seconds, double pause, const std::string& resource) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>{seconds};
  int count = 0;
  for (; std::chrono::steady_clock::now() < end; ++count) {
    if (const int failed = save(store, resource + std::to_string(count) + ".example");
        failed != 0) {
      return failed;
    }
    std::this_thread::sleep_for(std::chrono::duration<double>{pause});
  }
  std::cout << count << '\n';
  return 0;
}

inline int load(token_store& store) {
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

inline int remove(token_store& store, const std::string& resource) {
  const auto key = make_key({}, resource);
  const auto removed = key ? store.remove({&*key, 1}) : unexpected{key.error()};
  if (!removed) {
    std::cerr << removed.error() << '\n';
  }
  return removed ? 0 : 1;
}

/// `arguments` are those after the path.
inline int run_store_command(token_store& store, const std::vector<std::string>& arguments) {
  const auto& command = arguments.at(0);
  if (command == "load") {
    return load(store);
  }
  if (command == "remove") {
    return remove(store, arguments.at(1));
  }
  if (command == "save-for") {
    return save_for(store, std::stod(arguments.at(1)), std::stod(arguments.at(2)), arguments.at(3));
  }
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (const int failed = save(store, arguments[i]); failed != 0) {
      return failed;
    }
  }
  return 0;
}

}  // namespace midas::internal::test

#include "tools/store/asking_turn.hpp"

#include "transport/formats/sha256.hpp"

#include <utility>

namespace midas::internal::tools {

namespace {

// A lock of its own for each key, so that requests for different resources do not wait for each
// other.
std::string lock_name(const std::string& store_name, const store_question& question) {
  constexpr std::size_t digits = 16;
  const auto& [identity, resource] = question.key;
  const auto text = to_string(identity) + '\n' + resource + '\n' + question.endpoint;
  return store_name + ".asking-" + sha256_hex(text).substr(0, digits);
}

}  // namespace

asking_turn::asking_turn(std::string store_path, const store_question& question)
    : store_path_(std::move(store_path)) {
  auto opened = private_file::open({.path = store_path_}, true);
  if (opened && *opened) {
    store_.emplace(**std::move(opened));
    name_ = lock_name(store_->name(), question);
  }
}

asking_turn::outcome asking_turn::wait_for(std::chrono::milliseconds patience) {
  if (!store_) {
    return outcome::impossible;
  }
  const auto begun = std::chrono::steady_clock::now();
  auto lock = file_lock::acquire(store_->directory(), name_, store_path_, {.timeout = patience});
  if (lock) {
    lock_.emplace(*std::move(lock));
    return outcome::held;
  }
  // It gives up before its time only if the lock cannot be made.
  return std::chrono::steady_clock::now() - begun < patience ? outcome::impossible : outcome::busy;
}

}  // namespace midas::internal::tools

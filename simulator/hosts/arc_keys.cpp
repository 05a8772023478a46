#include "simulator/hosts/arc_keys.hpp"

#include "simulator/tokens/random_text.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace midas::internal::simulator {
namespace {

/// Far more than the number of callers that are between their two requests at any time.
constexpr std::size_t max_keys = 1024;

}  // namespace

arc_keys::arc_keys(const std::string& directory) : directory_(directory) {}

std::string arc_keys::challenge() {
  if (issued_.size() >= max_keys) {
    directory_.remove(issued_.front().file);
    issued_.pop_front();
  }
  auto key = random_hexadecimal(64);
  auto file = directory_.write(random_hexadecimal(16) + ".key", key);
  issued_.push_back({file, std::move(key)});
  return file;
}

bool arc_keys::redeem(std::string_view key) {
  const auto found = std::find_if(issued_.begin(), issued_.end(),
                                  [key](const issued_key& each) { return each.key == key; });
  if (found == issued_.end()) {
    return false;
  }
  directory_.remove(found->file);
  issued_.erase(found);
  return true;
}

}  // namespace midas::internal::simulator

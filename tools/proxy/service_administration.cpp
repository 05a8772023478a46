#include "tools/proxy/service_administration.hpp"

#include "service/held_tokens.hpp"

#include <chrono>

namespace midas::internal::tools {

std::vector<proxy::held_key> service_administration::keys() {
  std::vector<proxy::held_key> result;
  for (auto& held : held_tokens(tokens_)) {
    result.push_back({std::move(held.key), held.expires_on,
                      std::chrono::floor<std::chrono::seconds>(held.refresh_in)});
  }
  return result;
}

std::size_t service_administration::flush(const proxy::key_selection& selected) {
  const auto count =
      forget_tokens(tokens_, [&selected](const token_key& key) { return selected.selects(key); });
  // Afterwards: a refusal that arrives in between is forgotten, too.
  proxy_.forget_refusals();
  return count;
}

}  // namespace midas::internal::tools

#include "bench/cached_azure_identity.hpp"

#include <cstdlib>
#include <mutex>
#include <string_view>
#include <unordered_set>

namespace midas::internal::bench {

namespace {

bool is_plain(char character) {
  static const std::unordered_set<char> others{'-', '.', '_', '~'};
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || others.contains(character);
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  for (const auto character : text) {
    if (is_plain(character)) {
      result += character;
    } else {
      const auto byte = static_cast<unsigned char>(character);
      result += '%';
      result += digits[byte / 16U];
      result += digits[byte % 16U];
    }
  }
  return result;
}

std::string resource_of(const std::string& scope) {
  constexpr std::string_view suffix = "/.default";
  auto resource = scope;
  if (resource.ends_with(suffix)) {
    resource = resource.substr(0, resource.size() - suffix.size());
  }
  return percent_encoded(resource);
}

}  // namespace

void azure_identity_cache::add(const std::string& resource, const plain_token& token) {
  auto made = std::make_shared<entry>();
  made->token = token;
  entries_[{percent_encoded(resource), {}}] = std::move(made);
}

plain_token azure_identity_cache::get(const context& requested) {
  const auto resource = resource_of(requested.scopes.front());
  return find(resource, {}, requested.minimum_expiration,
              [this, &requested, &resource]() -> plain_token {
                // Never called, because all tokens are cached. Captures what the real function
                // captures.
                if (entries_.empty() || requested.scopes.empty() || resource.empty()) {
                  return {};
                }
                std::abort();
              });
}

plain_token azure_identity_cache::get(const context& requested,
                                      const std::function<plain_token()>& acquire) {
  return find(resource_of(requested.scopes.front()), {}, requested.minimum_expiration, acquire);
}

plain_token azure_identity_cache::find(const std::string& resource, const std::string& tenant,
                                       std::chrono::system_clock::duration minimum_expiration,
                                       const std::function<plain_token()>& acquire) {
  const auto found = entry_of({resource, tenant});
  const auto is_fresh = [&found, minimum_expiration] {
    return found->token.expires_on - minimum_expiration > std::chrono::system_clock::now();
  };
  {
    const std::shared_lock lock{found->mutex};
    if (is_fresh()) {
      return found->token;
    }
  }
  const std::lock_guard lock{found->mutex};
  if (!is_fresh()) {
    found->token = acquire();
  }
  return found->token;
}

std::shared_ptr<azure_identity_cache::entry> azure_identity_cache::entry_of(const key& wanted) {
  {
    const std::shared_lock lock{mutex_};
    if (const auto found = entries_.find(wanted); found != entries_.end()) {
      return found->second;
    }
  }
  const std::lock_guard lock{mutex_};
  auto& made = entries_[wanted];
  if (made == nullptr) {
    made = std::make_shared<entry>();
  }
  return made;
}

}  // namespace midas::internal::bench

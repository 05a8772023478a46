// A token as it is handed out: what it is, for what, and how long.
#pragma once

#include <midas/messages/secret.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace midas {

/// Where a token that was handed out came from.
enum class token_source : std::uint8_t {
  /// It was held already.
  cache,
  /// It was acquired from the host's identity endpoint for this request, or for one that it joined.
  identity_provider,
};

/// "cache" or "identity_provider", the words of MSAL Python's token_source.
std::string_view to_string(token_source source) noexcept;

/// What an identity endpoint granted. Whole seconds, since that is what endpoints state, and
/// because nanoseconds since 1970 end in 2262 while endpoints have granted tokens into the year
/// 3333.
struct token_grant {
  secret token{};
  /// "Bearer" unless the endpoint says otherwise.
  std::string token_type = "Bearer";
  /// The resource as asked for, reduced from a scope.
  std::string resource{};
  /// UTC.
  std::chrono::sys_seconds expires_on{};
  /// From when on a new token should be sought, while this one is still good; none when its life is
  /// too short for that.
  std::optional<std::chrono::sys_seconds> refresh_on{};
};

/// A handle to one immutable grant; copying it copies a pointer, never the token. Thread-safe as a
/// std::shared_ptr to const is. A default-constructed one is empty and must not be asked for more
/// than empty().
class access_token {
 public:
  access_token() noexcept = default;
  access_token(token_grant grant, token_source source);

  [[nodiscard]] bool empty() const noexcept { return grant_ == nullptr; }

  /// The token; `token().reveal()` gives the text to put behind "Authorization: Bearer ".
  [[nodiscard]] const secret& token() const noexcept { return grant_->token; }
  [[nodiscard]] const std::string& token_type() const noexcept { return grant_->token_type; }
  [[nodiscard]] const std::string& resource() const noexcept { return grant_->resource; }
  [[nodiscard]] std::chrono::sys_seconds expires_on() const noexcept { return grant_->expires_on; }
  [[nodiscard]] std::optional<std::chrono::sys_seconds> refresh_on() const noexcept {
    return grant_->refresh_on;
  }
  [[nodiscard]] token_source source() const noexcept { return source_; }

  /// The same token, said to come from the cache.
  [[nodiscard]] access_token from_cache() const noexcept;

 private:
  std::shared_ptr<const token_grant> grant_;
  token_source source_ = token_source::cache;
};

/// Shows everything but the token.
std::string to_string(const access_token&);
std::ostream& operator<<(std::ostream&, const access_token&);

}  // namespace midas

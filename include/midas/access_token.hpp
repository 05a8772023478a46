// A token as it is handed out: what it is, for what, and how long.
#pragma once

#include <midas/detail/access.hpp>
#include <midas/detail/biased_refcount.hpp>
#include <midas/detail/export.hpp>
#include <midas/secret.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  /// The two as the value of an Authorization header. Whoever has it with `token` in one piece of
  /// memory gives it; where it is empty, access_token makes it.
  secret authorization_header{};
  /// The resource as asked for, reduced from a scope.
  std::string resource{};
  /// UTC.
  std::chrono::sys_seconds expires_on{};
  /// From when on a new token should be sought, while this one is still good; none when its life is
  /// too short for that.
  std::optional<std::chrono::sys_seconds> refresh_on{};
};

/// A handle to one immutable grant; copying it copies a pointer, never the token. Thread-safe as a
/// std::shared_ptr to const is. What it gives is valid as long as it or a copy of it lives, the
/// service gone or not. A default-constructed one is empty and must not be asked for more than
/// empty().
class access_token {
 public:
  access_token() noexcept = default;
  access_token(token_grant grant, token_source source);

  /// For midas itself: one more reference to a token.
  access_token(detail::biased_refcount& refcount, token_source source) noexcept
      : refcount_(&refcount), source_(source) {
    refcount_->hold();
  }

  access_token(const access_token& other) noexcept
      : refcount_(other.refcount_), source_(other.source_) {
    if (refcount_ != nullptr) {
      refcount_->hold();
    }
  }
  access_token(access_token&& other) noexcept
      : refcount_(std::exchange(other.refcount_, nullptr)), source_(other.source_) {}
  access_token& operator=(access_token other) noexcept {
    std::swap(refcount_, other.refcount_);
    source_ = other.source_;
    return *this;
  }
  ~access_token() {
    if (refcount_ != nullptr) {
      refcount_->release();
    }
  }

  [[nodiscard]] bool empty() const noexcept { return refcount_ == nullptr; }

  /// The token alone; `token().reveal()` gives the text.
  [[nodiscard]] const secret& token() const noexcept { return grant().token; }
  /// The value of the Authorization header to send it in, "Bearer ..." as a rule:
  /// `authorization_header().reveal()` is ready text, of which nothing is put together at the call.
  [[nodiscard]] const secret& authorization_header() const noexcept {
    return grant().authorization_header;
  }
  [[nodiscard]] const std::string& token_type() const noexcept { return grant().token_type; }
  [[nodiscard]] const std::string& resource() const noexcept { return grant().resource; }
  [[nodiscard]] std::chrono::sys_seconds expires_on() const noexcept { return grant().expires_on; }
  [[nodiscard]] std::optional<std::chrono::sys_seconds> refresh_on() const noexcept {
    return grant().refresh_on;
  }
  [[nodiscard]] token_source source() const noexcept { return source_; }

  /// The same token, said to come from the cache.
  [[nodiscard]] access_token from_cache() const noexcept;

 private:
  friend struct detail::access;

  [[nodiscard]] const token_grant& grant() const noexcept { return refcount_->grant(); }

  detail::biased_refcount* refcount_ = nullptr;
  token_source source_ = token_source::cache;
};

/// Shows everything but the token.
std::string to_string(const access_token&);
std::ostream& operator<<(std::ostream&, const access_token&);

}  // namespace midas

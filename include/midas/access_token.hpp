// An access token as callers receive it: the secret, its resource, and its lifetime.
#pragma once

#include <midas/detail/access.hpp>
#include <midas/detail/biased_refcount.hpp>
#include <midas/detail/export.hpp>
#include <midas/detail/time_types.hpp>
#include <midas/secret.hpp>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

/// Where the token in an answer came from.
enum class token_source : std::uint8_t {
  /// The service had the token in memory.
  cache,
  /// The host granted the token for this request, or for a request that this one joined.
  identity_provider,
};

/// "cache" or "identity_provider", the values of token_source in MSAL Python. Any thread.
MIDAS_EXPORT std::string_view to_string(token_source source) noexcept;

/// What the host granted, as a plain value. Times are whole seconds, the resolution of the identity
/// endpoints. (Nanoseconds since 1970 overflow in 2262, and endpoints have granted tokens until the
/// year 3333.)
struct token_grant {
  /// The token alone.
  secret token{};
  /// "Bearer" unless the endpoint states another type.
  std::string token_type = "Bearer";
  /// `token_type` and `token` as the value of an Authorization header. If it is empty, access_token
  /// composes it.
  secret authorization_header{};
  /// The resource as requested, without a "/.default" of a scope.
  std::string resource{};
  /// When the token expires (UTC).
  std::chrono::sys_seconds expires_on{};
  /// When the token should be refreshed (UTC): the time that the host states, otherwise half of the
  /// lifetime. Empty if the host states none and the lifetime is less than two hours.
  std::optional<std::chrono::sys_seconds> refresh_on{};
};

/// A shared reference to one immutable grant. Copying it never copies the token.
///
/// Thread-safe like std::shared_ptr<const T>: distinct objects may be used by distinct threads,
/// even if they refer to the same token. References returned by the accessors stay valid while this
/// object or a copy of it exists, even after the service is destroyed. A default-constructed or
/// moved-from object is empty: only empty(), source(), to_string(), assignment and destruction are
/// allowed then, and any other call is undefined.
class MIDAS_EXPORT access_token {
 public:
  access_token() noexcept = default;
  /// A token of the application's own making, e.g. for a test. Takes over `grant`, and composes its
  /// authorization_header if that is empty.
  access_token(token_grant grant, token_source source);

  /// For midas itself: adds a reference to a token that the library holds.
  access_token(detail::biased_refcount& refcount, token_source source) noexcept
      : refcount_(&refcount), origin_(static_cast<std::uint8_t>(source)) {
    refcount_->hold();
  }

  /// Another reference to the same grant.
  access_token(const access_token& other) noexcept
      : refcount_(other.refcount_), origin_(other.origin_) {
    if (refcount_ != nullptr) {
      refcount_->hold();
    }
  }
  /// Leaves `other` empty.
  access_token(access_token&& other) noexcept
      : refcount_(std::exchange(other.refcount_, nullptr)), origin_(other.origin_) {}
  /// Releases the current grant, and refers to that of `other`.
  access_token& operator=(access_token other) noexcept {
    std::swap(refcount_, other.refcount_);
    origin_ = other.origin_;
    return *this;
  }
  ~access_token() {
    if (refcount_ != nullptr) {
      refcount_->release();
    }
  }

  /// True for a default-constructed or moved-from object. Tokens from midas are never empty.
  [[nodiscard]] bool empty() const noexcept { return refcount_ == nullptr; }

  /// The token alone; `token().reveal()` returns its text.
  [[nodiscard]] const secret& token() const noexcept { return grant().token; }
  /// The value of an Authorization header, usually "Bearer ...". Composed once per token, so
  /// `authorization_header().reveal()` costs nothing.
  [[nodiscard]] const secret& authorization_header() const noexcept {
    return grant().authorization_header;
  }
  /// "Bearer" unless the endpoint states another type.
  [[nodiscard]] const std::string& token_type() const noexcept { return grant().token_type; }
  /// The resource as requested, without the "/.default" of a scope. The identity is that of the
  /// request (token_handle::request()); its ids are claims of the token (docs/identities.md).
  [[nodiscard]] const std::string& resource() const noexcept { return grant().resource; }
  /// When the token expires (UTC). A caller that keeps a token must stop using it by then.
  [[nodiscard]] std::chrono::sys_seconds expires_on() const noexcept { return grant().expires_on; }
  /// When the token should be refreshed (UTC): the time that the host states, otherwise half of the
  /// lifetime. midas begins then, or up to five minutes later (docs/resilience.md). Empty if the
  /// host states none and the lifetime is less than two hours; midas then refreshes the token
  /// shortly before it may no longer be handed out.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> refresh_on() const noexcept {
    return grant().refresh_on;
  }
  /// Whether this answer came from memory. A property of the answer, not of the token.
  [[nodiscard]] token_source source() const noexcept {
    return static_cast<token_source>(origin_ & source_bit);
  }
  /// True if the request had claims that the host cannot pass on. The token was acquired for
  /// this request all the same, or for one with the same claims that it joined, but the resource
  /// that sent the claims may refuse it again. A property of the answer, not of the token.
  [[nodiscard]] bool claims_not_passed_on() const noexcept { return (origin_ & claims_bit) != 0; }

  /// The same token with token_source::cache as its source.
  [[nodiscard]] access_token from_cache() const noexcept;
  /// The same token, with true for claims_not_passed_on().
  [[nodiscard]] access_token with_claims_not_passed_on() const noexcept;

 private:
  friend struct detail::access;

  // One byte for both properties of an answer, so that a copy costs no more than for one of them.
  static constexpr std::uint8_t source_bit = 1;
  static constexpr std::uint8_t claims_bit = 2;

  [[nodiscard]] const token_grant& grant() const noexcept { return refcount_->grant(); }

  detail::biased_refcount* refcount_ = nullptr;
  std::uint8_t origin_ = static_cast<std::uint8_t>(token_source::cache);
};

/// One line with everything but the token itself, which prints as `<redacted>`. Any thread.
MIDAS_EXPORT std::string to_string(const access_token&);
/// Writes to_string().
MIDAS_EXPORT std::ostream& operator<<(std::ostream&, const access_token&);

}  // namespace midas

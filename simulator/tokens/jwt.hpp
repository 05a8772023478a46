// Tokens that look like those of Microsoft Entra ID, and prove nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);

/// What varies from token to token. Times are Unix seconds.
struct jwt_claims {
  /// `aud`.
  std::string_view resource;
  /// `appid`.
  std::string_view client_id;
  /// `oid` and `sub`.
  std::string_view object_id;
  /// `xms_mirid`.
  std::string_view resource_id;
  /// `tid`, and part of `iss` and `idp`.
  std::string_view tenant_id;
  /// `iat` and `nbf`.
  std::int64_t not_before = 0;
  /// `exp`.
  std::int64_t expires_on = 0;
};

/// A finished token but for its `uti`, the claim that tells two tokens apart. Making one costs a
/// microsecond or two, stamping a copy of it some nanoseconds: so make one a second for each
/// identity and resource.
struct jwt_template {
  /// header.payload.signature, about 1.8 kB with a resource of usual length. The signature is
  /// filler of the right size: decoded, it says so.
  std::string text;
  /// Where in the text the unique_id_size characters that stamp_unique_id() replaces begin.
  std::size_t unique_id_at = 0;
};

inline constexpr std::size_t unique_id_size = 32;

[[nodiscard]] jwt_template make_jwt_template(const jwt_claims& claims);

/// Writes the unique id made of the two numbers to slot[0 .. unique_id_size). Different pairs give
/// different tokens.
void stamp_unique_id(char* slot, std::uint64_t issuer, std::uint64_t serial) noexcept;

}  // namespace midas::internal::simulator

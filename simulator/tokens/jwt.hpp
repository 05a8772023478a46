// Tokens in the form of Microsoft Entra ID's, without a valid signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::simulator {

/// base64url without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);

/// The claims that differ between tokens. Times are Unix seconds.
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

/// A token that is complete except for its `uti`, the claim that makes it unique. Making a template
/// takes a microsecond or two, stamping a copy of it only nanoseconds, so one template serves all
/// tokens of the same identity, resource and second.
struct jwt_template {
  /// header.payload.signature, about 1.8 kB for a resource of typical length. The signature is
  /// filler of the right size, and says so when decoded.
  std::string text;
  /// The position in the text of the unique_id_size characters that stamp_unique_id() replaces.
  std::size_t unique_id_at = 0;
};

inline constexpr std::size_t unique_id_size = 32;

[[nodiscard]] jwt_template make_jwt_template(const jwt_claims& claims);

/// Writes the unique id of the two numbers to slot[0 .. unique_id_size). Different pairs give
/// different ids.
void stamp_unique_id(char* slot, std::uint64_t issuer, std::uint64_t serial) noexcept;

}  // namespace midas::internal::simulator

// Certificate pinning: a server is trusted by the thumbprint of its certificate, not by issuer and
// name.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Parses a thumbprint: the SHA-1 of a certificate's DER as 40 hexadecimal digits in upper or lower
/// case. Colons, white space and invisible characters are skipped anywhere (the Windows certificate
/// dialog, for example, copies a U+200E before the digits). Fails with errc::invalid_configuration;
/// the error names `variable`, the environment variable that holds `text` (on Service Fabric
/// IDENTITY_SERVER_THUMBPRINT), and does not repeat the value. Any thread.
expected<sha1_digest> parse_thumbprint(std::string_view variable, std::string_view text);

/// True if the digests are equal. Takes the same time wherever they differ.
bool certificate_matches(const sha1_digest& pin, const sha1_digest& certificate) noexcept;

/// 40 hexadecimal digits in upper case, the form of Azure's own tools.
std::string to_thumbprint(const sha1_digest& digest);

}  // namespace midas::internal

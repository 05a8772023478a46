// A server's certificate, trusted by its thumbprint instead of by its issuer and name.
#pragma once

#include "messages/http_message.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>

namespace midas::internal {

/// Reads a thumbprint: the SHA-1 of a certificate's DER as 40 hexadecimal digits, in upper or lower
/// case. Colons, white space and invisible marks (such as the U+200E in front of what the Windows
/// certificate dialog lets people copy) may stand anywhere and are left out. Fails with
/// errc::invalid_configuration, naming `variable`, the environment variable that `text` is the
/// value of (Service Fabric: IDENTITY_SERVER_THUMBPRINT); the error does not repeat the value. May
/// be called from any thread.
expected<sha1_digest> parse_thumbprint(std::string_view variable, std::string_view text);

/// Whether a server whose certificate has this digest is the one that the pin stands for. Takes
/// equally long wherever they differ.
bool certificate_matches(const sha1_digest& pin, const sha1_digest& certificate) noexcept;

/// 40 hexadecimal digits in upper case, as Azure's own tools show thumbprints.
std::string to_thumbprint(const sha1_digest& digest);

}  // namespace midas::internal

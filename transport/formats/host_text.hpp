// The one way in which a text that a host sent gets into an error, a report or a log line.
#pragma once

#include <midas/secret.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal {

/// `text` as one line of at most `max_bytes` (see one_line), with "<redacted>" in place of
/// - whatever repeats one of the `proofs` (http_response::proofs), or at least eight characters of
///   one: as it is, percent-encoded, escaped as in JSON or HTML, in base64 or base64url, in any
///   case, with any white space in between, and up to three of these escapes nested; also if the
///   proof itself contains what looks like an escape;
/// - whatever looks like a JSON Web Token.
///
/// A proof of fewer than four characters is not a secret, and is not looked for. Takes time linear
/// in the sizes of `proofs` and `max_bytes`, however long `text` is.
std::string shown_host_text(std::string_view text, std::span<const secret> proofs,
                            std::size_t max_bytes);

/// Whether shown_host_text() would replace a part of `text` because of the `proofs`.
bool repeats_proof(std::string_view text, std::span<const secret> proofs);

}  // namespace midas::internal

// UUIDs, which Microsoft calls GUIDs: random ones identify requests.
#pragma once

#include <array>
#include <string>

namespace midas::internal {

/// A random UUID of version 4 (RFC 9562), such as "3f1c9b52-7d0e-4c1a-9a54-0c2f6f0f5a11". Made from
/// the system's random bytes, or from the time if they are unavailable, so it is not a secret.
/// Thread-safe.
std::string random_uuid();

/// The UUID made from these random bytes; version and variant overwrite six bits.
std::string uuid_of(std::array<unsigned char, 16> bytes);

}  // namespace midas::internal

// Random UUIDs, which name requests.
#pragma once

#include <array>
#include <string>

namespace midas::internal {

/// A random UUID of version 4 (RFC 9562), such as "3f1c9b52-7d0e-4c1a-9a54-0c2f6f0f5a11", of the
/// system's random bytes; where it gives none, of the time, so not to be used where a guess would
/// do harm. From any thread.
std::string random_uuid();

/// The UUID that is made of these random bytes: version and variant overwrite six bits.
std::string uuid_of(std::array<unsigned char, 16> bytes);

}  // namespace midas::internal

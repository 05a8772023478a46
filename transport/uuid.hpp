// Random UUIDs, which name requests.
#pragma once

#include <array>
#include <string>

namespace midas {

/// A random UUID of version 4 (RFC 9562), such as "3f1c9b52-7d0e-4c1a-9a54-0c2f6f0f5a11", from a
/// generator of each thread's own that OpenSSL's seeds: unique enough to find a request by, which
/// is all that it is for, but not to be used where a guess would do harm.
std::string random_uuid();

/// The UUID that is made of these random bytes: version and variant overwrite six bits.
std::string uuid_of(std::array<unsigned char, 16> bytes);

}  // namespace midas

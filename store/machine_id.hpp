// An id of this machine that can be shown: nobody can compute the machine's own id from it.
#pragma once

#include <midas/error.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal {

using id128 = std::array<std::uint8_t, 16>;

/// 32 hexadecimal digits, with hyphens or not, and with white space around them. Empty for another
/// text, and for an id of only zeros.
std::optional<id128> parse_id128(std::string_view text) noexcept;

/// The id for one application, in 32 hexadecimal digits: the first half of an HMAC-SHA-256 of the
/// application's id, keyed with the machine's, marked as a random UUID. The same as systemd's
/// sd_id128_get_machine_app_specific().
std::string application_id(const id128& machine, const id128& application);

/// This machine's id for the token store, from /etc/machine-id; where that is missing, as in many
/// containers, from the id that the kernel chose when it started, which is another one after a
/// restart. Fails with errc::store_failed if neither can be read.
expected<std::string> this_machine();

/// The same with other files, of which the first that has an id counts.
expected<std::string> machine_of(const std::array<const char*, 3>& files);

}  // namespace midas::internal

// The members of the configuration file: one table for the reader, the checks, the reload and the
// documentation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// A number's range, in the unit of the member: milliseconds for durations.
struct member_range {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

struct configuration_member {
  /// In the file, e.g. "idle_timeout".
  std::string_view name{};
  /// What to write, e.g. "duration"; for the documentation.
  std::string_view type{};
  /// As it would be written in the file; "" if the member has no default.
  std::string_view default_text{};
  /// Of a number or a duration; both 0 for other types.
  member_range range{};
  bool is_duration = false;
  /// True if SIGHUP applies a new value; false if the proxy must be restarted.
  bool reloads = false;
  /// One sentence or two, without a line break.
  std::string_view meaning{};
};

/// All members of the outermost object, in the order of the documentation.
[[nodiscard]] std::span<const configuration_member> configuration_members() noexcept;

/// The member of that name; null without one.
[[nodiscard]] const configuration_member* find_member(std::string_view name) noexcept;

/// "from 1 to 64" or "from 100ms to 1h"; empty for a member that has no range.
[[nodiscard]] std::string range_text(const configuration_member& member);

/// A whole number of milliseconds as it is written in the file, e.g. "2min", "1500ms".
[[nodiscard]] std::string duration_in_file(std::int64_t milliseconds);

}  // namespace midas::internal::proxy

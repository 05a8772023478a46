// How many descriptors the process may open, and how many of them clients get.
#pragma once

#include <cstddef>

namespace midas::internal::proxy {

/// RLIMIT_NOFILE, the soft limit; SIZE_MAX if there is none. Any thread.
[[nodiscard]] std::size_t descriptor_limit() noexcept;

/// Raises the soft limit to the hard one, which needs no privilege. For programs: the limit is that
/// of the whole process, and select() cannot use the descriptors from 1,024 on.
void raise_descriptor_limit() noexcept;

/// The connections to accept of the `wanted` ones with so many descriptors. The rest of these is
/// for the host, the workers, the administrator and the metrics: without it, idle clients would
/// leave no descriptor to get a token with.
[[nodiscard]] std::size_t affordable_connections(std::size_t wanted,
                                                 std::size_t descriptors) noexcept;

}  // namespace midas::internal::proxy

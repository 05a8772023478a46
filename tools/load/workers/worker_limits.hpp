// Sizes and times of the conversation between a coordinator and its workers.
#pragma once

#include <chrono>
#include <cstddef>

namespace midas::internal::tools::worker_limits {

/// Bytes of a line: before the secret is proved, with the arguments, and with a document.
inline constexpr std::size_t max_unproved = 4'096;
inline constexpr std::size_t max_command = std::size_t{1} << 20U;
inline constexpr std::size_t max_document = std::size_t{256} << 20U;
/// Bytes of a reason that a worker gives.
inline constexpr std::size_t max_reason = 1'000;
inline constexpr std::size_t max_workers = 64;
/// Connections that a worker refuses each time that it looks for them.
inline constexpr std::size_t refusals = 16;

/// How long a connection may take to prove the secret; others wait meanwhile.
inline constexpr std::chrono::milliseconds proof_time{5'000};
/// How long a coordinator may take from there to the start: all workers have to be ready.
inline constexpr std::chrono::milliseconds setup_time{30'000};
inline constexpr std::chrono::milliseconds connect_time{5'000};
/// How long the other side may take nothing of a message.
inline constexpr std::chrono::milliseconds write_time{10'000};
/// How often a worker shows that it is alive during a run, and the silence after which a
/// coordinator gives it up.
inline constexpr std::chrono::milliseconds alive_interval{1'000};
inline constexpr std::chrono::milliseconds max_silence{10'000};
/// How often either looks whether it should end.
inline constexpr std::chrono::milliseconds slice{100};

}  // namespace midas::internal::tools::worker_limits

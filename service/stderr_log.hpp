// The log on standard error.
#pragma once

#include <midas/token_event.hpp>

#include <string_view>

namespace midas::internal {

/// Writes a line, cut to 4,095 bytes, in one piece, so that the lines of several threads and
/// processes do not mix. Never waits: if standard error is closed, or is a pipe that nobody reads
/// fast enough, the line is dropped. Any thread.
void write_to_stderr(std::string_view line) noexcept;

/// Writes "2026-11-28T04:46:02.123Z midas info LINE". Says how many lines were dropped before. Any
/// thread.
void log_to_stderr(event_severity severity, std::string_view line);

}  // namespace midas::internal

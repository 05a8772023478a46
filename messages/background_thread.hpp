// What every thread of midas's own does first.
#pragma once

namespace midas::internal {

/// Names the calling thread, in at most 15 characters, and blocks the signals that are for the
/// program's own threads. That includes SIGPIPE, which libcurl's TLS can raise. Signals raised by a
/// fault stay unblocked, so that the program's handlers run.
void prepare_background_thread(const char* name) noexcept;

}  // namespace midas::internal

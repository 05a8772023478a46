// Durations, time points and clocks, with their literals: what the public headers need of <chrono>.
#pragma once

// libstdc++'s <chrono> adds calendars, and for them string streams: a twelfth of what an including
// file costs to compile.
#if __has_include(<bits/chrono.h>)
#include <bits/chrono.h>  // IWYU pragma: export
#else
#include <chrono>  // IWYU pragma: export
#endif

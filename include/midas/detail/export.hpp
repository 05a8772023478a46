// Symbol visibility of the library: hidden unless a declaration says otherwise.
//
// In a shared libmidas, MIDAS_EXPORT marks what applications may link against. In a static one
// nothing is exported, so that two plugins of a process, each with a copy of midas linked into it,
// never see each other's functions or thread-locals.
#pragma once

#if __cplusplus < 202002L
#error "midas needs C++20 or later: compile with -std=c++20 or -std=gnu++20"
#endif

#if defined(MIDAS_SHARED) && defined(__GNUC__)
#define MIDAS_EXPORT __attribute__((visibility("default")))
#define MIDAS_DATA __attribute__((visibility("default")))
#elif defined(__GNUC__)
#define MIDAS_EXPORT
// Data that inline functions refer to. Without this, the linker would merge the variables of all
// copies of midas in the process.
#define MIDAS_DATA __attribute__((visibility("hidden")))
#else
#define MIDAS_EXPORT
#define MIDAS_DATA
#endif

// A thread-local that the fast path reads: without this model, a library that is position
// independent would call a function for each access.
#if defined(__GNUC__)
#define MIDAS_THREAD_LOCAL_DATA MIDAS_DATA __attribute__((tls_model("initial-exec")))
#else
#define MIDAS_THREAD_LOCAL_DATA MIDAS_DATA
#endif

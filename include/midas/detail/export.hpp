// Symbol visibility. Everything in the library is hidden unless its declaration says otherwise.
//
// MIDAS_EXPORT marks what applications may link against in a shared libmidas. A static libmidas
// exports nothing, so that two plugins of one process that each link it never see each other's
// functions or thread-locals.
#pragma once

#if __cplusplus < 202002L
#error "midas needs C++20 or later: compile with -std=c++20 or -std=gnu++20"
#endif

#if defined(MIDAS_SHARED) && defined(__GNUC__)
#define MIDAS_EXPORT __attribute__((visibility("default")))
#define MIDAS_DATA __attribute__((visibility("default")))
#elif defined(__GNUC__)
#define MIDAS_EXPORT
// Data that inline functions refer to. With default visibility the dynamic linker would merge the
// variables of all copies of midas in the process.
#define MIDAS_DATA __attribute__((visibility("hidden")))
#else
#define MIDAS_EXPORT
#define MIDAS_DATA
#endif

// A thread-local that the fast path reads. In position-independent code the default TLS model costs
// a function call for each access; this model does not.
#if defined(__GNUC__)
#define MIDAS_THREAD_LOCAL_DATA MIDAS_DATA __attribute__((tls_model("initial-exec")))
#else
#define MIDAS_THREAD_LOCAL_DATA MIDAS_DATA
#endif

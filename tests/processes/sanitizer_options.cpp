// A child leaves the services of its parent as they are, and a service that ends on its own thread
// is still ending when the process exits. To LeakSanitizer, both are leaks.
#if defined(__SANITIZE_ADDRESS__)
// NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif

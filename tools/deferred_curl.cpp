// libcurl, loaded when the program first calls it.
//
// libcurl brings two dozen libraries along, and loading them takes longer than everything else that
// `midas token --store` does if the store has a token. The program is linked with these functions
// in place of the library.
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

// Every argument and every result of these functions is an integer or a pointer. On the platforms
// of MIDAS_DEFER_CURL, the first five are in the same registers whatever their types are, and also
// if the function has a variable number of them.
using word = std::uintptr_t;
using curl_function = word(word, word, word, word, word);

// Ends the program as the dynamic linker would if it lacked the library from the start.
[[noreturn]] void fail_to_load() {
  constexpr int cannot_run = 127;
  const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): of this thread
  (void)std::fprintf(stderr, "midas: error while loading shared libraries: %s\n",
                     reason == nullptr ? MIDAS_CURL_SONAME : reason);
  std::_Exit(cannot_run);
}

curl_function* find_in_libcurl(const char* name) {
  // Lazy: of the thousands of functions that libcurl's libraries offer each other, few are called.
  static void* const library = ::dlopen(MIDAS_CURL_SONAME, RTLD_LAZY | RTLD_LOCAL);
  void* const found = library == nullptr ? nullptr : ::dlsym(library, name);
  if (found == nullptr) {
    fail_to_load();
  }
  return reinterpret_cast<curl_function*>(found);
}

}  // namespace

#define MIDAS_DEFER(name)                                          \
  extern "C" word name(word a, word b, word c, word d, word e);    \
  extern "C" word name(word a, word b, word c, word d, word e) {   \
    static curl_function* const function = find_in_libcurl(#name); \
    return function(a, b, c, d, e);                                \
  }

MIDAS_DEFER(curl_easy_cleanup)
MIDAS_DEFER(curl_easy_getinfo)
MIDAS_DEFER(curl_easy_init)
MIDAS_DEFER(curl_easy_setopt)
MIDAS_DEFER(curl_easy_strerror)
MIDAS_DEFER(curl_free)
MIDAS_DEFER(curl_global_init)
MIDAS_DEFER(curl_multi_add_handle)
MIDAS_DEFER(curl_multi_cleanup)
MIDAS_DEFER(curl_multi_info_read)
MIDAS_DEFER(curl_multi_init)
MIDAS_DEFER(curl_multi_perform)
MIDAS_DEFER(curl_multi_poll)
MIDAS_DEFER(curl_multi_remove_handle)
MIDAS_DEFER(curl_multi_setopt)
MIDAS_DEFER(curl_multi_strerror)
MIDAS_DEFER(curl_multi_wakeup)
MIDAS_DEFER(curl_url)
MIDAS_DEFER(curl_url_cleanup)
MIDAS_DEFER(curl_url_get)
MIDAS_DEFER(curl_url_set)
MIDAS_DEFER(curl_version_info)

// What each of the two modules exports that have a copy of midas of their own.
#pragma once

#include <cstddef>

/// Functions of one module. Tokens are passed as pointers to midas::access_token.
struct plugin {
  /// Creates the module's service, for the host at that endpoint.
  void (*start)(const char* endpoint);
  /// The token as a new object, by key or through a handle; null if there was an error.
  void* (*ask)(const char* resource);
  void* (*ask_by_handle)(const char* resource);
  /// What try_get() finds in the calling thread; null if nothing.
  void* (*find)(const char* resource);
  /// Of a token that any module created.
  const char* (*text)(const void* token);
  void* (*copy)(const void* token);
  void (*destroy)(void* token);
  void (*stop)();
};

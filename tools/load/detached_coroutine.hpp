// A coroutine that runs on its own.
#pragma once

#include <coroutine>
#include <exception>

namespace midas::internal::tools {

/// The return type of a coroutine that starts immediately and that no caller awaits. Its frame is
/// destroyed when it finishes. An exception that leaves it terminates the process.
struct detached {
  struct promise_type {
    static detached get_return_object() { return {}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
};

}  // namespace midas::internal::tools

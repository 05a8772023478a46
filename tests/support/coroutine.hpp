// A coroutine that starts immediately and is not awaited.
#pragma once

#include <coroutine>
#include <exception>

namespace midas::internal::test {

struct detached {
  struct promise_type {
    static detached get_return_object() { return {}; }
    static std::suspend_never initial_suspend() { return {}; }
    static std::suspend_never final_suspend() noexcept { return {}; }
    static void return_void() {}
    static void unhandled_exception() { std::terminate(); }
  };
};

}  // namespace midas::internal::test

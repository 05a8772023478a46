// The service of the process.
#include "messages/fork_watch.hpp"
#include "service/service_core.hpp"
#include <midas/token_service.hpp>

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace midas {

namespace {

// Never destroyed: threads may use the service while the process exits.
constinit std::mutex mutex;
constinit std::atomic<token_service*> current = nullptr;
constinit std::chrono::steady_clock::time_point last_try{};

// A thread that does not exist in the child may have held the mutex.
const internal::call_in_forked_child registered{[] { std::construct_at(&mutex); }};

// A service that could not start is tried again after this long.
constexpr std::chrono::seconds pause_between_tries{1};

bool works(const token_service& service) noexcept {
  const auto& frontend = detail::access::frontend_of(service);
  return !frontend.is_forked() && frontend.has_started();
}

// The threads of the service run code of this library or program as long as the process exists.
void keep_loaded() {
  Dl_info found{};
  if (dladdr(&current, &found) != 0 && found.dli_fname != nullptr) {
    (void)dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

void at_exit() {
  if (auto* const service = current.load()) {
    detail::access::core_of(*service).stop_at_exit();
  }
}

}  // namespace

token_service& token_service::shared() {
  if (auto* const made = current.load(std::memory_order_acquire); made != nullptr && works(*made)) {
    return *made;
  }
  const std::lock_guard lock{mutex};
  auto* const previous = current.load();
  const bool is_of_this_process =
      previous != nullptr && !detail::access::frontend_of(*previous).is_forked();
  const auto now = std::chrono::steady_clock::now();
  if (is_of_this_process && (works(*previous) || now - last_try < pause_between_tries)) {
    return *previous;
  }
  last_try = now;
  auto made = std::make_unique<token_service>();
  if (is_of_this_process && !works(*made)) {
    return *previous;
  }
  if (previous == nullptr) {
    keep_loaded();
    // After the initialization of libcurl and OpenSSL, so that it runs before their cleanup.
    (void)std::atexit(&at_exit);
  }
  current.store(made.get(), std::memory_order_release);
  return *made.release();
}

}  // namespace midas

// The service of the process.
#include "messages/fork_watch.hpp"
#include "messages/make_error.hpp"
#include "service/service_core.hpp"
#include <midas/token_service.hpp>

#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

namespace midas {

namespace {

// Never destroyed: threads may use the service while the process exits.
constinit std::mutex mutex;
constinit std::atomic<token_service*> current = nullptr;
constinit std::chrono::steady_clock::time_point last_try{};
// Never destroyed, and never changed once it is set: a child may be forked at any time.
constinit std::atomic<const token_service_options*> configured = nullptr;
// By this process, not by the one that it was forked from.
constinit bool is_configured_here = false;

// A thread that does not exist in the child may have held the mutex.
const internal::call_in_forked_child registered{[] {
  std::construct_at(&mutex);
  is_configured_here = false;
}};

// A service that could not start is tried again after this long.
constexpr std::chrono::seconds pause_between_tries{1};

bool works(const token_service& service) noexcept {
  const auto& frontend = detail::access::frontend_of(service);
  return !frontend.is_forked() && frontend.has_started();
}

// Null if this process has not made one yet. Called under the mutex.
token_service* made_here() noexcept {
  auto* const made = current.load();
  return made == nullptr || detail::access::frontend_of(*made).is_forked() ? nullptr : made;
}

std::unique_ptr<token_service> make_service() {
  const auto* const settings = configured.load();
  return settings == nullptr ? std::make_unique<token_service>()
                             : std::make_unique<token_service>(*settings);
}

// The threads of the service run code of this library or program as long as the process exists.
void keep_loaded() {
  Dl_info found{};
  if (dladdr(&current, &found) != 0 && found.dli_fname != nullptr) {
    (void)dlopen(found.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
}

unexpected refuse_options(const char* reason) {
  return internal::fail(errc::invalid_configuration, reason,
                        "Call configure_shared() once, in main(), before anything uses shared()");
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
  auto* const mine = made_here();
  const auto now = std::chrono::steady_clock::now();
  if (mine != nullptr && (works(*mine) || now - last_try < pause_between_tries)) {
    return *mine;
  }
  last_try = now;
  auto made = make_service();
  if (mine != nullptr && !works(*made)) {
    return *mine;
  }
  if (previous == nullptr) {
    keep_loaded();
    // After the initialization of libcurl and OpenSSL, so that it runs before their cleanup.
    (void)std::atexit(&at_exit);
  }
  current.store(made.get(), std::memory_order_release);
  return *made.release();
}

expected<void> token_service::configure_shared(token_service_options settings) {
  auto kept = std::make_unique<const token_service_options>(std::move(settings));
  const std::lock_guard lock{mutex};
  if (made_here() != nullptr) {
    return refuse_options("the shared token service exists already");
  }
  if (is_configured_here) {
    return refuse_options("the options of the shared token service have been set already");
  }
  is_configured_here = true;
  configured.store(kept.release());
  return {};
}

}  // namespace midas

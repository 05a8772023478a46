// Pins the thread of the simulated host to one processor. A real host does not compete with the
// client's threads. With two processors, the kernel often runs the simulator's thread on the
// processor of the thread that waits for it, which changes the results more than the clients do.
#pragma once

#include <midas/simulated_host.hpp>

#include <sched.h>

#include <memory>
#include <utility>

namespace midas::internal::bench {

/// Pins threads that are created during its lifetime to the last processor of this process.
class pin_new_threads {
 public:
  pin_new_threads() {
    sched_getaffinity(0, sizeof all_, &all_);
    cpu_set_t last;
    CPU_ZERO(&last);
    for (int each = CPU_SETSIZE - 1; each >= 0 && CPU_COUNT(&last) == 0; --each) {
      if (CPU_ISSET(each, &all_)) {
        CPU_SET(each, &last);
      }
    }
    sched_setaffinity(0, sizeof last, &last);
  }
  ~pin_new_threads() { sched_setaffinity(0, sizeof all_, &all_); }
  pin_new_threads(const pin_new_threads&) = delete;
  pin_new_threads& operator=(const pin_new_threads&) = delete;

 private:
  cpu_set_t all_{};
};

enum class host_thread { pinned, unpinned };

inline std::unique_ptr<simulated_host> make_host(host_thread placement,
                                                 simulated_host_options options = {}) {
  if (placement == host_thread::unpinned) {
    return std::make_unique<simulated_host>(std::move(options));
  }
  const pin_new_threads pinning;
  return std::make_unique<simulated_host>(std::move(options));
}

}  // namespace midas::internal::bench

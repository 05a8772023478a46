// Where the simulated host's thread runs. A real host is no thread of this process. Where the
// simulator's is put decides more than what the clients do: with two processors the kernel often
// has it share one with the very thread that waits for it.
#pragma once

#include <midas/simulated_host.hpp>

#include <sched.h>

#include <memory>
#include <utility>

namespace midas::internal::bench {

/// While it lives, threads that are made run on the last processor that this process may use; they
/// stay there.
class last_processor {
 public:
  last_processor() {
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
  ~last_processor() { sched_setaffinity(0, sizeof all_, &all_); }
  last_processor(const last_processor&) = delete;
  last_processor& operator=(const last_processor&) = delete;

 private:
  cpu_set_t all_{};
};

enum class placement { own_processor, as_the_kernel_likes };

inline std::unique_ptr<simulated_host> make_host(placement where,
                                                 simulated_host_options options = {}) {
  if (where == placement::as_the_kernel_likes) {
    return std::make_unique<simulated_host>(std::move(options));
  }
  const last_processor here;
  return std::make_unique<simulated_host>(std::move(options));
}

}  // namespace midas::internal::bench

// A service that keeps few keys, in virtual time.
#pragma once

#include "tests/support/virtual_actors.hpp"

#include <cstddef>

namespace midas::internal::test {

/// The service's max_keys is `count`.
class few_keys : public virtual_actors {
 public:
  explicit few_keys(std::size_t count) {
    cache = spawn_cache(system(), with_max_keys(count));
    run();
  }
  few_keys(const few_keys&) = delete;
  few_keys& operator=(const few_keys&) = delete;
  ~few_keys() { caf_compat::send_exit(idle_, caf::exit_reason::user_shutdown); }

 private:
  // The cache actor of the fixture has nothing to do.
  const cache_actor idle_ = cache;
};

}  // namespace midas::internal::test

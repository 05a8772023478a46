#include "proxy/server/descriptor_limit.hpp"

#include "tests/proxy/server/proxy_fixture.hpp"
#include "tests/support/catch.hpp"

#include <sys/resource.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

using namespace midas::internal::proxy;
using namespace midas::internal::proxy::test;

namespace {

/// Sets the soft limit, and restores the earlier one.
class scoped_descriptor_limit {
 public:
  explicit scoped_descriptor_limit(rlim_t limit) {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit changed{.rlim_cur = limit, .rlim_max = before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &changed) == 0);
  }
  ~scoped_descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  scoped_descriptor_limit(const scoped_descriptor_limit&) = delete;
  scoped_descriptor_limit& operator=(const scoped_descriptor_limit&) = delete;

  [[nodiscard]] rlim_t hard() const { return before_.rlim_max; }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("connections leave 256 descriptors, or half of a small limit") {
  CHECK(affordable_connections(10'000, std::numeric_limits<std::size_t>::max()) == 10'000);
  CHECK(affordable_connections(10'000, 10'256) == 10'000);
  CHECK(affordable_connections(10'000, 10'255) == 9'999);
  CHECK(affordable_connections(10'000, 1'024) == 768);
  CHECK(affordable_connections(10'000, 512) == 256);
  CHECK(affordable_connections(10'000, 100) == 50);
  CHECK(affordable_connections(10'000, 1) == 1);
  CHECK(affordable_connections(10'000, 0) == 1);
  CHECK(affordable_connections(7, 100) == 7);
}

TEST_CASE("the limit of descriptors is raised to the hard one") {
  const scoped_descriptor_limit low{200};
  CHECK(descriptor_limit() == 200);
  raise_descriptor_limit();
  CHECK(descriptor_limit() == (low.hard() == RLIM_INFINITY ? std::numeric_limits<std::size_t>::max()
                                                           : static_cast<std::size_t>(low.hard())));
}

TEST_CASE("a proxy accepts no more clients than its descriptors allow") {
  std::unique_ptr<proxy_fixture> proxy;
  {
    const scoped_descriptor_limit low{160};
    auto configuration = on_loopback();
    configuration.max_connections_per_client = 1'000;
    proxy = std::make_unique<proxy_fixture>(configuration);
  }
  std::vector<raw_client> idle;
  for (int i = 0; i < 80; ++i) {
    idle.push_back(proxy->connect());
  }
  CHECK(idle.back().get("/")->status == 404);
  CHECK(proxy->connect().receive()->status == 503);
  CHECK(idle.front().get(target_of("https://vault.azure.net"))->status == 200);
}

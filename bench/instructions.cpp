// Operations whose instructions callgrind counts (scripts/check_instructions.sh):
//
//   midas_bench_instructions key|handle|waiter COUNT
//
// The rest of a run does not depend on COUNT, so the difference of two runs is the cost of the
// operations.
#include "bench/manual_transport.hpp"
#include "service/service_core.hpp"
#include <midas/midas.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <latch>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace {

using namespace std::chrono_literals;

const midas::token_request vault{.resource = "https://vault.azure.net"};

}  // namespace

int main(int count, char** arguments) {
  const std::string_view what = count == 3 ? arguments[1] : "";
  const auto times = count == 3 ? std::strtoul(arguments[2], nullptr, 10) : 0;
  if (times == 0 || (what != "key" && what != "handle" && what != "waiter")) {
    fmt::print(stderr, "usage: {} key|handle|waiter COUNT\n", arguments[0]);
    return 2;
  }
  const auto host = std::make_shared<midas::internal::bench::manual_transport>();
  midas::token_service_options options;
  options.endpoint = "http://127.0.0.1:9";
  auto tokens = midas::internal::make_token_service(options, host);
  const auto waiters = what == "waiter" ? times : 1;
  std::latch answered{static_cast<std::ptrdiff_t>(waiters)};
  for (std::size_t i = 0; i < waiters; ++i) {
    tokens.get_async(vault, 1h, [&answered](const auto& token) {
      if (!token) {
        std::abort();
      }
      answered.count_down();
    });
  }
  // A request after the answer would be a cache hit.
  while (tokens.statistics().coalesced + 1 < waiters) {
    std::this_thread::yield();
  }
  host->complete();
  answered.wait();
  const auto handle = tokens.for_resource(vault.resource);
  for (std::size_t i = 0; what != "waiter" && i < times; ++i) {
    if (!(what == "key" ? tokens.try_get(vault) : handle.try_get())) {
      return 1;
    }
  }
}

// One client with many resources, and another with one, at a host with the limits of IMDS.
#include "proxy/access/client_shares.hpp"
#include "proxy/client.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>
#include <midas/token_service.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace midas;
using namespace midas::internal::proxy;
using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace {

const client greedy{.connection = 1, .uid = 1001};
const client modest{.connection = 2, .uid = 1002};
constexpr std::chrono::seconds patience{30};

// What the proxy does with a request that is not in memory.
class small_proxy {
 public:
  using callback = std::function<void(bool)>;

  explicit small_proxy(const simulated_host& imds) : tokens_(options_for(imds)) {}

  void ask(const client& who, const std::string& resource, callback done) {
    const auto share = share_of(who);
    const auto key = *make_key({}, resource);
    if (!std::holds_alternative<client_shares::admission>(
            shares_.begin(share, key, clock_type::now()))) {
      done(false);
      return;
    }
    tokens_.get_async({.resource = resource, .lane = lane_of(who)}, patience,
                      [this, share, key, done](const expected<access_token>& result) {
                        shares_.end(share, key, result ? nullptr : &result.error(),
                                    clock_type::now());
                        done(result.has_value());
                      });
  }

 private:
  static token_service_options options_for(const simulated_host& imds) {
    token_service_options result;
    result.endpoint = imds.endpoint();
    return result;
  }

  client_shares shares_{{}};
  token_service tokens_;
};

// A thousand distinct resources, as many at a time as the share allows, without a pause.
class greedy_loop {
 public:
  explicit greedy_loop(small_proxy& proxy) : proxy_(proxy), thread_([this] { run(); }) {}
  ~greedy_loop() {
    stopped_ = true;
    thread_.join();
    std::unique_lock lock{mutex_};
    ended_.wait(lock, [this] { return open_ == 0; });
  }

 private:
  void run() {
    for (int i = 0; !stopped_; i = (i + 1) % 1'000) {
      {
        const std::lock_guard lock{mutex_};
        ++open_;
      }
      proxy_.ask(greedy, "https://greedy" + std::to_string(i) + ".example", [this](bool granted) {
        if (!granted) {
          // Refused at once: the share is full.
          std::this_thread::yield();
        }
        const std::lock_guard lock{mutex_};
        --open_;
        ended_.notify_all();
      });
    }
  }

  small_proxy& proxy_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  int open_ = 0;
  std::thread thread_;
};

// The worst moment: the host has just had as many requests as it allows in a second.
void wait_until_rate_is_used_up(const simulated_host& imds) {
  std::this_thread::sleep_for(300ms);
  const auto asked = [&imds] { return imds.statistics().token_requests; };
  const auto before = asked();
  while (asked() == before) {
    std::this_thread::sleep_for(1ms);
  }
  for (auto last = before; last != asked(); std::this_thread::sleep_for(30ms)) {
    last = asked();
  }
}

}  // namespace

// How long it waits is a matter of the policies, whose tests measure it in virtual time: see
// crowded_lane_test.cpp.
TEST_CASE("a single request is served while another user asks for a thousand tokens in a loop") {
  simulated_host_options limits_of_imds;
  limits_of_imds.limit_per_second = 20;
  limits_of_imds.limit_concurrency = 5;
  limits_of_imds.latency = 5ms;
  simulated_host imds{limits_of_imds};
  small_proxy proxy{imds};
  const greedy_loop loop{proxy};
  for (int i = 0; i < 4; ++i) {
    wait_until_rate_is_used_up(imds);
    std::promise<bool> granted;
    proxy.ask(modest, "https://modest" + std::to_string(i) + ".example",
              [&granted](bool result) { granted.set_value(result); });
    CHECK(granted.get_future().get());
  }
}

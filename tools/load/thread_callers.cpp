// Callers that are threads and block.
#include "tools/load/callers.hpp"

#include <latch>
#include <thread>
#include <vector>

namespace midas::internal::tools {

namespace {

class thread_callers final : public callers {
 public:
  explicit thread_callers(const load_plan& plan) : plan_(plan), service_(plan.service) {}

  void run(phase& now) override {
    std::latch ready{static_cast<std::ptrdiff_t>(plan_.callers)};
    std::latch go{1};
    std::vector<std::jthread> threads;
    threads.reserve(plan_.callers);
    for (std::size_t i = 0; i < plan_.callers; ++i) {
      threads.emplace_back([this, &now, &ready, &go, i] {
        ready.count_down();
        go.wait();
        ask(now, plan_.requests[i % plan_.requests.size()]);
      });
    }
    ready.wait();
    now.begin();
    go.count_down();
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  void ask(phase& now, const token_request& request) {
    auto requested_at = phase::clock::now();
    while (now.answered(requested_at, service_.get(request, plan_.timeout))) {
      requested_at = phase::clock::now();
    }
  }

  const load_plan& plan_;
  token_service service_;
};

}  // namespace

std::unique_ptr<callers> make_thread_callers(const load_plan& plan) {
  return std::make_unique<thread_callers>(plan);
}

}  // namespace midas::internal::tools

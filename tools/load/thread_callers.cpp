// Callers that are threads and block.
#include "tools/load/callers.hpp"

#include <fmt/format.h>

#include <latch>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

namespace midas::internal::tools {

namespace {

class thread_callers final : public callers {
 public:
  explicit thread_callers(const load_plan& plan)
      : plan_(plan), requests_(plan), service_(plan.service) {}

  void run(phase& now) override {
    starting_line line{static_cast<std::ptrdiff_t>(plan_.callers)};
    std::vector<std::jthread> threads;
    threads.reserve(plan_.callers);
    try {
      for (std::size_t i = 0; i < plan_.callers; ++i) {
        threads.emplace_back([this, &now, &line, i] {
          line.ready.count_down();
          line.go.wait();
          if (!line.is_given_up) {
            ask_repeatedly(now, i);
          }
        });
      }
    } catch (const std::system_error& e) {
      line.is_given_up = true;
      line.go.count_down();
      throw std::runtime_error{
          fmt::format("only {} of {} threads could be started ({}); use fewer --callers, raise the "
                      "limit (ulimit -u), or use --as coroutines",
                      threads.size(), plan_.callers, e.code().message())};
    }
    line.ready.wait();
    now.begin();
    line.go.count_down();
    now.wait();
  }

  token_service& service() override { return service_; }

 private:
  struct starting_line {
    explicit starting_line(std::ptrdiff_t threads) : ready(threads) {}
    std::latch ready;
    std::latch go{1};
    // Written before `go` opens.
    bool is_given_up = false;
  };

  void ask_repeatedly(phase& now, std::size_t caller) {
    token_request storage;
    const auto ask = [&](const caller_turn& turn) {
      return now.answered(turn, service_.get(requests_.next(caller, storage), plan_.timeout));
    };
    auto* const pacer = now.pacer();
    if (pacer == nullptr) {
      while (ask(caller_turn::now())) {
      }
      return;
    }
    while (const auto scheduled = pacer->wait_for_turn()) {
      (void)ask(caller_turn::now(scheduled));
    }
    now.finish_caller();
  }

  const load_plan& plan_;
  request_source requests_;
  token_service service_;
};

}  // namespace

std::unique_ptr<callers> make_thread_callers(const load_plan& plan) {
  return std::make_unique<thread_callers>(plan);
}

}  // namespace midas::internal::tools

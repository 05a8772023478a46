// The actors of a midas client and a simulated IMDS, joined without sockets and in virtual time.
#pragma once

#include "simulator/faults/fault_injector.hpp"
#include "simulator/hosts/simulated_imds.hpp"
#include "tests/support/virtual_actors.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::test {

class scenario_run {
 public:
  /// A request that reached the host.
  struct arrival {
    std::chrono::seconds at{};
    /// 0 if the host's connection was lost or the host was silent.
    int status = 0;
  };

  /// The scenario starts at once, unless its name is empty.
  explicit scenario_run(std::string_view scenario, std::chrono::seconds expires_in = 24h);

  /// The host plays the scenario from now on, instead of the one before.
  void start(std::string_view scenario);

  /// The answers of one caller.
  std::shared_ptr<answers> ask(const std::string& resource, std::chrono::seconds timeout);
  /// Passes time in steps of a second, in each of which the host answers what it was asked.
  void advance(std::chrono::seconds by);

  [[nodiscard]] std::chrono::seconds elapsed() const { return elapsed_; }
  /// In the order of their arrival.
  [[nodiscard]] const std::vector<arrival>& arrivals() const { return arrivals_; }

 private:
  struct silence {
    std::size_t exchange = 0;
    std::chrono::seconds until{};
  };

  static service_context client();
  void answer_requests();
  void answer(std::size_t index);
  void end_silences();

  std::chrono::seconds elapsed_{0};
  simulated_host_options options_;
  simulator::simulated_imds imds_;
  simulator::fault_injector host_;
  virtual_actors actors_{client(), {5, 20}};
  std::size_t answered_ = 0;
  std::vector<arrival> arrivals_;
  std::vector<silence> silences_;
};

}  // namespace midas::internal::test

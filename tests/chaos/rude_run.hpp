// Services under rude callers: one for the length of a cycle, and others that are destroyed and
// made anew under load. All live in one actor system of the application.
#pragma once

#include "tests/chaos/chaos_run.hpp"
#include "tests/chaos/rude_plan.hpp"

#include <memory>
#include <string>
#include <vector>

namespace midas::internal::chaos {

struct rude_history {
  /// "long-lived service" or "short-lived service 2".
  std::string service{};
  judged_history judged{};
};

class rude_run {
 public:
  explicit rude_run(std::uint64_t seed);
  rude_run(const rude_run&) = delete;
  rude_run& operator=(const rude_run&) = delete;
  ~rude_run();

  std::vector<rude_history> run(const rude_plan& plan);

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace midas::internal::chaos

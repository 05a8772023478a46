#include "tests/exploration/explored_actors.hpp"

#include "tests/exploration/explored_service.hpp"

#include <array>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace midas::internal::exploration {

explored_actors::explored_actors(host_limits limits, std::set<std::string_view> ignored)
    : service_(std::make_unique<explored_service>(limits, std::move(ignored))) {}

explored_actors::~explored_actors() = default;

const actor_rules& explored_actors::rules() const noexcept { return service_->rules(); }

bool explored_actors::is_shut_down() const noexcept { return service_->is_shut_down(); }

std::vector<std::string> explored_actors::runnable() const {
  auto result = service_->runnable();
  for (auto& name : result) {
    name.insert(0, "run ");
  }
  return result;
}

std::vector<std::size_t> explored_actors::open_exchanges() const {
  return service_->open_exchanges();
}

bool explored_actors::perform(const std::string& step) {
  std::istringstream words{step};
  std::string verb;
  std::string first;
  std::string second;
  words >> verb;
  bool done = true;
  if (verb == "ask") {
    done = service_->ask(words);
  } else if (words >> first; verb == "run") {
    done = service_->run(first);
  } else if (verb == "time") {
    service_->pass_time(milliseconds{std::stol(first)});
  } else if (verb == "cancel") {
    done = service_->cancel(std::stoul(first));
  } else if (words >> second; verb == "answer") {
    done = service_->answer(std::stoul(first), second);
  } else if (verb == "kill" || verb == "fail") {
    service_->die(verb == "kill" ? caf::exit_reason::kill : caf_compat::failed_exit);
  } else if (verb == "shutdown") {
    done = service_->shut_down();
  } else {
    throw std::invalid_argument{"unknown step: " + step};
  }
  if (done) {
    service_->observe();
  }
  return done;
}

void explored_actors::run_all() {
  for (auto next = runnable(); !next.empty(); next = runnable()) {
    perform(next.front());
  }
}

void explored_actors::finish() {
  run_all();
  constexpr std::array pauses{100, 1'000, 1'000, 4'000, 10'000, 60'000, 600'000, 3'600'000};
  for (const auto pause : pauses) {
    if (is_shut_down() || rules().all_answered()) {
      break;
    }
    for (const auto number : open_exchanges()) {
      perform("answer " + std::to_string(number) + " ok");
    }
    run_all();
    perform("time " + std::to_string(pause));
    run_all();
  }
  perform("shutdown");
  run_all();
  service_->observe_end();
}

}  // namespace midas::internal::exploration

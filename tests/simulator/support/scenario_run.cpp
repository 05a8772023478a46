#include "tests/simulator/support/scenario_run.hpp"

#include "simulator/faults/scenarios.hpp"
#include "transport/hosts/host_registry.hpp"

#include <stdexcept>
#include <utility>

namespace midas::internal::test {

namespace {

const std::string authority = "http://127.0.0.1:1";

simulated_host_options host_options(std::string_view scenario, std::chrono::seconds expires_in) {
  simulated_host_options options;
  options.scenario = scenario;
  options.expires_in = expires_in;
  options.seed = 1;
  return options;
}

http_response received(const simulator::response& sent) {
  http_response response;
  response.status = sent.status;
  response.body = sent.body;
  for (std::size_t begin = 0; begin < sent.fields.size();) {
    const auto colon = sent.fields.find(": ", begin);
    const auto end = sent.fields.find("\r\n", begin);
    response.headers.push_back(public_header(sent.fields.substr(begin, colon - begin),
                                             sent.fields.substr(colon + 2, end - colon - 2)));
    begin = end + 2;
  }
  return response;
}

}  // namespace

service_context scenario_run::client() {
  return service_context{
      make_protocol(identity_host::imds, host_environment{}, {.imds_authority = authority})};
}

scenario_run::scenario_run(std::string_view scenario, std::chrono::seconds expires_in)
    : options_(host_options(scenario, expires_in)),
      imds_(options_),
      host_(options_, imds_, [this] { return std::chrono::steady_clock::time_point{elapsed_}; }) {}

void scenario_run::start(std::string_view scenario) {
  host_.set_rules(simulator::with_scenario({}, scenario));
}

std::shared_ptr<answers> scenario_run::ask(const std::string& resource,
                                           std::chrono::seconds timeout) {
  auto result = actors_.ask(resource.c_str(), timeout);
  answer_requests();
  return result;
}

void scenario_run::advance(std::chrono::seconds by) {
  for (; by > 0s; by -= 1s) {
    elapsed_ += 1s;
    actors_.advance(1s);
    end_silences();
    answer_requests();
  }
}

void scenario_run::answer_requests() {
  while (answered_ < actors_.transport->started()) {
    answer(answered_++);
    actors_.run();
  }
}

void scenario_run::answer(std::size_t index) {
  const auto request = actors_.transport->request(index);
  std::vector<simulator::header_field> fields;
  for (const auto& [name, value, is_public] : request.headers) {
    fields.push_back({name, value});
  }
  const auto target = request.url.substr(authority.size());
  simulator::response sent;
  host_.answer({request.method, target, fields, request.body}, actors_.now(), sent);
  arrivals_.push_back({elapsed_, 0});
  switch (sent.fault.kind) {
    case simulator::wire_fault_kind::none:
      arrivals_.back().status = sent.status;
      return actors_.transport->complete(index, received(sent));
    case simulator::wire_fault_kind::reset_before:
      return actors_.transport->complete(index, fail(errc::connection_lost, "reset"));
    case simulator::wire_fault_kind::hang: {
      const auto limit = std::chrono::ceil<std::chrono::seconds>(request.total_timeout);
      return silences_.push_back({index, elapsed_ + limit});
    }
    default:
      throw std::logic_error("no scenario has this fault yet");
  }
}

void scenario_run::end_silences() {
  for (const auto& each : std::exchange(silences_, {})) {
    if (each.until <= elapsed_) {
      actors_.transport->complete(each.exchange, fail(errc::request_timeout, "silent"));
      actors_.run();
    } else {
      silences_.push_back(each);
    }
  }
}

}  // namespace midas::internal::test

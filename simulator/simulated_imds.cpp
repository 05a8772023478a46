#include "simulator/simulated_imds.hpp"

#include <midas/simulated_host.hpp>

#include <utility>

namespace midas {
namespace {

simulated_host_options as_host(simulated_host_options options) {
  simulated_host_options result;
  static_cast<simulated_host_options&>(result) = std::move(options);
  return result;
}

}  // namespace

simulated_host::simulated_host(simulated_host_options options)
    : host_(std::make_unique<simulated_host>(as_host(std::move(options)))) {}

simulated_host::~simulated_host() = default;

std::string simulated_host::endpoint() const { return host_->endpoint(); }

std::uint16_t simulated_host::port() const { return host_->port(); }

simulated_host_statistics simulated_host::statistics() const { return host_->statistics(); }

std::uint64_t simulated_host::seed() const { return host_->seed(); }

void simulated_host::set_fault_rules(std::string_view json) { host_->set_fault_rules(json); }

std::vector<journal_entry> simulated_host::journal() const { return host_->journal(); }

void simulated_host::stop() { host_->stop(); }

}  // namespace midas

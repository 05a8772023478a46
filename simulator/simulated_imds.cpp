#include "simulator/simulated_imds.hpp"

#include <midas/simulated_host.hpp>

#include <utility>

namespace midas {
namespace {

simulated_host_options as_host(simulated_imds_options options) {
  simulated_host_options result;
  static_cast<simulated_imds_options&>(result) = std::move(options);
  return result;
}

}  // namespace

simulated_imds::simulated_imds(simulated_imds_options options)
    : host_(std::make_unique<simulated_host>(as_host(std::move(options)))) {}

simulated_imds::~simulated_imds() = default;

std::string simulated_imds::endpoint() const { return host_->endpoint(); }

std::uint16_t simulated_imds::port() const { return host_->port(); }

simulated_imds_statistics simulated_imds::statistics() const { return host_->statistics(); }

std::uint64_t simulated_imds::seed() const { return host_->seed(); }

void simulated_imds::set_fault_rules(std::string_view json) { host_->set_fault_rules(json); }

std::vector<journal_entry> simulated_imds::journal() const { return host_->journal(); }

void simulated_imds::stop() { host_->stop(); }

}  // namespace midas

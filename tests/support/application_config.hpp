// The configuration of an actor system of an application.
#pragma once

#include <midas/actors.hpp>

#include <caf/actor_system_config.hpp>

namespace midas::internal::test {

/// CAF's defaults.
struct application_config : caf::actor_system_config {
  application_config() { init_global_meta_objects(); }
};

}  // namespace midas::internal::test

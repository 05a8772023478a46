// What `midas simulate` prints when its host is ready.
#pragma once

#include <midas/simulated_host.hpp>

#include <string>

namespace midas::internal::tools {

/// Describes how to use the host: its address, the environment variables that lead clients to it,
/// its files, its statistics, its fault rules, its seed, and its journal if it keeps one. `options`
/// are those that the host was made with.
std::string announcement(const simulated_host& host, const simulated_host_options& options);

}  // namespace midas::internal::tools

// What a process can see of the host that it runs on, as one value taken once.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace midas {

enum class host_platform { linux, windows, other };

/// Taken when a service is made: a later change of the environment must not redirect a secret.
struct host_environment {
  /// The variables that some host is told by (those of identity_variables), the empty ones
  /// included.
  std::map<std::string, std::string, std::less<>> variables{};
  host_platform platform = host_platform::linux;
  /// Whether the Azure Arc agent is installed: arc_agent_file(platform) exists.
  bool arc_agent_installed = false;

  /// The value of a variable; empty when it is not set, since an empty one counts as not set.
  [[nodiscard]] std::string_view variable(std::string_view name) const noexcept;
};

/// The environment of this process. Not to be called while another thread sets variables.
host_environment environment_of_this_process();

}  // namespace midas

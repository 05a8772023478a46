// The part of a process's environment that describes the host, as a value that is read once.
#pragma once

#include <midas/sensitive_string.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace midas::internal {

enum class host_platform { unix_like, windows, other };

/// Turns the log on standard error on.
inline constexpr std::string_view log_variable = "MIDAS_LOG";

/// Read when a token service is created, so that a later change of the environment cannot redirect
/// a secret.
struct host_environment {
  /// The variables that are set and that some host reads; those set to "" are included. Some of the
  /// values are secrets.
  std::map<std::string, sensitive_string, std::less<>> variables{};
  host_platform platform = host_platform::unix_like;
  /// Whether Azure Arc's agent is installed: whether arc_agent_file exists.
  bool arc_agent_installed = false;

  /// Whether the firmware says that this is a virtual machine in Azure, or nothing can be said.
  bool may_be_azure_machine = true;

  /// The value of a variable, without_margins(); empty if it is not set, since an empty or blank
  /// one counts as not set.
  [[nodiscard]] std::string_view variable(std::string_view name) const noexcept;
};

/// The executable of Azure Arc's agent; empty on a platform that the agent does not support, and on
/// Windows without ProgramFiles.
std::string arc_agent_file(const host_environment& environment);

/// The value of host_environment::may_be_azure_machine on a platform where the firmware has that
/// chassis asset tag.
bool may_be_azure_machine(host_platform platform, std::string_view asset_tag) noexcept;

/// The environment of this process; empty in a privileged process (secure_getenv(3): set-user-ID,
/// set-group-ID, or with file capabilities). Must not be called while another thread sets
/// variables.
host_environment environment_of_this_process();

}  // namespace midas::internal

// What a process can see of the host that it runs on, as one value taken once.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace midas::internal {

enum class host_platform { unix_like, windows, other };

/// The variables by which hosts tell of themselves, to some Azure library or other: all that are
/// read, so that what goes wrong can be explained.
constexpr std::array<std::string_view, 19> identity_variables{
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "IDENTITY_SERVER_THUMBPRINT",
    "IDENTITY_API_VERSION",
    "IMDS_ENDPOINT",
    "MSI_ENDPOINT",
    "MSI_SECRET",
    "DEFAULT_IDENTITY_CLIENT_ID",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST",
    "AZUREPS_HOST_ENVIRONMENT",
    "MSAL_MANAGED_IDENTITY_ENDPOINT",
    "MSAL_MSI_V2_KEY_NAME",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_AUTHORITY_HOST",
    "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH",
    "ProgramData",
    "ProgramFiles"};

/// Taken when a service is made: a later change of the environment must not redirect a secret.
struct host_environment {
  /// The variables that some host is told by (those of identity_variables), the empty ones
  /// included.
  std::map<std::string, std::string, std::less<>> variables{};
  host_platform platform = host_platform::unix_like;
  /// Whether the Azure Arc agent is installed: arc_agent_file exists.
  bool arc_agent_installed = false;

  /// The value of a variable; empty when it is not set, since an empty one counts as not set.
  [[nodiscard]] std::string_view variable(std::string_view name) const noexcept;
};

/// The program of Azure Arc's agent, whose presence tells that it is installed; empty where it does
/// not run, or where Windows has no ProgramFiles.
std::string arc_agent_file(const host_environment& environment);

/// The environment of this process. Not to be called while another thread sets variables.
host_environment environment_of_this_process();

}  // namespace midas::internal

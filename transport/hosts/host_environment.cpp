#include "transport/hosts/host_environment.hpp"

#include "messages/concat.hpp"
#include "transport/formats/plain_value.hpp"
#include "transport/hosts/host_registry.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace midas::internal {

namespace {

constexpr host_platform this_platform() noexcept {
#if defined(__linux__)
  return host_platform::unix_like;
#elif defined(_WIN32)
  return host_platform::windows;
#else
  return host_platform::other;
#endif
}

// Empty if the kernel does not show it.
std::string chassis_asset_tag() {
  std::ifstream file{"/sys/class/dmi/id/chassis_asset_tag"};
  std::string tag;
  std::getline(file, tag);
  return tag;
}

}  // namespace

// Microsoft Learn, "Azure Instance Metadata Service for virtual machines", and the data source of
// cloud-init.
bool may_be_azure_machine(host_platform platform, std::string_view asset_tag) noexcept {
  const auto end = asset_tag.find_last_not_of(" \t\r\n");
  const auto text = asset_tag.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return platform != host_platform::unix_like || text == "7783-7084-3265-9085-8269-3286-77";
}

std::string_view host_environment::variable(std::string_view name) const noexcept {
  const auto found = variables.find(name);
  return found == variables.end() ? std::string_view{} : without_margins(found->second);
}

std::string arc_agent_file(const host_environment& environment) {
  switch (environment.platform) {
    case host_platform::unix_like:
      return "/opt/azcmagent/bin/himds";
    case host_platform::windows:
      if (const auto programs = environment.variable("ProgramFiles"); !programs.empty()) {
        return concat({programs, "\\AzureConnectedMachineAgent\\himds.exe"});
      }
      break;
    case host_platform::other:
      break;
  }
  return {};
}

host_environment environment_of_this_process() {
  host_environment result;
  result.platform = this_platform();
  for (const auto name : identity_variables()) {
    const std::string text{name};
    // In a privileged program, the environment is that of a less privileged user, who could name an
    // endpoint of his own.
    if (const auto* value = ::secure_getenv(text.c_str()); value != nullptr) {
      result.variables.emplace(text, value);
    }
  }
  const auto agent = arc_agent_file(result);
  std::error_code ignored;
  result.may_be_azure_machine = may_be_azure_machine(result.platform, chassis_asset_tag());
  result.arc_agent_installed = !agent.empty() && std::filesystem::exists(agent, ignored);
  return result;
}

}  // namespace midas::internal

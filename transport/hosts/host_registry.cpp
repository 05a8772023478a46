#include "transport/hosts/host_registry.hpp"

#include "messages/made_once.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/hosts/app_service.hpp"
#include "transport/hosts/azure_arc.hpp"
#include "transport/hosts/cloud_shell.hpp"
#include "transport/hosts/credential_choice.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/identity_binding.hpp"
#include "transport/hosts/imds.hpp"
#include "transport/hosts/internet_settings.hpp"
#include "transport/hosts/machine_learning.hpp"
#include "transport/hosts/service_fabric.hpp"
#include "transport/hosts/workload_identity.hpp"
#include "transport/hosts/workload_identity_errors.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace midas::internal {

namespace {

using std::chrono::milliseconds;

constexpr std::array<status_range, 4> default_transient_statuses{{{408}, {429}, {500}, {502, 504}}};

// Microsoft Learn, "How to use managed identities for Azure resources on an Azure VM to acquire an
// access token", section "Retry guidance".
constexpr std::array<status_range, 5> imds_transient_statuses{
    {{404}, {408}, {410}, {429}, {500, 599}}};

// The pauses of MSAL .NET, as for every host. An update of IMDS, which 410 announces, takes up to
// 70 s.
constexpr retry_schedule imds_retries{.update_status = 410, .update_pause = milliseconds{10'000}};

// The defaults of host_limits are those of IMDS. The other hosts document no limits; the number of
// requests in flight was measured (docs/performance.md).
constexpr host_limits measured_limits{.max_in_flight = 192, .max_per_second = 0};

constexpr auto workload_identity_variables = [] {
  constexpr auto& binding = identity_binding::variables;
  std::array<std::string_view, 1 + binding.size() + internet_variables.size()> result{
      "AZURE_AUTHORITY_HOST"};
  const auto rest = std::ranges::copy(binding, result.begin() + 1).out;
  std::ranges::copy(internet_variables, rest);
  return result;
}();
constexpr std::array<std::string_view, 1> machine_learning_variables{"DEFAULT_IDENTITY_CLIENT_ID"};
constexpr std::array<std::string_view, 2> arc_variables{"ProgramData", "ProgramFiles"};

constexpr std::string_view assign_identity =
    "Assign a managed identity to the app; the platform then sets its variables";

expected<host_protocol> make_app_service(const host_environment& environment,
                                         const host_settings& settings) {
  return app_service::make_protocol(app_service::api_2019, environment, settings);
}

expected<host_protocol> make_app_service_2017(const host_environment& environment,
                                              const host_settings& settings) {
  return app_service::make_protocol(app_service::api_2017, environment, settings);
}

expected<host_protocol> refuse_unknown(const host_environment&, const host_settings&) {
  return fail(errc::invalid_configuration, "the host is not a midas::identity_host",
              "Choose one of midas::identity_hosts()");
}

// In the order of detection; the last one is never detected.
constexpr auto rows = std::to_array<host_profile>(
    {{.host = identity_host::workload_identity,
      .name = "Workload identity",
      .option = "workload-identity",
      .signature = {.variables = {{{"AZURE_TENANT_ID", true},
                                   {"AZURE_CLIENT_ID", true},
                                   {"AZURE_FEDERATED_TOKEN_FILE"}}},
                    .advice = workload_identity::how_variables_get_set},
      .credential = "WorkloadIdentityCredential",
      .default_identity = "the client in AZURE_CLIENT_ID",
      .other_variables = workload_identity_variables,
      .transient_statuses = default_transient_statuses,
      .may_pass = workload_identity::may_pass,
      .learns_of_claims = true,
      .supports_identity_binding = true,
      .limits = measured_limits,
      .make = workload_identity::make_protocol},
     {.host = identity_host::service_fabric,
      .name = "Service Fabric",
      .option = "service-fabric",
      .signature = {.variables = {{{"IDENTITY_ENDPOINT"},
                                   {"IDENTITY_HEADER"},
                                   {"IDENTITY_SERVER_THUMBPRINT"}}},
                    .advice = "Give the application a managed identity in its manifest; Service "
                              "Fabric then sets its variables"},
      .url_variable = "IDENTITY_ENDPOINT",
      .default_identity = "the identity in the application's manifest",
      .transient_statuses = default_transient_statuses,
      .learns_of_claims = true,
      .limits = measured_limits,
      .make = service_fabric::make_protocol},
     {.host = identity_host::app_service,
      .name = "App Service",
      .option = "app-service",
      .signature = {.variables = {{{"IDENTITY_ENDPOINT"}, {"IDENTITY_HEADER"}}},
                    .advice = assign_identity},
      .url_variable = "IDENTITY_ENDPOINT",
      .transient_statuses = default_transient_statuses,
      .limits = measured_limits,
      .make = make_app_service},
     {.host = identity_host::machine_learning,
      .name = "Machine Learning",
      .option = "machine-learning",
      .signature = {.variables = {{{"MSI_ENDPOINT"}, {"MSI_SECRET"}}},
                    .advice = "Run the program on Azure Machine Learning compute, which sets its "
                              "variables"},
      .other_variables = machine_learning_variables,
      .transient_statuses = default_transient_statuses,
      .limits = measured_limits,
      .make = machine_learning::make_protocol},
     {.host = identity_host::cloud_shell,
      .name = "Cloud Shell",
      .option = "cloud-shell",
      .signature = {.variables = {{{"MSI_ENDPOINT"}}},
                    .absent = "MSI_SECRET",
                    .advice = "Run the program in Azure Cloud Shell, which sets its variables"},
      .default_identity = "the signed-in user",
      .transient_statuses = default_transient_statuses,
      .may_pass = cloud_shell::may_pass,
      .checks_resource = true,
      .limits = measured_limits,
      .make = cloud_shell::make_protocol},
     {.host = identity_host::azure_arc,
      .name = "Azure Arc",
      .option = "arc",
      .signature = {.variables = {{{"IDENTITY_ENDPOINT"}, {"IMDS_ENDPOINT"}}},
                    .needs_variables = false,
                    .find_other_evidence = azure_arc::look_for_agent,
                    .advice =
                        "Install Azure Arc's agent and connect the machine (azcmagent connect), "
                        "or choose another host"},
      .other_variables = arc_variables,
      .transient_statuses = default_transient_statuses,
      .begins_with_challenge = true,
      .limits = measured_limits,
      .make = azure_arc::make_protocol},
     {.host = identity_host::imds,
      .name = "IMDS",
      .option = "imds",
      .signature = {.mode = detection_mode::fallback,
                    .variables = {{{"AZURE_POD_IDENTITY_AUTHORITY_HOST"}}},
                    .needs_variables = false},
      .transient_statuses = imds_transient_statuses,
      .retries = imds_retries,
      .is_status_code_foreign = true,
      .version_probe = imds::version_probe,
      .limits = host_limits{},
      .make = imds::make_protocol},
     {.host = identity_host::app_service_2017,
      .name = "App Service 2017",
      .option = "app-service-2017",
      .signature = {.mode = detection_mode::never,
                    .variables = {{{"MSI_ENDPOINT"}, {"MSI_SECRET"}}},
                    .advice = assign_identity},
      .url_variable = "MSI_ENDPOINT",
      .transient_statuses = default_transient_statuses,
      .limits = measured_limits,
      .make = make_app_service_2017}});

constexpr auto is_fallback = [](const host_profile& row) {
  return row.signature.mode == detection_mode::fallback;
};
static_assert(std::ranges::count_if(rows, is_fallback) == 1,
              "exactly one host is assumed if none is detected");

constexpr host_profile unknown_row{.name = "unknown", .option = "unknown", .make = refuse_unknown};

std::vector<std::string_view> collect_variables() {
  std::vector<std::string_view> result{insecure_variable, credentials_variable, identity_variable,
                                       log_variable};
  const auto add = [&result](std::string_view name) {
    if (!name.empty() && std::ranges::find(result, name) == result.end()) {
      result.push_back(name);
    }
  };
  for (const auto& row : rows) {
    for (const auto& variable : row.signature.variables) {
      add(variable.name);
    }
    std::ranges::for_each(row.other_variables, add);
  }
  return result;
}

}  // namespace

std::span<const host_profile> host_profiles() noexcept { return rows; }

const host_profile& profile_of(identity_host host) noexcept {
  const auto* const found = std::ranges::find(rows, host, &host_profile::host);
  return found == rows.end() ? unknown_row : *found;
}

std::string host_options(std::size_t max_width) {
  std::string result;
  std::size_t line_begin = 0;
  for (const auto& row : rows) {
    if (!result.empty()) {
      // Room for the option and the commas on both sides of it.
      const bool fits = result.size() - line_begin + row.option.size() + 3 <= max_width;
      result += fits ? ", " : ",\n";
      line_begin = fits ? line_begin : result.size();
    }
    result += row.option;
  }
  return result;
}

bool supports_identity_binding(const host_detection& detection) noexcept {
  return detection.host && profile_of(*detection.host).supports_identity_binding;
}

host_limits default_limits(identity_host host) noexcept { return profile_of(host).limits; }

std::span<const std::string_view> identity_variables() {
  static constinit made_once<const std::vector<std::string_view>> all;
  return all.get(&collect_variables);
}

}  // namespace midas::internal

namespace midas {

std::string_view to_string(identity_host host) noexcept { return internal::profile_of(host).name; }

std::string_view option_name(identity_host host) noexcept {
  return internal::profile_of(host).option;
}

std::span<const identity_host> identity_hosts() noexcept {
  static constexpr auto all = [] {
    std::array<identity_host, internal::rows.size()> result{};
    std::ranges::transform(internal::rows, result.begin(), &internal::host_profile::host);
    return result;
  }();
  return all;
}

expected<identity_host> read_identity_host(std::string_view option) {
  const auto* const found =
      std::ranges::find(internal::rows, option, &internal::host_profile::option);
  if (found != internal::rows.end()) {
    return found->host;
  }
  return internal::fail(
      errc::invalid_configuration,
      "unknown identity host " + internal::quoted(internal::one_line(option, 100)),
      "Use one of " + internal::host_options());
}

}  // namespace midas

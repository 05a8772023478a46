// AKS identity bindings, a mode of workload identity: a pod sends its federated token to a proxy of
// the cluster instead of Microsoft Entra ID. Microsoft Learn: "Set up identity bindings on Azure
// Kubernetes Service (AKS)"; azure-sdk-for-go, azidentity.
//
// It has no row in the registry of hosts. Detection, identities, form, responses and retries are
// those of workload identity; only the way of the request differs, and an option turns it on.
#pragma once

#include "messages/http_message.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace midas::internal::identity_binding {

inline constexpr std::string_view proxy_variable = "AZURE_KUBERNETES_TOKEN_PROXY";
inline constexpr std::string_view server_name_variable = "AZURE_KUBERNETES_SNI_NAME";
inline constexpr std::string_view ca_file_variable = "AZURE_KUBERNETES_CA_FILE";
inline constexpr std::string_view ca_data_variable = "AZURE_KUBERNETES_CA_DATA";

/// The variables that describe a binding.
inline constexpr std::array<std::string_view, 4> variables{proxy_variable, server_name_variable,
                                                           ca_file_variable, ca_data_variable};

/// Longer files of certificate authorities are rejected.
constexpr std::size_t max_authorities_bytes = std::size_t{1} << 20U;

/// The binding that the environment describes.
struct connection_settings {
  /// The URL of the proxy.
  url_parts proxy{};
  /// The name that the proxy is asked for, and that its certificate must have; empty for the host
  /// in its URL.
  std::string server_name{};
  /// Certificate authorities in PEM: a file that is read for each exchange, since AKS replaces
  /// them, or the text. At most one of the two; neither for those of the system.
  std::string ca_file{};
  std::string ca_data{};
};

/// Reads AZURE_KUBERNETES_TOKEN_PROXY, AZURE_KUBERNETES_SNI_NAME, AZURE_KUBERNETES_CA_FILE and
/// AZURE_KUBERNETES_CA_DATA; empty if none is set. Fails with errc::invalid_configuration if one is
/// set without the first, if both of the last two are set, for a name with other characters than
/// letters, digits, '.', '-' and '_', and for data without a certificate in PEM; as parse_url does
/// for the proxy; with errc::endpoint_not_allowed for a proxy without https, and with
/// errc::invalid_endpoint for one with a query. Each error names the variable.
expected<std::optional<connection_settings>> read_settings(const host_environment& environment);

/// The URL of `path`, which begins with a slash, below the proxy's own path.
std::string join_url(const url_parts& proxy, std::string_view path);

/// The certificate authorities that count once AZURE_KUBERNETES_CA_FILE, which is `path`, was read:
/// `content`, or `kept`, the ones before, if the file is empty, as it is while AKS replaces them.
/// Fails with errc::invalid_configuration, naming the file, if it is empty and there are none
/// before, or if it has no certificate in PEM.
expected<std::string> authorities_after(std::string_view kept, std::string_view content,
                                        std::string_view path);

/// Finds the way for the next exchange. Any thread may call it, concurrently.
using route_function = std::function<expected<std::shared_ptr<const internet_access>>()>;

/// The way to the proxy: direct, with the authorities of the binding or else `system`. The result
/// is the same object as before until the authorities change, and connections are kept for one
/// object only. Fails as credential_files::read_authorities and authorities_after() do.
route_function make_route(connection_settings settings, internet_access system,
                          decltype(credential_files::read_authorities) read);

/// How the option (token_service_options::identity_binding) and the variables of the binding go
/// together.
enum class usage : std::uint8_t {
  /// Neither the option nor a variable is set.
  absent,
  /// The federated token goes to the proxy, or the variables contradict each other.
  in_use,
  /// Variables are set, and the option is not.
  off,
  /// The option is set, and no variable is.
  without_variables,
  /// The option is set, and the host is not workload identity.
  of_another_host,
};

/// What to do about a refused exchange with usage::off.
inline constexpr std::string_view remedy_when_off =
    "If the pod's identity is bound by AKS, turn identity bindings on: --identity-binding, or "
    "token_service_options::identity_binding in programs";

usage usage_of(const host_environment& environment, bool is_enabled, bool is_workload_identity);

/// The same as a sentence; empty for usage::absent. Names a variable that is set.
std::string describe(usage found, const host_environment& environment);

}  // namespace midas::internal::identity_binding

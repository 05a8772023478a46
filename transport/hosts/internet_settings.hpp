// How the federated exchange reaches Microsoft Entra ID, the only endpoint on the Internet.
#pragma once

#include "messages/http_message.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/error.hpp>

#include <array>
#include <memory>
#include <string_view>

namespace midas::internal {

/// The variables that read_internet_access() reads.
inline constexpr std::array<std::string_view, 9> internet_variables{
    "https_proxy", "HTTPS_PROXY",    "all_proxy",     "ALL_PROXY",   "no_proxy",
    "NO_PROXY",    "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"};

/// The certificate authorities, as curl finds them: the option `ca_file` of host_settings, or else
/// the first variable that is set of CURL_CA_BUNDLE and SSL_CERT_FILE, and SSL_CERT_DIR. No proxy.
internet_access read_authorities(const host_environment& environment,
                                 const host_settings& settings);

/// The same, and the proxy for requests to `authority`: the option `proxy` of host_settings, or
/// else the first variable that is set of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY, and of
/// no_proxy and NO_PROXY. No proxy to this machine, and none for plain http. Fails with
/// errc::invalid_configuration, naming the option or variable, for a proxy that is not a
/// URL of a known scheme.
expected<std::shared_ptr<const internet_access>> read_internet_access(
    const host_environment& environment, const host_settings& settings, const url_parts& authority);

}  // namespace midas::internal

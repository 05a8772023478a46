#include "transport/hosts/internet_settings.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/plain_value.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

namespace midas::internal {

namespace {

struct named_value {
  std::string_view name;
  std::string_view value;
};

// The first one that is not empty.
named_value first_of(const host_environment& environment,
                     std::initializer_list<std::string_view> variables) {
  for (const auto name : variables) {
    if (const auto value = environment.variable(name); !value.empty()) {
      return {name, value};
    }
  }
  return {};
}

bool is_proxy(std::string_view text) {
  constexpr std::array<std::string_view, 6> schemes{"http",    "https",  "socks4",
                                                    "socks4a", "socks5", "socks5h"};
  const auto end = text.find("://");
  const auto scheme = ascii::lower(std::string{text.substr(0, end)});
  return is_one_word(text) &&
         (end == std::string_view::npos || std::ranges::find(schemes, scheme) != schemes.end());
}

}  // namespace

internet_access read_authorities(const host_environment& environment,
                                 const host_settings& settings) {
  internet_access result;
  const auto file = settings.ca_file.empty()
                        ? first_of(environment, {"CURL_CA_BUNDLE", "SSL_CERT_FILE"})
                        : named_value{"the ca_file option", settings.ca_file};
  const auto directory = first_of(environment, {"SSL_CERT_DIR"});
  result.ca_file = file.value;
  result.ca_directory = directory.value;
  result.ca_origin = file.name;
  if (!directory.name.empty()) {
    result.ca_origin.append(file.name.empty() ? "" : " and ").append(directory.name);
  }
  return result;
}

expected<std::shared_ptr<const internet_access>> read_internet_access(
    const host_environment& environment, const host_settings& settings,
    const url_parts& authority) {
  auto result = std::make_shared<internet_access>(read_authorities(environment, settings));
  const auto proxy =
      settings.proxy.empty()
          ? first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
          : named_value{"the proxy option", settings.proxy};
  if (!proxy.value.empty() && authority.scheme == "https" && !is_loopback(authority.host)) {
    if (!is_proxy(proxy.value)) {
      return fail(errc::invalid_configuration, concat({proxy.name, " is not the URL of a proxy"}),
                  "Use a URL such as http://proxy.example:3128");
    }
    result->proxy = proxy.value;
    result->proxy_origin = proxy.name;
    result->no_proxy = first_of(environment, {"no_proxy", "NO_PROXY"}).value;
  }
  return result;
}

}  // namespace midas::internal

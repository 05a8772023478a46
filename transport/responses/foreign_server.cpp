#include "transport/responses/foreign_server.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/host_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace midas::internal {

namespace {

constexpr std::string_view not_azure =
    "This machine is not a virtual machine of Azure. If Azure Arc's agent is installed, choose the "
    "host arc (--host arc), or set IDENTITY_ENDPOINT and IMDS_ENDPOINT as the agent does";
constexpr std::string_view in_container =
    "Check the address and the port: the container engine or service mesh answers there, not an "
    "identity endpoint";
constexpr std::string_view no_filter =
    "Exclude the identity endpoint from the proxy or filter that answers in its place";

// A header, and what its value contains, in lower case; empty if the header alone is a sign.
struct sign {
  std::string_view header;
  std::string_view part;
  foreign_server server;
};

constexpr foreign_server filter(std::string_view name) noexcept {
  return {server_kind::filter, name, no_filter};
}

constexpr foreign_server cloud(std::string_view name) noexcept {
  return {server_kind::other_cloud, name, not_azure};
}

constexpr foreign_server container(std::string_view name) noexcept {
  return {server_kind::container, name, in_container};
}

constexpr auto signs = std::to_array<sign>({
    {"Server", "ec2ws", cloud("the metadata service of AWS")},
    {"Server", "metadata server for vm", cloud("the metadata service of Google Cloud")},
    {"Metadata-Flavor", "google", cloud("the metadata service of Google Cloud")},
    {"Server", "docker", container("Docker")},
    {"Server", "containerd", container("containerd")},
    {"Server", "envoy", container("the proxy of a service mesh, Envoy")},
    {"Server", "squid", filter("the proxy Squid")},
    {"X-Squid-Error", "", filter("the proxy Squid")},
    {"Server", "zscaler", filter("the filter Zscaler")},
    {"Server", "bluecoat", filter("the filter Blue Coat")},
    {"Server", "blue coat", filter("the filter Blue Coat")},
    {"Server", "forti", filter("a filter of Fortinet")},
    {"Server", "mcafee", filter("the filter McAfee Web Gateway")},
    {"Server", "skyhigh", filter("the filter Skyhigh")},
    {"Server", "ironport", filter("the filter IronPort")},
    {"Server", "websense", filter("the filter Forcepoint")},
    {"Server", "forcepoint", filter("the filter Forcepoint")},
    {"Server", "sophos", filter("a filter of Sophos")},
    {"Server", "barracuda", filter("a filter of Barracuda")},
    {"Server", "netskope", filter("the filter Netskope")},
    {"Server", "mitmproxy", filter("the proxy mitmproxy")},
    {"Server", "tinyproxy", filter("the proxy Tinyproxy")},
    {"Server", "privoxy", filter("the proxy Privoxy")},
    {"Server", "varnish", filter("the cache Varnish")},
    {"Server", "cloudflare", filter("a proxy of Cloudflare")},
    {"Server", "akamaighost", filter("a proxy of Akamai")},
    {"Via", "", filter("a proxy")},
});

const sign* find_sign(const http_response& response) {
  constexpr std::size_t considered = 200;
  const auto* const found = std::ranges::find_if(signs, [&response](const sign& each) {
    const auto value = header_value(response, each.header).substr(0, considered);
    return !value.empty() && ascii::lower(std::string{value}).find(each.part) != std::string::npos;
  });
  return found == signs.end() ? nullptr : found;
}

}  // namespace

std::optional<foreign_server> find_foreign_server(const http_response& response) {
  const auto* const found = find_sign(response);
  return found == nullptr ? std::nullopt : std::optional{found->server};
}

std::string describe_server(const http_response& response) {
  constexpr std::size_t max_shown = 60;
  const auto* const found = find_sign(response);
  const auto header = found == nullptr ? std::string_view{"Server"} : found->header;
  const auto value = shown_host_text(header_value(response, header), response.proofs, max_shown);
  if (value.empty()) {
    return {};
  }
  auto result = concat({"; its header ", header, " is ", quoted(value)});
  return found == nullptr ? result : concat({result, ", as ", found->server.name, " sends it"});
}

}  // namespace midas::internal

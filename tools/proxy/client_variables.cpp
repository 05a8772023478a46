#include "tools/proxy/client_variables.hpp"

#include "http/app_service_request.hpp"
#include "messages/make_error.hpp"
#include "proxy/lifecycle/identity_header_file.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

namespace midas::internal::tools {

namespace {

using proxy::listen_address;

/// As a client on the same machine writes it.
std::string url_of(const listen_address& listener) {
  auto address = listener.address;
  if (address == "0.0.0.0") {
    address = "127.0.0.1";
  } else if (address == "::") {
    address = "::1";
  }
  const bool is_v6 = address.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + address + "]" : address) + ":" + std::to_string(listener.port);
}

expected<secret> known_header(const proxy::proxy_configuration& configuration) {
  const auto& path = configuration.identity_header_file;
  std::error_code unknown;
  if (!configuration.identity_header.empty() || path.empty() ||
      !std::filesystem::exists(path, unknown)) {
    return configuration.identity_header;
  }
  return proxy::read_identity_header(path);
}

}  // namespace

expected<std::vector<environment_variable>> client_variables(
    const proxy::proxy_configuration& configuration) {
  const auto& listeners = configuration.listeners;
  const auto listener = std::find_if(listeners.begin(), listeners.end(), [](const auto& each) {
    return each.path.empty() && each.port != 0;
  });
  if (listener == listeners.end()) {
    return fail(errc::invalid_configuration,
                "no listener has an address and a port that a variable could name",
                "Give --listen ADDRESS:PORT with a port other than 0.");
  }
  const auto header = known_header(configuration);
  if (!header) {
    return unexpected{header.error()};
  }
  const auto url = url_of(*listener);
  std::vector<environment_variable> variables{{"AZURE_POD_IDENTITY_AUTHORITY_HOST", url}};
  if (!header->empty()) {
    variables.push_back({"IDENTITY_ENDPOINT", url + std::string{http::app_service::token_path}});
    variables.push_back({"IDENTITY_HEADER", std::string{header->reveal()}});
  }
  return variables;
}

}  // namespace midas::internal::tools

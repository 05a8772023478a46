#include "proxy/configuration/configuration_change.hpp"
#include "proxy/configuration/configuration_check.hpp"
#include "proxy/configuration/configuration_file.hpp"
#include "proxy/configuration/listen_address_text.hpp"
#include "tools/proxy/proxy_arguments.hpp"

#include <CLI/CLI.hpp>

#include <string>

namespace midas::internal::tools {

namespace {

std::vector<std::string_view> given_members(const proxy_arguments& arguments) {
  std::vector<std::string_view> given;
  for (const auto& [option, member] : arguments.members) {
    if (option->count() > 0) {
      given.push_back(member);
    }
  }
  return given;
}

}  // namespace

proxy::configuration_result<proxy::proxy_configuration> read_proxy_configuration(
    const proxy_arguments& arguments, bool has_sockets) {
  proxy::proxy_configuration file;
  if (!arguments.file.empty()) {
    auto loaded = proxy::load_configuration(arguments.file);
    if (!loaded) {
      return loaded;
    }
    file = *std::move(loaded);
  }
  auto result = proxy::merge(file, arguments.configuration, given_members(arguments));
  if (result.listeners.empty() && !has_sockets) {
    result.listeners.push_back(proxy::parse_listen_address(default_listener).value());
  }
  if (auto problems = proxy::check(result); !problems.empty()) {
    return tl::unexpected{std::move(problems)};
  }
  return result;
}

}  // namespace midas::internal::tools

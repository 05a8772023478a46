#include "proxy/configuration/configuration_change.hpp"

#include "proxy/configuration/configuration_fields.hpp"
#include "proxy/configuration/configuration_members.hpp"

namespace midas::internal::proxy {

std::vector<configuration_change> changes(const proxy_configuration& from,
                                          const proxy_configuration& to) {
  std::vector<configuration_change> result;
  for (const auto& member : configuration_members()) {
    if (!find_field(member.name)->equal(from, to)) {
      result.push_back({member.name, !member.reloads});
    }
  }
  return result;
}

proxy_configuration reloaded(const proxy_configuration& running, const proxy_configuration& read) {
  auto result = running;
  for (const auto& member : configuration_members()) {
    if (member.reloads) {
      find_field(member.name)->copy(read, result);
    }
  }
  return result;
}

proxy_configuration merge(const proxy_configuration& file, const proxy_configuration& arguments,
                          std::span<const std::string_view> given) {
  auto result = file;
  for (const auto name : given) {
    if (const auto* const field = find_field(name)) {
      field->copy(arguments, result);
    } else if (name == "tokens.resources") {
      result.tokens.resources = arguments.tokens.resources;
    } else if (name == "tokens.identities") {
      result.tokens.identities = arguments.tokens.identities;
    }
  }
  return result;
}

}  // namespace midas::internal::proxy

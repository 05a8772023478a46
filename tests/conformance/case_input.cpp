#include "tests/conformance/case_input.hpp"

#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace midas::internal::conformance {

namespace {

// The names of identity kinds in the cases and in midas's configuration.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kind_names{{
    {"system", "SystemAssigned"},
    {"client_id", "ClientId"},
    {"object_id", "ObjectId"},
    {"resource_id", "ResourceId"},
}};

host_platform platform_of(const json& content) {
  const auto platform = text_of(content, "platform");
  if (platform.empty() || platform == "linux") {
    return host_platform::unix_like;
  }
  return platform == "windows" ? host_platform::windows : host_platform::other;
}

std::string arc_directory_of(const host_environment& environment) {
  return environment.platform == host_platform::windows
             ? std::string{environment.variable("ProgramData")} +
                   "\\AzureConnectedMachineAgent\\Tokens"
             : "/var/opt/azcmagent/tokens";
}

}  // namespace

host_environment environment_of(const json& content, template_values& values) {
  host_environment result;
  result.platform = platform_of(content);
  if (const auto* variables = member(content, "env"); variables != nullptr) {
    for (const auto& each : variables->GetObject()) {
      const auto name = to_text(each.name);
      // midas sees only the variables that it reads.
      if (std::ranges::find(identity_variables(), name) != identity_variables().end()) {
        result.variables[name] = expand(to_text(each.value), values);
      }
    }
  }
  values.arc_directory = arc_directory_of(result);
  for (auto& each : result.variables) {
    each.second = expand(std::string{each.second}, values);
  }
  return result;
}

std::string name_of(identity_host host) {
  std::string result{option_name(host)};
  std::ranges::replace(result, '-', '_');
  return result == "arc" ? "azure_arc" : result;
}

expected<managed_identity> identity_of(const json& identity) {
  const auto kind = text_of(identity, "kind");
  const auto* const found =
      std::ranges::find(kind_names, kind, [](const auto& each) { return each.first; });
  rapidjson::Document text{rapidjson::kObjectType};
  const auto add = [&text](const char* name, const std::string& value) {
    text.AddMember(json{name, text.GetAllocator()}, json{value.c_str(), text.GetAllocator()},
                   text.GetAllocator());
  };
  add("ManagedIdentityIdType", found == kind_names.end() ? kind : std::string{found->second});
  if (member(identity, "value") != nullptr) {
    add("Id", text_of(identity, "value"));
  }
  auto parsed = parse_managed_identity(dump(text));
  if (parsed) {
    if (auto valid = parsed->validate(); !valid) {
      return unexpected{std::move(valid.error())};
    }
  }
  return parsed;
}

expected<token_request> request_of(const json* identity, const json* resource,
                                   const json* options) {
  token_request result;
  if (identity != nullptr) {
    auto parsed = identity_of(*identity);
    if (!parsed) {
      return unexpected{std::move(parsed.error())};
    }
    result.identity = *std::move(parsed);
  }
  result.resource = resource == nullptr ? "" : to_text(*resource);
  if (options != nullptr) {
    result.claims = text_of(*options, "claims");
    result.force_refresh = is_true(*options, "force_refresh");
  }
  return result;
}

std::size_t max_retries_of(const json& content) {
  const auto exchange = elements_of(content, "exchange");
  const auto* status = exchange.empty() ? nullptr : member((*exchange[0])["respond"], "status");
  return status != nullptr && status->GetInt() == 410 ? 7 : 3;
}

}  // namespace midas::internal::conformance

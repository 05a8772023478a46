#include "simulator/hosts/identity_choice.hpp"

#include "messages/guid.hpp"
#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/token_issuer.hpp"

#include <cstdint>
#include <string>

namespace midas {

simulated_identity sample_system_assigned_identity() {
  return {"5151a7ed-0000-4000-8000-000000000001", "5151a7ed-0000-4000-8000-000000000002",
          "/subscriptions/5151a7ed-0000-4000-8000-0000000000ff/resourceGroups/simulated"
          "/providers/Microsoft.Compute/virtualMachines/simulated-machine"};
}

simulated_identity sample_user_assigned_identity() {
  return {"5151a7ed-0000-4000-8000-000000000011", "5151a7ed-0000-4000-8000-000000000012",
          "/subscriptions/5151a7ed-0000-4000-8000-0000000000ff/resourceGroups/simulated"
          "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/simulated-identity"};
}

}  // namespace midas

namespace midas::internal::simulator {
namespace {

/// A GUID derived from a name by hashing: equal for equal names.
std::string guid_of(std::string_view name, std::uint64_t hash) {
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c | 0x20)) * 0x100000001b3U;
  }
  std::string guid = "5151a7ed-0000-4000-8000-000000000000";
  for (std::size_t i = guid.size(); hash != 0 && i > 0;) {
    if (guid[--i] == '-') {
      continue;
    }
    guid[i] = "0123456789abcdef"[hash & 15];
    hash >>= 4;
  }
  return guid;
}

bool is_resource_id(std::string_view text) noexcept {
  constexpr std::string_view begin = "/subscriptions/";
  constexpr std::string_view kind = "/userAssignedIdentities/";
  const auto last = text.rfind('/');
  return text.size() > begin.size() &&
         http::equal_ignoring_case(text.substr(0, begin.size()), begin) && last + 1 < text.size() &&
         last + 1 >= kind.size() &&
         http::equal_ignoring_case(text.substr(last + 1 - kind.size(), kind.size()), kind);
}

simulated_identity derived_identity(std::string simulated_identity::*member,
                                    const std::string& id) {
  simulated_identity identity{
      guid_of(id, 1), guid_of(id, 2),
      "/subscriptions/5151a7ed-0000-4000-8000-0000000000ff/resourceGroups/simulated"
      "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/simulated-" +
          guid_of(id, 3)};
  identity.*member = id;
  return identity;
}

}  // namespace

identity_choice choose_unnamed(const simulated_host_options& options) {
  if (options.system_assigned) {
    return *options.system_assigned;
  }
  if (options.user_assigned.size() == 1) {
    return options.user_assigned.front();
  }
  return options.user_assigned.empty() ? identity_refusal::not_found : identity_refusal::ambiguous;
}

identity_choice choose_identity(const simulated_host_options& options,
                                const http::query_string& query,
                                std::span<const identity_selector> selectors) {
  const identity_selector* chosen = nullptr;
  const std::string* id = nullptr;
  for (const auto& candidate : selectors) {
    if (const auto* value = query.find(candidate.parameter)) {
      if (id != nullptr) {
        return identity_refusal::contradictory;
      }
      chosen = &candidate;
      id = value;
    }
  }
  if (id == nullptr) {
    return choose_unnamed(options);
  }
  for (const auto& identity : options.user_assigned) {
    if (!id->empty() && http::equal_ignoring_case(identity.*chosen->name, *id)) {
      return identity;
    }
  }
  // The system-assigned identity can be selected by its ids, too.
  if (!id->empty() && options.system_assigned &&
      http::equal_ignoring_case((*options.system_assigned).*chosen->name, *id)) {
    return *options.system_assigned;
  }
  const bool by_resource_id = chosen->name == &simulated_identity::resource_id;
  if (options.any_user_assigned && (by_resource_id ? is_resource_id(*id) : is_guid(*id))) {
    return derived_identity(chosen->name, *id);
  }
  return identity_refusal::not_found;
}

}  // namespace midas::internal::simulator

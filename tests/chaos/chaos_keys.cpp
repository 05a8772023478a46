#include "tests/chaos/chaos_keys.hpp"

namespace midas::internal::chaos {

namespace {

simulated_identity user_assigned(const std::string& digit) {
  return {"c0000000-0000-4000-8000-00000000000" + digit,
          "0b000000-0000-4000-8000-00000000000" + digit,
          "/subscriptions/00000000-0000-4000-8000-000000000000/resourceGroups/chaos/providers/"
          "Microsoft.ManagedIdentity/userAssignedIdentities/chaos" +
              digit};
}

struct named_identity {
  managed_identity name;
  std::string client_id;
};

std::vector<named_identity> identities() {
  const auto all = chaos_user_assigned();
  return {{managed_identity::system_assigned(), sample_system_assigned_identity().client_id},
          {managed_identity::client_id(all[0].client_id), all[0].client_id},
          {managed_identity::object_id(all[1].object_id), all[1].client_id},
          {managed_identity::resource_id(all[2].resource_id), all[2].client_id}};
}

}  // namespace

std::vector<simulated_identity> chaos_user_assigned() {
  return {user_assigned("1"), user_assigned("2"), user_assigned("3")};
}

request_key key_of(const managed_identity& identity, std::string resource) {
  // The resource ids differ only in their last segment.
  const auto& id = identity.id();
  return {std::string{to_string(identity.kind())} +
              (id.empty() ? "" : " " + id.substr(id.rfind('/') + 1)),
          std::move(resource)};
}

const std::vector<std::string>& chaos_resources() {
  static const std::vector<std::string> all{"https://vault.example", "https://storage.example",
                                            "https://graph.example"};
  return all;
}

const std::vector<std::string>& chaos_identities() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> result;
    for (const auto& each : identities()) {
      result.push_back(each.name.id().empty() ? "system" : each.name.id());
    }
    return result;
  }();
  return all;
}

const std::vector<chaos_key>& chaos_keys() {
  static const std::vector<chaos_key> all = [] {
    std::vector<chaos_key> result;
    for (const auto& resource : chaos_resources()) {
      for (const auto& identity : identities()) {
        auto& added = result.emplace_back();
        added.request.identity = identity.name;
        added.request.resource = resource;
        added.client_id = identity.client_id;
        added.key = key_of(identity.name, resource);
      }
    }
    return result;
  }();
  return all;
}

}  // namespace midas::internal::chaos

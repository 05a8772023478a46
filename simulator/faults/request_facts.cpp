#include "simulator/faults/request_facts.hpp"

#include "http/query_string.hpp"

#include <array>
#include <string_view>

namespace midas::internal::simulator {
namespace {

/// The parameters that select an identity on any host. No host uses one of them for anything else.
constexpr std::array<const char*, 6> identity_parameters{"client_id",    "clientid",   "object_id",
                                                         "principal_id", "msi_res_id", "mi_res_id"};

std::string resource_of(const http::query_string& parameters) {
  if (const auto* resource = parameters.find("resource")) {
    return *resource;
  }
  const auto* scope = parameters.find("scope");
  constexpr std::string_view suffix = "/.default";
  if (scope == nullptr || !scope->ends_with(suffix)) {
    return {};
  }
  return scope->substr(0, scope->size() - suffix.size());
}

}  // namespace

request_facts facts_of(const request_view& request) {
  request_facts facts;
  const auto parameters =
      http::query_string::parse(request.method == "POST" ? request.body : request.query());
  if (!parameters) {
    return facts;
  }
  facts.resource = resource_of(*parameters);
  for (const auto* name : identity_parameters) {
    if (const auto* id = parameters->find(name)) {
      facts.identity = *id;
      break;
    }
  }
  return facts;
}

}  // namespace midas::internal::simulator

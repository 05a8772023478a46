#include "transport/hosts/identity_parameters.hpp"

#include "transport/formats/url.hpp"

namespace midas::internal {

std::string_view identity_parameters::name_of(identity_kind kind) const noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return client_id;
    case identity_kind::object_id:
      return object_id;
    case identity_kind::resource_id:
      return resource_id;
  }
  return {};
}

void append_identity(std::string& url, const identity_parameters& parameters,
                     const managed_identity& identity) {
  if (const auto name = parameters.name_of(identity.kind()); !name.empty()) {
    url.append("&").append(name).append("=").append(percent_encode(identity.id()));
  }
}

}  // namespace midas::internal

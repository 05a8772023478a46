#include "transport/hosts/identity_parameters.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
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

expected<void> check_id_size(const managed_identity& identity) {
  constexpr std::size_t most = 64;
  const auto kind = identity.kind();
  const bool is_guid = kind == identity_kind::client_id || kind == identity_kind::object_id;
  const auto size = identity.id().size();
  if (!is_guid || size <= most) {
    return {};
  }
  const std::string name{to_string(kind)};
  return fail(errc::invalid_identity,
              concat({"the ", name, " of the user-assigned identity, ", quoted_start(identity.id()),
                      ", has ", std::to_string(size), " characters; the maximum is ",
                      std::to_string(most)}),
              concat({"Pass the ", name, " as the Azure portal shows it"}));
}

void append_identity(std::string& url, const identity_parameters& parameters,
                     const managed_identity& identity) {
  if (const auto name = parameters.name_of(identity.kind()); !name.empty()) {
    url.append("&").append(name).append("=").append(percent_encode(identity.id()));
  }
}

}  // namespace midas::internal

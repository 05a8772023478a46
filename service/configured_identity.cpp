#include "service/configured_identity.hpp"

#include "messages/concat.hpp"
#include "messages/guid.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/plain_value.hpp"
#include "transport/hosts/host_registry.hpp"

namespace midas::internal {

namespace {

unexpected refuse(std::string_view value, std::string_view what) {
  const auto hint = advice_for_value(value);
  return fail(errc::invalid_configuration, concat({identity_variable, " ", what}),
              concat({hint, hint.empty() ? "" : ". ", "Set it to ", identity_form,
                      "; or to the client id alone, or unset it"}));
}

}  // namespace

expected<configured_identity> configure_identity(const token_service_options& options,
                                                 const host_environment& environment) {
  if (options.identity) {
    return configured_identity{options.identity, {}};
  }
  if (!options.identity_from_environment || !environment.variables.contains(identity_variable)) {
    return configured_identity{};
  }
  const auto value = environment.variable(identity_variable);
  if (value.empty()) {
    return refuse(value, "is set, but empty");
  }
  // Most ids that people copy are client ids, so that the type may be left out.
  if (is_guid(value)) {
    return configured_identity{managed_identity::client_id(std::string{value}), identity_variable};
  }
  auto read = read_managed_identity(value);
  if (!read) {
    return refuse(value, read.error());
  }
  return configured_identity{*std::move(read), identity_variable};
}

}  // namespace midas::internal

#include "messages/make_error.hpp"
#include <midas/managed_identity.hpp>

#include <algorithm>

namespace midas {

using internal::fail;

std::string_view to_string(identity_kind kind) noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      return "system-assigned";
    case identity_kind::client_id:
      return "client id";
    case identity_kind::object_id:
      return "object id";
    case identity_kind::resource_id:
      return "resource id";
  }
  return "unknown";
}

managed_identity managed_identity::client_id(std::string id) {
  return {identity_kind::client_id, std::move(id)};
}

managed_identity managed_identity::object_id(std::string id) {
  return {identity_kind::object_id, std::move(id)};
}

managed_identity managed_identity::resource_id(std::string id) {
  return {identity_kind::resource_id, std::move(id)};
}

expected<void> managed_identity::validate() const {
  if (kind_ == identity_kind::system_assigned) {
    return {};
  }
  const std::string name{to_string(kind_)};
  if (id_.empty()) {
    return fail(errc::invalid_identity, "the " + name + " of the user-assigned identity is empty",
                "Pass the " + name + ", or request the system-assigned identity");
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (id_.front() == ' ' || id_.back() == ' ' || std::ranges::any_of(id_, is_control)) {
    return fail(errc::invalid_identity,
                "the " + name +
                    " of the user-assigned identity begins or ends with white space, or "
                    "contains control characters",
                "Pass the " + name + " as the Azure portal shows it");
  }
  return {};
}

managed_identity managed_identity::folded() const {
  auto result = *this;
  if (kind_ == identity_kind::client_id || kind_ == identity_kind::object_id) {
    std::ranges::transform(result.id_, result.id_.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
  }
  return result;
}

std::string to_string(const managed_identity& identity) {
  std::string result{to_string(identity.kind())};
  if (identity.kind() != identity_kind::system_assigned) {
    result += ' ';
    result += identity.id();
  }
  return result;
}

}  // namespace midas

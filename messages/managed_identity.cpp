#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include <midas/managed_identity.hpp>

#include <algorithm>
#include <utility>

namespace midas {

using internal::concat;
using internal::fail;
using internal::quoted_start;

namespace {

constexpr std::size_t max_size = 2'048;

bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7f; }

}  // namespace

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
    return fail(errc::invalid_identity,
                concat({"the ", name, " of the user-assigned identity is empty"}),
                concat({"Pass the ", name, ", or request the system-assigned identity"}));
  }
  const auto advice = concat({"Pass the ", name, " as the Azure portal shows it"});
  if (id_.size() > max_size) {
    return fail(errc::invalid_identity,
                concat({"the ", name, " of the user-assigned identity, ", quoted_start(id_),
                        ", has ", std::to_string(id_.size()), " characters; the maximum is ",
                        std::to_string(max_size)}),
                advice);
  }
  if (!std::ranges::all_of(id_, is_printable)) {
    return fail(errc::invalid_identity,
                concat({"the ", name, " of the user-assigned identity, ", quoted_start(id_),
                        ", contains characters that are not printable ASCII"}),
                advice);
  }
  if (id_.front() == ' ' || id_.back() == ' ') {
    return fail(errc::invalid_identity,
                concat({"the ", name, " of the user-assigned identity, ", quoted_start(id_),
                        ", begins or ends with white space"}),
                advice);
  }
  return {};
}

managed_identity managed_identity::folded() const {
  auto result = *this;
  if (kind_ == identity_kind::client_id || kind_ == identity_kind::object_id) {
    result.id_ = internal::ascii::lower(std::move(result.id_));
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

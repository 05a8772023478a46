#include "messages/concat.hpp"
#include "messages/guid.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "service/configured_identity.hpp"
#include "transport/formats/json_object.hpp"
#include <midas/managed_identity.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

namespace {

using internal::json_kind;
using internal::json_member;

constexpr std::size_t max_shown = 120;

constexpr std::array identity_kinds{identity_kind::system_assigned, identity_kind::client_id,
                                    identity_kind::object_id, identity_kind::resource_id};

// The ManagedIdentityIdType of MSAL.
std::string_view name_of(identity_kind kind) noexcept {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return "ClientId";
    case identity_kind::object_id:
      return "ObjectId";
    case identity_kind::resource_id:
      return "ResourceId";
  }
  return "SystemAssigned";
}

managed_identity make_identity(identity_kind kind, std::string id) {
  switch (kind) {
    case identity_kind::system_assigned:
      break;
    case identity_kind::client_id:
      return managed_identity::client_id(std::move(id));
    case identity_kind::object_id:
      return managed_identity::object_id(std::move(id));
    case identity_kind::resource_id:
      return managed_identity::resource_id(std::move(id));
  }
  return managed_identity::system_assigned();
}

// Fails with what is wrong with the JSON text, e.g. "has no ManagedIdentityIdType".
tl::expected<identity_kind, std::string_view> read_kind(const json_member& type) {
  if (type.kind == json_kind::absent) {
    return tl::unexpected{std::string_view{"has no ManagedIdentityIdType"}};
  }
  if (type.kind != json_kind::string) {
    return tl::unexpected{std::string_view{"has a ManagedIdentityIdType that is not a string"}};
  }
  const auto* const found = std::ranges::find(identity_kinds, type.text, &name_of);
  if (found == identity_kinds.end()) {
    return tl::unexpected{std::string_view{"has an unknown ManagedIdentityIdType"}};
  }
  return *found;
}

// What is wrong with the Id of an identity of this kind; empty if nothing is.
std::string_view check_id(identity_kind kind, const json_member& id) {
  const bool absent = id.kind == json_kind::absent || id.kind == json_kind::null;
  if (kind == identity_kind::system_assigned) {
    return absent ? "" : "is SystemAssigned but has an Id";
  }
  if (absent) {
    return "has no Id";
  }
  return id.kind == json_kind::string ? "" : "has an Id that is not a string";
}

// The advice for a text that is not JSON. An id alone does not show its kind.
std::string remedy_for(std::string_view text) {
  std::string result;
  if (internal::is_guid(text)) {
    result =
        "For a client id alone, call managed_identity::client_id(), for an object id "
        "object_id(). Otherwise use ";
  } else if (text.starts_with("/subscriptions/")) {
    result = "For a resource id alone, call managed_identity::resource_id(). Otherwise use ";
  } else {
    result = "Use ";
  }
  return result.append(internal::identity_form);
}

}  // namespace

tl::expected<managed_identity, std::string> internal::read_managed_identity(std::string_view json) {
  const auto refuse = [](std::string what) { return tl::unexpected{std::move(what)}; };
  sensitive_string text{json};
  std::array<json_member, 2> members{{{.name = "ManagedIdentityIdType"}, {.name = "Id"}}};
  const auto& [type, id] = members;
  switch (internal::read_json_object(text, members).result) {
    case json_reading::outcome::malformed:
      return refuse("is not JSON");
    case json_reading::outcome::other_value:
      return refuse("is not a JSON object");
    case json_reading::outcome::object:
      break;
  }
  const auto kind = read_kind(type);
  if (!kind) {
    return refuse(std::string{kind.error()});
  }
  if (const auto problem = check_id(*kind, id); !problem.empty()) {
    return refuse(std::string{problem});
  }
  auto result = make_identity(*kind, std::string{id.text});
  if (const auto valid = result.validate(); !valid) {
    return refuse("is not valid: " + valid.error().message);
  }
  return result;
}

expected<managed_identity> parse_managed_identity(std::string_view json) {
  auto result = internal::read_managed_identity(json);
  if (!result) {
    return internal::fail(
        errc::invalid_identity,
        internal::concat(
            {"the managed identity '", internal::one_line(json, max_shown), "' ", result.error()}),
        remedy_for(json));
  }
  return *std::move(result);
}

std::string to_json(const managed_identity& identity) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  const auto add_string = [&writer](std::string_view text) {
    const auto valid = internal::well_formed(text);
    writer.String(valid.data(), static_cast<rapidjson::SizeType>(valid.size()));
  };
  writer.StartObject();
  writer.Key("ManagedIdentityIdType");
  add_string(name_of(identity.kind()));
  writer.Key("Id");
  if (identity.kind() == identity_kind::system_assigned) {
    writer.Null();
  } else {
    add_string(identity.id());
  }
  writer.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace midas

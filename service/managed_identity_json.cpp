#include "messages/make_error.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/formats/plain_text.hpp"
#include <midas/managed_identity.hpp>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <array>

namespace midas {

using namespace internal;

namespace {

constexpr std::size_t max_shown = 120;

unexpected refuse(std::string_view json, std::string_view what) {
  return fail(
      errc::invalid_identity,
      "the managed identity '" + one_line(json, max_shown) + "' " + std::string{what},
      R"(Give {"ManagedIdentityIdType": "ClientId", "Id": "..."}, or ObjectId or ResourceId )"
      R"(with an Id, or SystemAssigned without)");
}

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

}  // namespace

expected<managed_identity> parse_managed_identity(std::string_view json) {
  sensitive_string text{json};
  std::array<json_member, 2> members{{{.name = "ManagedIdentityIdType"}, {.name = "Id"}}};
  const auto& [type, id] = members;
  switch (read_json_object(text, members).result) {
    case json_reading::outcome::malformed:
      return refuse(json, "is no JSON");
    case json_reading::outcome::other_value:
      return refuse(json, "is no JSON object");
    case json_reading::outcome::object:
      break;
  }
  if (type.kind == json_kind::absent) {
    return refuse(json, "has no ManagedIdentityIdType");
  }
  if (type.kind != json_kind::string) {
    return refuse(json, "has a ManagedIdentityIdType that is no string");
  }
  if (type.text == name_of(identity_kind::system_assigned)) {
    return id.kind == json_kind::absent || id.kind == json_kind::null
               ? expected<managed_identity>{managed_identity::system_assigned()}
               : refuse(json, "is SystemAssigned, yet has an Id");
  }
  managed_identity result;
  if (type.text == name_of(identity_kind::client_id)) {
    result = managed_identity::client_id(std::string{id.text});
  } else if (type.text == name_of(identity_kind::object_id)) {
    result = managed_identity::object_id(std::string{id.text});
  } else if (type.text == name_of(identity_kind::resource_id)) {
    result = managed_identity::resource_id(std::string{id.text});
  } else {
    return refuse(json, "is of a type that is not known");
  }
  if (id.kind == json_kind::absent || id.kind == json_kind::null) {
    return refuse(json, "has no Id");
  }
  if (id.kind != json_kind::string) {
    return refuse(json, "has an Id that is no string");
  }
  if (const auto valid = result.validate(); !valid) {
    return refuse(json, "is not valid: " + valid.error().message);
  }
  return result;
}

std::string to_json(const managed_identity& identity) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer{buffer};
  const auto add_string = [&writer](std::string_view text) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
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

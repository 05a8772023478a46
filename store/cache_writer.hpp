// Writes the text of a token cache of MSAL, formatted as Python's json.dumps(indent=4) does.
#pragma once

#include "store/json_stream.hpp"
#include "store/msal_entry.hpp"
#include "store/sensitive_output.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/prettywriter.h>

#include <cstddef>
#include <string_view>
#include <utility>

namespace midas::internal {

class cache_writer {
 public:
  /// `expected` is the size that the text will probably have.
  explicit cache_writer(std::size_t expected) : output_(expected), json_(output_) {}

  [[nodiscard]] sensitive_string take() && { return std::move(output_).take(); }

  bool put_null() { return json_.Null(); }
  bool put_bool(bool value) { return json_.Bool(value); }
  /// With its digits as they are.
  bool put_number(std::string_view text) {
    return json_.RawValue(text.data(), text.size(), rapidjson::kNumberType);
  }
  /// A value, or the name of a member. RapidJSON's writer looks at one character after the other,
  /// which takes most of the time for a token.
  bool put_string(std::string_view text) {
    if (!is_plain(text)) {
      return json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    }
    const bool is_written = json_.RawValue("", 0, rapidjson::kStringType);
    output_.Put('"');
    output_.append(text);
    output_.Put('"');
    return is_written;
  }
  bool begin_object() { return json_.StartObject(); }
  bool end_object() { return json_.EndObject(); }
  bool begin_array() { return json_.StartArray(); }
  bool end_array() { return json_.EndArray(); }

  void put(std::string_view name, std::string_view value) {
    put_string(name);
    put_string(value);
  }
  /// A member with an object, whose members `members` puts.
  template <class Members>
  void put_object(std::string_view name, Members members) {
    put_string(name);
    begin_object();
    members();
    end_object();
  }

  /// The members of an entry in the section AccessToken.
  void put_entry(const stored_token& token) {
    const auto& grant = token.grant;
    put("credential_type", msal::access_token);
    put("secret", grant.token.reveal());
    put_string(name_of(entry_field::home_account_id));
    put_null();
    put("environment", msal::environment);
    put("client_id", msal_client_id(token.identity));
    put("target", grant.resource);
    put("realm", msal::realm);
    put("token_type", grant.token_type);
    put_times(token);
    put("extended_expires_on", seconds_text(grant.expires_on));
    if (grant.refresh_on) {
      put("refresh_on", seconds_text(*grant.refresh_on));
    }
  }

  /// The members that the section of midas has for an entry.
  void put_mark(const stored_token& token, std::string_view machine) {
    put("id_kind", id_kind_name(token.identity.kind()));
    put("machine", machine);
    put_times(token);
    if (is_endpoint_text(token.endpoint)) {
      put(name_of(entry_field::endpoint), token.endpoint);
    }
  }

 private:
  // By these, it shows whether an entry is still the one that its mark describes.
  void put_times(const stored_token& token) {
    put("cached_at", seconds_text(token.cached_at));
    put("expires_on", seconds_text(token.grant.expires_on));
  }

  sensitive_output output_;
  rapidjson::PrettyWriter<sensitive_output, rapidjson::UTF8<>, rapidjson::ASCII<>> json_;
};

}  // namespace midas::internal

#include "store/cache_writer.hpp"

#include "store/msal_entry.hpp"

#include <utility>

namespace midas::internal {

namespace {

// Has no early exit, so that the compiler can vectorize the loop.
bool stands_as_it_is(std::string_view text) noexcept {
  unsigned char special = 0;
  for (const char c : text) {
    special |= static_cast<unsigned char>(static_cast<unsigned char>(c - ' ') > '~' - ' ');
    special |= static_cast<unsigned char>(c == '"' || c == '\\');
  }
  return special == 0;
}

// What midas writes is checked before, and is printable. Another byte must not break the file.
void append_escaped(sensitive_string& result, char c) {
  if (c < ' ' || c > '~') {
    result.append("\\ufffd");
    return;
  }
  if (c == '"' || c == '\\') {
    result += '\\';
  }
  result += c;
}

}  // namespace

void append_line(sensitive_string& text, std::size_t depth) {
  constexpr std::size_t indent = 4;
  text += '\n';
  text.append(depth * indent, ' ');
}

void cache_writer::append_string(std::string_view text) {
  text_ += '"';
  if (stands_as_it_is(text)) {
    text_.append(text);
  } else {
    for (const char c : text) {
      append_escaped(text_, c);
    }
  }
  text_ += '"';
}

void cache_writer::begin_member(std::string_view name) {
  if (!std::exchange(is_first_, false)) {
    text_ += ',';
  }
  append_line(text_, depth_);
  append_string(name);
  text_.append(": ");
}

void cache_writer::put(std::string_view name, std::string_view value) {
  begin_member(name);
  append_string(value);
}

void cache_writer::put_null(std::string_view name) {
  begin_member(name);
  text_.append("null");
}

void cache_writer::begin_object(std::string_view name) {
  begin_member(name);
  text_ += '{';
  ++depth_;
  is_first_ = true;
}

void cache_writer::end_object() {
  --depth_;
  if (!std::exchange(is_first_, false)) {
    append_line(text_, depth_);
  }
  text_ += '}';
}

void cache_writer::put_entry(const stored_token& token) {
  const auto& grant = token.grant;
  put("credential_type", msal::access_token);
  put(name_of(entry_field::secret), grant.token.reveal());
  put_null(name_of(entry_field::home_account_id));
  put(name_of(entry_field::environment), msal::environment);
  put(name_of(entry_field::client_id), msal_client_id(token.identity));
  put(name_of(entry_field::target), grant.resource);
  put(name_of(entry_field::realm), msal::realm);
  put(name_of(entry_field::token_type), grant.token_type);
  put_times(token);
  put("extended_expires_on", seconds_text(grant.expires_on));
  if (grant.refresh_on) {
    put(name_of(entry_field::refresh_on), seconds_text(*grant.refresh_on));
  }
}

void cache_writer::put_mark(const stored_token& token, std::string_view machine) {
  put(name_of(entry_field::id_kind), id_kind_name(token.identity.kind()));
  put(name_of(entry_field::machine), machine);
  put_times(token);
  if (is_endpoint_text(token.endpoint)) {
    put(name_of(entry_field::endpoint), token.endpoint);
  }
}

// These show whether an entry is still the one that its mark describes.
void cache_writer::put_times(const stored_token& token) {
  put(name_of(entry_field::cached_at), seconds_text(token.cached_at));
  put(name_of(entry_field::expires_on), seconds_text(token.grant.expires_on));
}

}  // namespace midas::internal

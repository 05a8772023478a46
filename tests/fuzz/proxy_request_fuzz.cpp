// libFuzzer's program for what a client sends to the proxy: any bytes, in pieces of any size, are
// answered with well-formed HTTP and JSON, and no reply contains what the client may not know.
//
//   midas_proxy_request_fuzz -dict=tests/fuzz/proxy_request.dict NEW_DIRECTORY
//   tests/fuzz/proxy_request_corpus
#include "http/request_reader.hpp"
#include "proxy/protocols/reply_text.hpp"
#include "proxy/protocols/request_reading.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::proxy;

constexpr std::string_view identity_header = "7d0f3c-known-to-app-service-only";
constexpr std::string_view token_text = "e30.eyJhcHBpZCI6ImEiLCJuYmYiOjF9.c2ln";
constexpr std::chrono::sys_seconds now{std::chrono::seconds{1'700'000'000}};
constexpr reply_frame frame{.date = "Sun, 06 Nov 1994 08:49:37 GMT",
                            .request_id = "01234567-89ab-cdef-0123-456789abcdef"};

void require(bool condition, const char* what) {
  if (!condition) {
    static_cast<void>(std::fprintf(stderr, "not so: %s\n", what));
    std::abort();
  }
}

bool is_json_object(std::string_view text) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  return !document.HasParseError() && document.IsObject();
}

/// No text of the request may add lines to the head.
void check_head(std::string_view head) {
  require(head.starts_with("HTTP/1.1 "), "a reply begins with a status line");
  require(std::count(head.begin(), head.end(), '\n') <= 8, "a reply has no lines of the client");
  require(std::all_of(head.begin(), head.end(),
                      [](char c) { return c == '\r' || c == '\n' || (c >= ' ' && c < '\x7f'); }),
          "a head is printable");
}

void check_reply(const sensitive_string& reply, bool with_body = true) {
  const std::string_view text{reply};
  const auto end = text.find("\r\n\r\n");
  require(end != std::string_view::npos, "a reply has a head");
  check_head(text.substr(0, end + 2));
  const auto body = text.substr(end + 4);
  constexpr std::string_view name = "Content-Length: ";
  const auto at = text.find(name) + name.size();
  std::size_t size = 0;
  std::from_chars(text.data() + at, text.data() + end, size);
  require(size == body.size() || !with_body, "Content-Length is the size of the body");
  require(is_json_object(body) || !with_body, "the body is a JSON object");
  require(text.find(identity_header) == std::string_view::npos, "no reply has the secret");
}

void answer_refusal(const refusal& refused) {
  require(refused.status >= 400 && refused.status < 500, "a malformed request is the client's");
  require(!refused.reason.empty(), "a refusal has a reason");
  sensitive_string reply;
  append_refusal(reply, refused, frame);
  check_reply(reply);
  require(std::string_view{reply}.find(token_text) == std::string_view::npos,
          "a refusal has no token");
}

void answer_query(const token_query& query) {
  require(!query.resource.empty(), "a query has a resource");
  const access_token token{token_grant{.token = secret{token_text},
                                       .resource = query.resource,
                                       .expires_on = now + std::chrono::hours{1}},
                           token_source::cache};
  sensitive_string reply;
  append_token(reply, query, token, claims_of(token_text), now, frame);
  check_reply(reply);
}

/// What proves that a request was meant for a host's endpoint.
bool has_proof(const http::request_view& request, client_protocol protocol) {
  const auto metadata = request.field("Metadata");
  return protocol == client_protocol::imds
             ? metadata && http::equal_ignoring_case(*metadata, "true")
             : request.field("X-IDENTITY-HEADER") == identity_header;
}

void answer(const http::request_view& request) {
  const secret header{identity_header};
  const auto checked =
      check_request(request, {.local_address = "127.0.0.1", .identity_header = header});
  if (const auto* refused = std::get_if<refusal>(&checked)) {
    return answer_refusal(*refused);
  }
  const auto protocol = std::get<client_protocol>(checked);
  require(request.method == "GET" && has_proof(request, protocol), "a token has its conditions");
  require(!request.field("X-Forwarded-For") && !request.field("Forwarded"),
          "no token for a forwarded request");
  const auto read = read_query(request, protocol);
  if (const auto* refused = std::get_if<refusal>(&read)) {
    return answer_refusal(*refused);
  }
  answer_query(std::get<token_query>(read));
}

/// False if the connection would close.
bool serve(http::request_reader& reader) {
  boost::system::error_code error;
  while (reader.read(error)) {
    if (error) {
      sensitive_string reply;
      append_protocol_error(reply, 400, error.message(), frame.date);
      check_reply(reply);
      return false;
    }
    answer(reader.view());
    reader.next();
  }
  if (reader.waits_for_body()) {
    static_cast<void>(reader.view().field("Expect"));
  }
  return true;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  // The first byte says how the others arrive.
  const std::size_t piece = data[0] == '0' ? size : std::size_t{1} + data[0] % 64U;
  std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  http::request_reader reader{2'048, 1'024};
  while (!bytes.empty()) {
    const auto space = reader.free_space();
    const auto count = std::min({piece, space.size(), bytes.size()});
    bytes.copy(static_cast<char*>(space.data()), count);
    reader.commit(count);
    bytes.remove_prefix(count);
    if (!serve(reader)) {
      break;
    }
  }
  return 0;
}

#include "scripted_host.hpp"

#include <midas/transport/certificate_pin.hpp>
#include <midas/transport/url.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <string_view>

#include "vector_file.hpp"

namespace midas::test {

namespace {

using pairs = std::multimap<std::string, std::string>;

std::string decoded(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else {
      result += text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

pairs pairs_of(std::string_view encoded) {
  pairs result;
  while (!encoded.empty()) {
    const auto pair = encoded.substr(0, encoded.find('&'));
    const auto equals = std::min(pair.find('='), pair.size());
    result.emplace(decoded(pair.substr(0, equals)),
                   decoded(pair.substr(std::min(equals + 1, pair.size()))));
    encoded.remove_prefix(std::min(pair.size() + 1, encoded.size()));
  }
  return result;
}

pairs pairs_of(const rapidjson::Value& object, std::chrono::sys_seconds now) {
  pairs result;
  for (const auto& member : object.GetObject()) {
    result.emplace(member.name.GetString(), expanded(member.value.GetString(), now));
  }
  return result;
}

const http_header* find_header(const http_request& request, std::string_view name) {
  const auto found = std::ranges::find_if(request.headers, [name](const http_header& header) {
    return equal_ignoring_case(header.name, name);
  });
  return found == request.headers.end() ? nullptr : &*found;
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, form, [](char c, char wanted) {
    return wanted == '-' ? c == '-' : std::isxdigit(static_cast<unsigned char>(c)) != 0;
  });
}

bool fits(std::string_view value, const std::string& wanted) {
  if (wanted == "*") {
    return !value.empty();
  }
  return wanted == "<uuid>" ? is_uuid(value) : value == wanted;
}

void check_headers(const http_request& request, const rapidjson::Value& wanted,
                   std::chrono::sys_seconds now) {
  for (const auto& member : wanted.GetObject()) {
    const auto* const header = find_header(request, member.name.GetString());
    CAPTURE(member.name.GetString());
    if (member.value.IsNull()) {
      CHECK(header == nullptr);
    } else {
      REQUIRE(header != nullptr);
      CHECK(fits(header->value, expanded(member.value.GetString(), now)));
    }
  }
}

void check_query(const url_parts& url, const rapidjson::Value& expectation,
                 std::chrono::sys_seconds now) {
  const auto query = pairs_of(url.query);
  const auto wanted = pairs_of(member_of(expectation, "query"), now);
  if (text_of(expectation, "query_match") == "subset") {
    CHECK(std::ranges::all_of(
        wanted, [&](const auto& pair) { return std::ranges::find(query, pair) != query.end(); }));
  } else {
    CHECK(query == wanted);
  }
}

}  // namespace

void check_request(const http_request& request, const rapidjson::Value& expectation,
                   std::chrono::sys_seconds now) {
  const auto url = parse_url(request.url);
  REQUIRE(url);
  CHECK(request.method == text_of(expectation, "method"));
  CHECK(url->scheme == text_of(expectation, "scheme"));
  CHECK(url->host + (url->port.empty() ? "" : ":" + url->port) == text_of(expectation, "host"));
  CHECK(url->path == text_of(expectation, "path"));
  check_query(*url, expectation, now);
  check_headers(request, member_of(expectation, "headers"), now);
  if (const auto& form = member_of(expectation, "form"); form.IsObject()) {
    CHECK(pairs_of(std::string_view{request.body}) == pairs_of(form, now));
  }
}

expected<http_response> response_of(const rapidjson::Value& respond, std::chrono::sys_seconds now,
                                    std::chrono::milliseconds patience) {
  if (respond.IsString()) {
    return std::string_view{respond.GetString()} == "timeout"
               ? fail(errc::request_timeout, "the host took too long")
               : fail(errc::connection_lost, "the connection was reset");
  }
  http_response result;
  result.status = member_of(respond, "status").GetInt();
  for (const auto& member : member_of(respond, "headers").GetObject()) {
    result.headers.push_back(
        {member.name.GetString(), sensitive_string{expanded(member.value.GetString(), now)}});
  }
  result.body = expanded(text_of(respond, "body"), now);
  if (const auto& pace = member_of(respond, "trickle_ms_per_byte");
      pace.IsInt64() &&
      std::chrono::milliseconds{pace.GetInt64()} * result.body.size() > patience) {
    return fail(errc::request_timeout, "the host took too long");
  }
  return result;
}

std::size_t play(virtual_actors& actors, std::size_t first, const rapidjson::Value& step,
                 const std::optional<sha1_digest>& server) {
  const auto& exchange = member_of(step, "exchange");
  const auto steps = exchange.IsArray() ? exchange.Size() : 0;
  const auto& patience = member_of(member_of(step, "options"), "request_timeout_ms");
  std::size_t came = 0;
  actors.run();
  while (actors.transport->started() > first + came) {
    const auto request = actors.transport->request(first + came);
    if (request.pinned_certificate && server &&
        !certificate_matches(*request.pinned_certificate, *server)) {
      actors.transport->complete(first + came,
                                 fail(errc::certificate_mismatch, "another server answers"));
      actors.run();
      return came;
    }
    if (came == steps) {
      break;
    }
    const auto& next = exchange[static_cast<rapidjson::SizeType>(came)];
    check_request(request, member_of(next, "expect"), actors.now());
    actors.transport->complete(
        first + came,
        response_of(member_of(next, "respond"), actors.now(),
                    std::chrono::milliseconds{patience.IsInt64() ? patience.GetInt64() : 30'000}));
    ++came;
    actors.run();
  }
  return actors.transport->started() - first;
}

}  // namespace midas::test

#include <midas/simulator/imds_dialect.hpp>
#include <midas/simulator/imds_identity.hpp>
#include <midas/simulator/json_text.hpp>
#include <midas/simulator/query_string.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <ctime>
#include <utility>

namespace midas::simulator {
namespace {

constexpr std::string_view tenant_id = "5151a7ed-0000-4000-8000-0000000000aa";

/// A request for a token costs microseconds less when its answer was prepared in the same second;
/// this bounds what is kept for that to about 2.5 MB.
constexpr std::size_t most_bodies = 1024;

/// The real service lets its tokens begin five minutes before they are handed out, which forgives
/// clocks that are late.
constexpr std::int64_t clock_allowance = 300;

/// Microsoft Learn, "Azure Instance Metadata Service": supported versions, newest first, down to
/// the first that has the identity category.
constexpr std::array<std::string_view, 25> api_versions{
    "2023-11-15", "2023-07-01", "2021-12-13", "2021-11-15", "2021-11-01",
    "2021-10-01", "2021-05-01", "2021-03-01", "2021-02-01", "2021-01-01",
    "2020-12-01", "2020-10-01", "2020-09-01", "2020-07-15", "2020-06-01",
    "2019-11-01", "2019-08-15", "2019-08-01", "2019-06-04", "2019-06-01",
    "2019-04-30", "2019-03-11", "2018-10-01", "2018-04-02", "2018-02-01"};

void write_error(response& out, int status, std::string_view code, std::string_view description) {
  out.status = status;
  json_object(out.body).text("error", code).text("error_description", description);
}

/// What the parts of IMDS that are not about identity say.
void write_plain_error(response& out, int status, std::string_view text) {
  out.status = status;
  json_object(out.body).text("error", text);
}

void write_version_error(response& out, std::string_view complaint) {
  out.status = 400;
  json_object(out.body)
      .text("error", std::string("Bad request. api-version ")
                         .append(complaint)
                         .append(". For more information refer to aka.ms/azureimds"))
      .texts("newest-versions", std::array{api_versions[0], api_versions[1], api_versions[2]});
}

std::string timestamp(std::int64_t now) {
  const auto seconds = static_cast<std::time_t>(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts);
  return {text.data(), size};
}

void write_unknown_resource(response& out, const std::string& resource, std::int64_t now,
                            const std::string& trace_id, const std::string& correlation_id) {
  out.status = 400;
  const auto time = timestamp(now);
  json_object(out.body)
      .text("error", "invalid_resource")
      .text("error_description",
            "AADSTS500011: The resource principal named " + resource +
                " was not found in the tenant named Simulated. This can happen if the application "
                "has not been installed by the administrator of the tenant or consented to by any "
                "user in the tenant. You might have sent your authentication request to the wrong "
                "tenant.\r\nTrace ID: " +
                trace_id + "\r\nCorrelation ID: " + correlation_id + "\r\nTimestamp: " + time)
      .nested("error_codes",
              [](auto& writer) {
                writer.StartArray();
                writer.Uint(500011);
                writer.EndArray();
              })
      .text("timestamp", time)
      .text("trace_id", trace_id)
      .text("correlation_id", correlation_id)
      .text("error_uri", "https://westus2.login.microsoft.com/error?code=500011");
}

bool is_absolute_uri(std::string_view text) noexcept {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view scheme =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  const auto colon = text.find_first_not_of(scheme);
  return colon != std::string_view::npos && text[colon] == ':' && colon + 1 < text.size() &&
         letters.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of('/', colon + 1) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Writes the lowest digits of a number over the group of a GUID that ends at `end`.
void write_hexadecimal(std::string& guid, std::size_t end, std::uint64_t number) noexcept {
  for (; number != 0 && end > 0 && guid[end - 1] != '-'; number >>= 4) {
    guid[--end] = "0123456789abcdef"[number & 15];
  }
}

std::uint64_t next_issuer() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

imds_dialect::imds_dialect(simulated_imds_options options)
    : options_(std::move(options)), issuer_(next_issuer()) {}

void imds_dialect::answer(const request_view& request, std::chrono::system_clock::time_point now,
                          response& out) {
  ++serial_;
  out.add_field("Content-Type", "application/json; charset=utf-8");
  out.add_field("Server", "IMDS/150.870.65.1854");
  out.add_field("x-ms-request-id", next_request_id());

  const auto path = request.target.substr(0, request.target.find('?'));
  if (path != imds_token_path) {
    return write_plain_error(out, 404, "Not found");
  }
  out.token_request = true;
  out.delay = options_.latency;
  if (request.method != "GET") {
    out.add_field("Allow", "GET");
    return write_plain_error(out, 405, "Method not allowed");
  }
  if (request.field("X-Forwarded-For")) {
    return write_error(out, 400, "invalid_request",
                       "Requests that carry an X-Forwarded-For header are refused");
  }
  const auto metadata = request.field("Metadata");
  if (!metadata || !equal_ignoring_case(*metadata, "true")) {
    return write_error(out, 400, "invalid_request", "Required metadata header not specified");
  }
  const auto query =
      query_string::parse(request.target.substr(std::min(request.target.size(), path.size() + 1)));
  if (!query) {
    return write_error(out, 400, "invalid_request", "The query string is malformed");
  }
  if (const auto* name = query->repeated()) {
    return write_error(out, 400, "invalid_request",
                       "Query variable '" + *name + "' is specified more than once");
  }
  answer_token(*query, std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count(),
               out);
}

void imds_dialect::answer_token(const query_string& query, std::int64_t now, response& out) {
  const auto* resource = query.find("resource");
  if (resource != nullptr) {
    resource_ = *resource;
    out.resource = resource_;
  }
  const auto* version = query.find("api-version");
  if (version == nullptr || version->empty()) {
    return write_version_error(out, "was not specified in the request");
  }
  if (std::find(api_versions.begin(), api_versions.end(), *version) == api_versions.end()) {
    return write_version_error(out, "is invalid or not supported");
  }
  if (resource == nullptr || resource->empty()) {
    return write_error(out, 400, "invalid_request",
                       "Required query variable 'resource' is missing");
  }
  const auto choice = choose_identity(options_, query);
  if (const auto* refusal = std::get_if<identity_refusal>(&choice)) {
    return write_error(out, 400, "invalid_request", refusal->description);
  }
  if (!known(*resource)) {
    return write_unknown_resource(out, *resource, now, next_request_id(), next_request_id());
  }
  write_token(std::get<simulated_identity>(choice), *resource, now, out);
}

bool imds_dialect::known(const std::string& resource) const {
  const auto& list = options_.resources;
  return list.empty() ? is_absolute_uri(resource) || is_guid(resource)
                      : std::find(list.begin(), list.end(), resource) != list.end();
}

void imds_dialect::write_token(const simulated_identity& identity, const std::string& resource,
                               std::int64_t now, response& out) {
  key_.assign(identity.client_id).append(1, '\n').append(identity.object_id).append(1, '\n');
  key_.append(identity.resource_id).append(1, '\n').append(resource);
  auto found = bodies_.find(key_);
  if (found == bodies_.end()) {
    if (bodies_.size() >= most_bodies) {
      bodies_.clear();
    }
    found = bodies_.emplace(key_, make_body(identity, resource, now)).first;
  } else if (found->second.made_at != now) {
    found->second = make_body(identity, resource, now);
  }
  out.body.append(found->second.text);
  stamp_unique_id(out.body.data() + found->second.unique_id_at, issuer_, serial_);
}

imds_dialect::body_template imds_dialect::make_body(const simulated_identity& identity,
                                                    const std::string& resource,
                                                    std::int64_t now) const {
  jwt_claims claims;
  claims.resource = resource;
  claims.client_id = identity.client_id;
  claims.object_id = identity.object_id;
  claims.resource_id = identity.resource_id;
  claims.tenant_id = tenant_id;
  claims.not_before = now - clock_allowance;
  claims.expires_on = now + options_.expires_in.count();
  const auto token = make_jwt_template(claims);
  const auto lifetime = std::to_string(options_.expires_in.count());

  body_template body;
  body.made_at = now;
  body.text.reserve(token.text.size() + 512);
  // Every value is text, the numbers too: so the real service answers.
  json_object(body.text)
      .text("access_token", "")
      .text("client_id", identity.client_id)
      .text("expires_in", lifetime)
      .text("expires_on", std::to_string(claims.expires_on))
      .text("ext_expires_in", lifetime)
      .text("not_before", std::to_string(claims.not_before))
      .text("resource", resource)
      .text("token_type", "Bearer");
  // Put in afterwards: a token has nothing to escape, and looking for it costs more than all the
  // rest.
  constexpr std::string_view before_token = R"({"access_token":")";
  body.text.insert(before_token.size(), token.text);
  body.unique_id_at = before_token.size() + token.unique_id_at;
  return body;
}

std::string imds_dialect::next_request_id() {
  std::string id = "5151a7ed-0000-4000-8000-000000000000";
  write_hexadecimal(id, 13, issuer_);
  write_hexadecimal(id, id.size(), ++request_serial_);
  return id;
}

}  // namespace midas::simulator

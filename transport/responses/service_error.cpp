#include "transport/responses/service_error.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/responses/body_description.hpp"
#include "transport/responses/error_body.hpp"
#include "transport/responses/foreign_server.hpp"
#include "transport/responses/retry_after.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_subject_length = 400;

// Texts that hosts are known to send, in lower case, and their meaning.
struct known_error {
  std::string_view text;
  errc code;
  std::string_view advice;
};

constexpr std::string_view assign_identity =
    "Assign the identity to this host, or check its id; a new assignment may take some minutes to "
    "take effect";
constexpr std::string_view enable_identity =
    "Turn on this host's system-assigned identity, or select a user-assigned one by its client id; "
    "a new identity takes some minutes to take effect";
constexpr std::string_view check_resource =
    "Check the resource: it must be the URI of a service known to the tenant. Every tenant knows "
    "https://management.azure.com/; a token for that shows that the identity works";
constexpr std::string_view no_proxy =
    "Bypass the proxy between this process and the identity endpoint: it changes the headers";

constexpr std::array<known_error, 14> known_errors{{
    {"identity not found", errc::identity_not_found, assign_identity},
    {"identity_not_found", errc::identity_not_found, assign_identity},
    {"managedidentitynotfound", errc::identity_not_found, assign_identity},
    {"has not been assigned to this resource", errc::identity_not_found, assign_identity},
    {"no user assigned or delegated managed identity", errc::identity_not_found, assign_identity},
    {"unable to load the proper managed identity", errc::identity_not_found, assign_identity},
    {"secretheadernotfound", errc::request_rejected,
     "Check IDENTITY_HEADER, and that proxies keep headers: the secret did not reach the host"},
    {"multiple user assigned identities", errc::request_rejected,
     "Select one by its client id, object id or resource id: this host has several user-assigned "
     "identities and no system-assigned one"},
    {"invalid_resource", errc::request_rejected, check_resource},
    {"audiencenotsupported", errc::request_rejected, check_resource},
    {"bad_request_102", errc::request_rejected, no_proxy},
    {"metadata header", errc::request_rejected, no_proxy},
    {"x-forwarded-for", errc::request_rejected, no_proxy},
    {"unknown_source", errc::request_rejected,
     "Request the token on the Azure host itself: the endpoint serves no other machine"},
}};

const known_error* find_known_error(const error_body& body) {
  const auto text = ascii::lower(concat({body.code, "\n", body.description}));
  const auto* const found = std::ranges::find_if(known_errors, [&text](const known_error& each) {
    return text.find(each.text) != std::string::npos;
  });
  return found == known_errors.end() ? nullptr : found;
}

// What is known about an answer, besides its status.
struct findings {
  const error_body& body;
  const known_error* known = nullptr;
  std::optional<foreign_server> server{};
  /// An error in the form of the host's protocol.
  bool is_own = false;

  // Nothing shows that another server sent the answer. Of a 404 without an error, the wrong address
  // is the likelier cause.
  [[nodiscard]] bool may_be_of_host(int status) const {
    const bool is_foreign =
        server || body.form == body_form::markup || body.form == body_form::error || status == 404;
    return is_own || !is_foreign;
  }
};

errc code_of(const error_context& context, int status, const findings& found) {
  if (found.server && found.server->kind == server_kind::other_cloud) {
    return errc::not_an_azure_host;
  }
  if (status == 429) {
    return errc::throttled;
  }
  if (status == 408 || status >= 500 || contains(context.transient_statuses, status)) {
    return errc::service_unavailable;
  }
  if (is_success(status)) {
    return errc::invalid_response;
  }
  return found.known != nullptr && status >= 400 ? found.known->code : errc::request_rejected;
}

bool names_no_identity(const error_context& context) {
  return context.request.identity.kind() == identity_kind::system_assigned;
}

std::string subject_of(const error_context& context) {
  const auto& request = context.request;
  const bool is_default = names_no_identity(context) && !context.default_identity.empty();
  return is_default ? concat({request.resource, " for ", context.default_identity})
                    : to_string(request);
}

std::string describe(const error_context& context, errc code, int status, const findings& found) {
  const std::string source{context.source};
  const auto subject = one_line(without_tokens(subject_of(context)), max_subject_length);
  switch (code) {
    case errc::throttled:
      return concat({source, " is throttling; it returned no token for ", subject});
    case errc::service_unavailable:
      return concat({source,
                     found.may_be_of_host(status)
                         ? " is temporarily unavailable; it returned no token for "
                         : " returned no token for ",
                     subject});
    case errc::invalid_response:
      return concat({source, " returned neither a token for ", subject, " nor an error"});
    case errc::identity_not_found:
      return concat({source, " does not have the identity on this host: no token for ", subject});
    default:
      return concat(
          {source, found.is_own ? " refused a token for " : " returned no token for ", subject});
  }
}

// Of an answer that is not an error of the host's own form.
std::string describe_answer(const error_context& context, const error_body& body) {
  if (body.form == body_form::error) {
    return concat({"; the answer is an error in the form of ",
                   body.has_status_code ? "App Service" : "another server", ", not of ",
                   context.source});
  }
  return (body.form == body_form::empty ? "; " : "; the answer is ") + body.text;
}

std::string advice_for_markup(const error_context& context, int status) {
  if (status >= 500) {
    return advice_on_page("Try again later; if it lasts, check for a proxy in between");
  }
  return context.url_variable.empty() ? advice_on_page()
                                      : advice_on_page(concat({"Check ", context.url_variable,
                                                               ", and for a proxy in between"}));
}

// For 404 and 405: the server does not serve this path, or not with this method.
std::string advice_on_path(const error_context& context, errc code) {
  if (!context.url_variable.empty()) {
    return "Check the path in " + std::string{context.url_variable} +
           ", which the platform sets: this server has no tokens at the path of the request";
  }
  return code == errc::service_unavailable
             ? "Try again later; if it lasts, check the address: another server may answer there"
             : std::string{};
}

std::string advice_for(const error_context& context, errc code, int status, const findings& found) {
  if (found.server) {
    return std::string{found.server->advice};
  }
  if (found.body.form == body_form::markup) {
    return advice_for_markup(context, status);
  }
  if (status >= 300 && status < 400) {
    return "Check which server is at this address: identity endpoints never redirect";
  }
  if (found.body.has_status_code && !found.is_own) {
    return "Check the address: for the endpoint of App Service, set IDENTITY_ENDPOINT and "
           "IDENTITY_HEADER (--host app-service)";
  }
  if ((status == 404 || status == 405) && found.known == nullptr &&
      !(found.is_own && code == errc::service_unavailable)) {
    return advice_on_path(context, code);
  }
  if (code == errc::throttled) {
    return "Request tokens less often, and share one token service in the process";
  }
  if (code == errc::service_unavailable) {
    return status == 502 || status == 504
               ? "Try again later; check for a gateway or proxy in between"
               : "Try again later";
  }
  if (code == errc::invalid_response) {
    return "Check that the server at this address is an identity endpoint";
  }
  if (code == errc::identity_not_found && names_no_identity(context) &&
      context.default_identity.empty()) {
    return std::string{enable_identity};
  }
  return found.known != nullptr ? std::string{found.known->advice} : std::string{};
}

}  // namespace

error read_service_error(const error_context& context, http_response response) {
  const int status = response.status;
  if (is_success(status)) {
    // A successful response may contain a token, so none of it is shown.
    response.body.clear();
  }
  auto body = read_error_body(response);
  findings found{.body = body};
  found.known = find_known_error(body);
  const bool has_own_code =
      body.has_code || (body.has_status_code && !context.is_status_code_foreign);
  if (!has_own_code) {
    found.server = find_foreign_server(response);
  }
  // A message alone may be that of any server.
  found.is_own =
      body.form == body_form::error && (has_own_code || (!body.has_status_code && !found.server));
  const auto code = code_of(context, status, found);
  auto message = describe(context, code, status, found);
  if (code != errc::invalid_response && !found.is_own) {
    message += describe_answer(context, body) + describe_server(response);
  }
  auto result = make_error(code, message, advice_for(context, code, status, found));
  result.source = context.source;
  result.http_status = status;
  result.retry_after = read_retry_after(response, context.now);
  result.service_code = std::move(body.code);
  result.service_description = std::move(body.description);
  result.correlation_id = std::move(body.correlation_id);
  return result;
}

}  // namespace midas::internal

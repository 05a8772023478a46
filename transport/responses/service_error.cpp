#include "transport/responses/service_error.hpp"

#include "transport/formats/plain_text.hpp"
#include "transport/responses/error_body.hpp"
#include "transport/responses/retry_after.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace midas::internal {

namespace {

constexpr std::size_t max_subject_length = 400;

// What the hosts are known to say, in lower case, and what it means.
struct known_error {
  std::string_view text;
  errc code;
  std::string_view advice;
};

constexpr std::string_view assign_identity =
    "Assign the identity to this host, or check its id; a new assignment may take some minutes to "
    "be known here";
constexpr std::string_view check_resource =
    "Check the resource: the URI of a service that the tenant knows, e.g. https://vault.azure.net";
constexpr std::string_view no_proxy =
    "Let no proxy stand between this process and the identity endpoint: it changes the headers";

constexpr std::array<known_error, 14> known_complaints{{
    {"identity not found", errc::identity_not_found, assign_identity},
    {"identity_not_found", errc::identity_not_found, assign_identity},
    {"managedidentitynotfound", errc::identity_not_found, assign_identity},
    {"has not been assigned to this resource", errc::identity_not_found, assign_identity},
    {"no user assigned or delegated managed identity", errc::identity_not_found, assign_identity},
    {"unable to load the proper managed identity", errc::identity_not_found, assign_identity},
    {"secretheadernotfound", errc::request_rejected,
     "Check IDENTITY_HEADER and that no proxy drops headers: the host saw no secret"},
    {"multiple user assigned identities", errc::request_rejected,
     "Name one by its client id, object id or resource id: this host has several user-assigned "
     "identities and no identity of its own"},
    {"invalid_resource", errc::request_rejected, check_resource},
    {"audiencenotsupported", errc::request_rejected, check_resource},
    {"bad_request_102", errc::request_rejected, no_proxy},
    {"metadata header", errc::request_rejected, no_proxy},
    {"x-forwarded-for", errc::request_rejected, no_proxy},
    {"unknown_source", errc::request_rejected,
     "Ask on the Azure host itself: the endpoint answers to nobody else"},
}};

const known_error* find_complaint(const error_body& body) {
  auto said = body.code + "\n" + body.description;
  std::ranges::transform(said, said.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto found = std::ranges::find_if(known_complaints, [&said](const known_error& each) {
    return said.find(each.text) != std::string::npos;
  });
  return found == known_complaints.end() ? nullptr : &*found;
}

errc code_of(const error_context& context, int status, const known_error* complaint) {
  if (status == 429) {
    return errc::throttled;
  }
  if (status == 408 || status >= 500 ||
      std::ranges::find(context.transient_statuses, status) != context.transient_statuses.end()) {
    return errc::service_unavailable;
  }
  if (status >= 200 && status < 300) {
    return errc::invalid_response;
  }
  return complaint != nullptr && status >= 400 ? complaint->code : errc::request_rejected;
}

std::string what_happened(const error_context& context, errc code) {
  const std::string source{context.source};
  const auto subject = one_line(without_tokens(to_string(context.request)), max_subject_length);
  switch (code) {
    case errc::throttled:
      return source + " is throttling: no token for " + subject;
    case errc::service_unavailable:
      return source + " fails at the moment: no token for " + subject;
    case errc::invalid_response:
      return source + " gave no token for " + subject + " and no error";
    case errc::identity_not_found:
      return source + " knows no such identity on this host: no token for " + subject;
    default:
      return source + " refused a token for " + subject;
  }
}

std::string about(const error_body& body) {
  switch (body.form) {
    case body_form::empty:
      return "; no response received but the status: the body is empty";
    case body_form::markup:
      return "; the body is a page, not JSON: " + body.excerpt;
    case body_form::unreadable:
      return "; the body could not be parsed as JSON: " + body.excerpt;
    case body_form::no_error:
      return "; the body holds no error that is known: " + body.excerpt;
    case body_form::error:
      break;
  }
  return {};
}

std::string advice_for(errc code, int status, body_form form, const known_error* complaint) {
  if (form == body_form::markup) {
    return "See whether a proxy stands in the way, and whether this is an Azure host: its identity "
           "endpoint sends no pages";
  }
  if (status >= 300 && status < 400) {
    return "See what answers at this address: an identity endpoint never redirects";
  }
  if (code == errc::throttled) {
    return "Ask less often, and share one token service in the process";
  }
  if (code == errc::service_unavailable) {
    return status == 502 || status == 504
               ? "Ask again later; see whether a gateway or proxy stands in the way"
               : "Ask again later";
  }
  if (code == errc::invalid_response) {
    return "See whether it is an identity endpoint that answers at this address";
  }
  return complaint != nullptr ? std::string{complaint->advice} : std::string{};
}

}  // namespace

error read_service_error(const error_context& context, http_response response) {
  const int status = response.status;
  const auto retry_after = read_retry_after(response, context.now);
  error result;
  result.source = context.source;
  result.http_status = status;
  result.retry_after = retry_after;
  if (status >= 200 && status < 300) {
    // What claims success may hold a token, so nothing of it is shown.
    response.body.clear();
  }
  auto body = read_error_body(std::move(response.body));
  const auto* complaint = find_complaint(body);
  result.code = code_of(context, status, complaint);
  result.message = what_happened(context, result.code);
  if (result.code != errc::invalid_response) {
    result.message += about(body);
  }
  result.advice = advice_for(result.code, status, body.form, complaint);
  result.service_code = std::move(body.code);
  result.service_description = std::move(body.description);
  result.correlation_id = std::move(body.correlation_id);
  return result;
}

}  // namespace midas::internal

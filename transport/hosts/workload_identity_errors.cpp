#include "transport/hosts/workload_identity_errors.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace midas::internal::workload_identity {

namespace {

// Entra's numbers for errors of a federation.
struct known_error {
  std::string_view number;
  std::string_view advice;
};

constexpr std::string_view no_federated_credential =
    "Add a federated credential to the identity, with the issuer, subject and audience of the "
    "token in AZURE_FEDERATED_TOKEN_FILE; a new one takes some minutes to reach all of Microsoft "
    "Entra ID";

constexpr std::array<known_error, 7> known_errors{{
    {"AADSTS70021:", no_federated_credential},
    {"AADSTS700211:", no_federated_credential},
    {"AADSTS700212:", no_federated_credential},
    {"AADSTS700213:", no_federated_credential},
    {"AADSTS700016:", "Check AZURE_CLIENT_ID and AZURE_TENANT_ID: the tenant has no such client"},
    {"AADSTS90002:", "Check AZURE_TENANT_ID: Microsoft Entra ID does not know the tenant"},
    {"AADSTS700024:",
     "Check that the cluster still replaces the token in AZURE_FEDERATED_TOKEN_FILE, and this "
     "machine's clock: the token has expired or is not valid yet"},
}};

const known_error* find_known_error(const error& problem) {
  const auto* const found = std::ranges::find_if(known_errors, [&](const known_error& each) {
    return problem.service_description.find(each.number) != std::string::npos;
  });
  return found == known_errors.end() ? nullptr : found;
}

}  // namespace

std::string_view advise(const error& problem) {
  if (const auto* const known = find_known_error(problem)) {
    return known->advice;
  }
  return problem.http_status == 404 && problem.advice.empty()
             ? "Check AZURE_AUTHORITY_HOST and AZURE_TENANT_ID: this server has no tokens at the "
               "path of the request"
             : "";
}

bool may_pass(const error& failure) {
  const auto* const known = find_known_error(failure);
  return known != nullptr &&
         (known->advice == no_federated_credential || known->number == "AADSTS700016:");
}

}  // namespace midas::internal::workload_identity

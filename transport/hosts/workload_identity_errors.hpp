// What Entra's refusals to exchange a federated token mean. Source: Microsoft Learn, "Microsoft
// Entra authentication and authorization error codes".
#pragma once

#include <midas/error.hpp>

#include <string_view>

namespace midas::internal::workload_identity {

/// What to do about a refusal; empty if its number says nothing.
[[nodiscard]] std::string_view advise(const error& problem);

/// Whether a refusal may pass by itself: Entra's directory is eventually consistent, so that some
/// of its servers do not know a federated credential or an application that others know.
[[nodiscard]] bool may_pass(const error& failure);

}  // namespace midas::internal::workload_identity

// Which identity of a simulated machine a token request means.
#pragma once

#include <midas/simulator/query_string.hpp>
#include <midas/simulator/simulated_imds_options.hpp>

#include <string_view>
#include <variant>

namespace midas::simulator {

/// Why no identity was chosen: the service's own description.
struct identity_refusal {
  std::string_view description;
};

using identity_choice = std::variant<simulated_identity, identity_refusal>;

/// Goes by `client_id`, `object_id` or `msi_res_id` of the query, or by none of them.
[[nodiscard]] identity_choice choose_identity(const simulated_imds_options& options,
                                              const query_string& query);

/// 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool is_guid(std::string_view text) noexcept;

}  // namespace midas::simulator

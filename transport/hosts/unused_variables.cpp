#include "transport/hosts/unused_variables.hpp"

#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace midas::internal {

namespace {

bool uses(const host_profile& profile, std::string_view variable) {
  return std::ranges::find(profile.signature.needed(), variable, &signature_variable::name) !=
         profile.signature.needed().end();
}

std::vector<std::string_view> missing_beside(const host_profile& profile,
                                             const host_environment& environment) {
  std::vector<std::string_view> result;
  for (const auto& variable : profile.signature.needed()) {
    if (environment.variable(variable.name).empty()) {
      result.push_back(variable.name);
    }
  }
  return result;
}

// What a variable that is set lacks to indicate a host: "IDENTITY_HEADER or IMDS_ENDPOINT". Of the
// hosts that have it in their signatures, those that lack least. Empty if some host lacks nothing.
std::string partners_of(std::string_view variable, const host_environment& environment) {
  std::vector<std::vector<std::string_view>> all;
  for (const auto& profile : host_profiles()) {
    if (uses(profile, variable) && profile.signature.mode != detection_mode::never) {
      all.push_back(missing_beside(profile, environment));
    }
  }
  const auto least =
      all.empty() ? 0
                  : std::ranges::min_element(all, {}, &std::vector<std::string_view>::size)->size();
  if (least == 0) {
    return {};
  }
  if (least > 1) {
    return joined(*std::ranges::find(all, least, &std::vector<std::string_view>::size), " and ");
  }
  std::vector<std::string_view> alternatives;
  for (const auto& missing : all) {
    if (missing.size() == 1 &&
        std::ranges::find(alternatives, missing.front()) == alternatives.end()) {
      alternatives.push_back(missing.front());
    }
  }
  return joined(alternatives, " or ");
}

void add_once(std::vector<std::string>& remarks, std::string remark) {
  if (std::ranges::find(remarks, remark) == remarks.end()) {
    remarks.push_back(std::move(remark));
  }
}

}  // namespace

std::string joined(const std::vector<std::string_view>& words, std::string_view last_separator) {
  std::string result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto separator = i + 1 == words.size() ? last_separator : std::string_view{", "};
    result.append(i == 0 ? std::string_view{} : separator).append(words[i]);
  }
  return result;
}

unused_variables find_unused(const host_environment& environment, const host_profile& found,
                             std::string_view wanted) {
  unused_variables result;
  const bool is_wanted = found.credential == wanted;
  for (const auto& other : host_profiles()) {
    // Passed over on purpose.
    if (is_wanted && other.credential != found.credential) {
      continue;
    }
    for (const auto& [variable, is_common] : other.signature.needed()) {
      if (is_common || environment.variable(variable).empty() || uses(found, variable)) {
        continue;
      }
      auto remark = std::string{variable} + " is set, but ";
      if (const auto partners = partners_of(variable, environment); !partners.empty()) {
        add_once(result.incomplete, remark.append("has no effect without ").append(partners));
      } else {
        add_once(result.others, remark.append(found.name).append(" does not use it"));
      }
    }
  }
  return result;
}

}  // namespace midas::internal

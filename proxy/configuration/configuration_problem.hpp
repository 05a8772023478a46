// What is wrong with a configuration of the proxy.
#pragma once

#include <midas/error.hpp>

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::proxy {

/// The configuration_problem::member of what concerns the whole file.
inline constexpr std::string_view whole_file = "the file";

/// One thing that must be changed. The texts quote the configuration, but never the identity
/// header.
struct configuration_problem {
  /// The path of the member, e.g. "users[2].uid"; or whole_file.
  std::string member{};
  /// What is wrong with its value, which is quoted: "is 70000; ..."
  std::string what{};
  /// What to write instead.
  std::string remedy{};

  bool operator==(const configuration_problem&) const = default;
};

/// Never empty where it is the error of configuration_result.
using configuration_problems = std::vector<configuration_problem>;

template <class T>
using configuration_result = tl::expected<T, configuration_problems>;

/// One line: "users[2].uid is 70000; ... Write ...". Escapes what does not print.
[[nodiscard]] std::string to_string(const configuration_problem& problem);

/// errc::invalid_configuration with all problems in its message: the first one, and how many more
/// there are. `problems` must not be empty.
[[nodiscard]] error error_of(const configuration_problems& problems);

}  // namespace midas::internal::proxy

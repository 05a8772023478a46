// An environment variable as a value: how a program finds the identity endpoint of its host.
#pragma once

#include <string>

namespace midas {

/// A variable and its value, e.g. "IDENTITY_ENDPOINT" and a URL. The value may be a secret.
struct environment_variable {
  /// Case-sensitive.
  std::string name{};
  /// An empty value counts as not set. Not wiped: the environment of a process is not, either.
  std::string value{};

  /// Compares names and values exactly.
  bool operator==(const environment_variable&) const = default;
};

}  // namespace midas

// A variable that tells programs of the identity endpoint of their host.
#pragma once

#include <string>

namespace midas {

struct environment_variable {
  std::string name;
  std::string value;
  bool operator==(const environment_variable&) const = default;
};

}  // namespace midas

// Options of a service with the given environment variables and no others.
#pragma once

#include <midas/token_service_options.hpp>

#include <functional>
#include <map>
#include <string>

namespace midas::internal::test {

inline token_service_options on(const std::map<std::string, std::string, std::less<>>& variables) {
  token_service_options options;
  options.environment.emplace();
  for (const auto& [name, value] : variables) {
    options.environment->push_back({name, value});
  }
  return options;
}

}  // namespace midas::internal::test

#include "proxy/configuration/configuration_problem.hpp"

#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"

namespace midas::internal::proxy {

std::string to_string(const configuration_problem& problem) {
  return without_controls(problem.member + " " + problem.what + ". " + problem.remedy);
}

error error_of(const configuration_problems& problems) {
  const auto& first = problems.front();
  auto message = first.member + " " + first.what;
  if (const auto more = problems.size() - 1; more != 0) {
    message += "; and " + std::to_string(more) + (more == 1 ? " more problem" : " more problems");
  }
  return make_error(errc::invalid_configuration, "the configuration of the proxy: " + message,
                    first.remedy);
}

}  // namespace midas::internal::proxy

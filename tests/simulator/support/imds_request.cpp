#include "tests/simulator/support/imds_request.hpp"

#include "tests/simulator/support/protocol_request.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

#include <utility>

namespace midas::internal::test {

simulator::response imds_request::ask(simulator::simulated_imds& protocol) const {
  const protocol_request request{.method = method,
                                 .target = query.empty() ? path : path + "?" + query,
                                 .fields = fields,
                                 .now = now};
  return request.ask(protocol);
}

simulator::response imds_request::ask(simulated_host_options options) const {
  simulator::simulated_imds protocol(std::move(options));
  auto answer = ask(protocol);
  answer.resource = {};
  return answer;
}

std::string token_query(std::string_view more) { return imds_request{}.query.append(more); }

std::string complaint(const simulator::response& answer) {
  INFO(answer.body);
  CHECK(answer.status == 400);
  const auto json = parse_object(answer.body);
  return text_of(json, "error") + ": " + text_of(json, "error_description");
}

}  // namespace midas::internal::test

#include "tests/simulator/support/protocol_request.hpp"

#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"

namespace midas::internal::test {

simulator::response protocol_request::ask(simulator::simulated_protocol& protocol) const {
  simulator::response answer;
  protocol.answer({method, target, fields, body}, now, answer);
  return answer;
}

std::string field_of(const simulator::response& answer, const std::string& name) {
  INFO(answer.fields);
  const auto begin = answer.fields.find(name + ": ");
  REQUIRE(begin != std::string::npos);
  const auto value = begin + name.size() + 2;
  return answer.fields.substr(value, answer.fields.find("\r\n", value) - value);
}

std::string variable_of(const simulator::simulated_protocol& protocol, const std::string& name) {
  for (const auto& variable : protocol.environment("http://127.0.0.1:1")) {
    if (variable.name == name) {
      return variable.value;
    }
  }
  FAIL("the host does not set " << name);
  return {};
}

std::string owner_of(const simulator::response& answer, const std::string& resource) {
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  const auto token = decode_token(text_of(parse_object(answer.body), "access_token"));
  CHECK(text_of(token.payload, "aud") == resource);
  CHECK(text_of(token.payload, "tid") == "5151a7ed-0000-4000-8000-0000000000aa");
  return text_of(token.payload, "appid");
}

}  // namespace midas::internal::test

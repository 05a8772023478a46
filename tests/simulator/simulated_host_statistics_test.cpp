#include "simulator/http/traffic_counter.hpp"
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host_statistics.hpp>

#include <string>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

TEST_CASE("the JSON of the statistics has every number under its name") {
  simulated_host_statistics numbers;
  numbers.requests = 7;
  numbers.token_requests = 6;
  numbers.connections = 5;
  numbers.open_connections = 4;
  numbers.in_flight = 3;
  numbers.peak_in_flight = 18'446'744'073'709'551'615U;
  numbers.resources["https://vault.azure.net"] = 2;
  numbers.statuses[200] = 1;
  numbers.statuses[404] = 6;
  const auto json = parse_object(to_json(numbers));
  CHECK(json["requests"].GetUint64() == 7);
  CHECK(json["token_requests"].GetUint64() == 6);
  CHECK(json["connections"].GetUint64() == 5);
  CHECK(json["open_connections"].GetUint64() == 4);
  CHECK(json["in_flight"].GetUint64() == 3);
  CHECK(json["peak_in_flight"].GetUint64() == 18'446'744'073'709'551'615U);
  CHECK(json["resources"]["https://vault.azure.net"].GetUint64() == 2);
  CHECK(json["statuses"]["200"].GetUint64() == 1);
  CHECK(json["statuses"]["404"].GetUint64() == 6);
}

TEST_CASE("resources with quotes, line breaks and zeros are correct in JSON") {
  const std::string nasty("a\"b\\c\nd\0e\x01", 10);
  simulated_host_statistics numbers;
  numbers.resources[nasty] = 1;
  const auto json = parse_object(to_json(numbers));
  const auto& resource = *json["resources"].MemberBegin();
  CHECK(std::string(resource.name.GetString(), resource.name.GetStringLength()) == nasty);
}

TEST_CASE("the counter knows the requests in flight and their maximum") {
  simulator::traffic_counter counter;
  simulator::response token;
  token.token_request = true;
  token.resource = "r";
  counter.connection_opened();
  counter.connection_opened();
  counter.request_arrived(token);
  counter.request_arrived({});
  counter.request_arrived(token);
  counter.answered(200);
  counter.abandoned();
  counter.connection_closed();
  const auto numbers = counter.snapshot();
  CHECK(numbers.connections == 2);
  CHECK(numbers.open_connections == 1);
  CHECK(numbers.requests == 3);
  CHECK(numbers.token_requests == 2);
  CHECK(numbers.in_flight == 1);
  CHECK(numbers.peak_in_flight == 3);
  CHECK(numbers.resources.at("r") == 2);
  CHECK(numbers.statuses.at(200) == 1);
  CHECK(numbers.statuses.size() == 1);
}

TEST_CASE("resources beyond a maximum are counted together") {
  simulator::traffic_counter counter;
  simulator::response token;
  token.token_request = true;
  for (int i = 0; i < 65'600; ++i) {
    const auto resource = std::to_string(i);
    token.resource = resource;
    counter.request_arrived(token);
  }
  const auto numbers = counter.snapshot();
  CHECK(numbers.resources.size() == 65'537);
  CHECK(numbers.resources.at("(others)") == 64);
}

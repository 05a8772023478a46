// What a server that was sent a secret can bring into a report of midas doctor: nothing of it.
#include "tests/support/catch.hpp"
#include "tests/support/environment_options.hpp"
#include "tests/support/exchanges.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/raw_server.hpp"
#include "tests/support/scripted_transport.hpp"
#include "tests/support/vault.hpp"
#include "tools/doctor/known_names.hpp"
#include "tools/doctor/report.hpp"

#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;
using namespace midas::internal::tools;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::string_view split_proof = "0a1b2c3d4e5f60718293a4b5c6d7e8f9KxQzWvJp";

// Each too short to be recognized as a part of the proof.
std::vector<std::string> pieces_of(std::string_view text, std::size_t size) {
  std::vector<std::string> result;
  for (; !text.empty(); text.remove_prefix(std::min(size, text.size()))) {
    result.emplace_back(text.substr(0, size));
  }
  return result;
}

std::string object_with_names(const std::vector<std::string>& names) {
  std::string result = R"({"error":"no")";
  for (const auto& each : names) {
    result += ",\"" + each + "\":1";
  }
  return result + "}";
}

std::string headers_with_names(const std::vector<std::string>& names) {
  std::string result;
  for (const auto& each : names) {
    result += each + ": 1\r\n";
  }
  return result;
}

}  // namespace

TEST_CASE("a usual name that repeats the proof of the request is only counted") {
  const auto wire = std::make_shared<scripted_transport>();
  recording_transport recorder{wire};
  exchanges begun{recorder};
  auto request = get_request("http://127.0.0.1:1/");
  request.headers = {{"X-IDENTITY-HEADER", "error_description"}, public_header("Metadata", "true")};
  begun.begin(request);
  wire->respond(0, 400, R"({"error_description":1,"message":"true"})");
  CHECK((*recorder.records()[0].answer)->body.text == "a JSON object (message: string, 1 other)");
}

TEST_CASE("a proof that a server splits into names is not in the report") {
  const auto size = GENERATE(as<std::size_t>{}, 1, 3, 4, 7);
  const auto pieces = pieces_of(split_proof, size);
  const auto body = object_with_names(pieces);
  const raw_server host{answer_always(
      "HTTP/1.1 400 Bad Request\r\n" + headers_with_names(pieces) + "Content-Type: " + pieces[0] +
      "/" + pieces[1] + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body)};
  const auto result = examine(vault,
                              on({{"IDENTITY_ENDPOINT", host.url() + "/msi/token"},
                                  {"IDENTITY_HEADER", std::string{split_proof}}}),
                              60s);
  const auto document = parsed(to_json(result));
  const auto& exchange = document["exchanges"][0];
  CHECK(exchange["members"].Size() == 1);
  CHECK(exchange["other_members"].GetUint() == pieces.size());
  CHECK(exchange["answer_headers"].Size() == 2);
  CHECK_FALSE(exchange.HasMember("content_type"));
  if (size >= 3) {
    for (const auto& text : {to_text(result), to_json(result)}) {
      CHECK_THAT(text, !Contains("KxQ") && !Contains(pieces[0]));
    }
  }
}

TEST_CASE("only names that hosts use are known, however a server spells them") {
  CHECK(known_header("RETRY-after") == "Retry-After");
  CHECK(known_header("Retry-Afte").empty());
  CHECK(known_header("").empty());
  CHECK(is_known_member("error_description"));
  CHECK_FALSE(is_known_member("Error_Description"));
  CHECK_FALSE(is_known_member(""));
  CHECK(is_known_media_type("text/html"));
  CHECK_FALSE(is_known_media_type("text/htm"));
  CHECK(rc::check("names", [](const std::string& name) {
    const auto shown = known_header(name);
    RC_ASSERT(shown.empty() || shown.size() == name.size());
  }));
}

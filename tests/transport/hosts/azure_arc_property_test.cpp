// For any challenge: only the agent's own files are opened, and no part of a key is shown.
#include "tests/support/catch.hpp"
#include "transport/hosts/azure_arc.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace azure_arc_property_test {

using namespace midas;
using namespace midas::internal;
using namespace std::chrono_literals;

namespace {

const std::string url = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
const std::string directory = "/var/opt/azcmagent/tokens";
const resolved_request vault{.resource = "https://vault.azure.net"};

rc::Gen<std::string> any_bytes() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

// Fragments of challenges, so that many are almost valid, and some are valid.
rc::Gen<std::string> challenge_like() {
  const auto piece = rc::gen::elementOf(std::vector<std::string>{"Basic realm=",
                                                                 "basic",
                                                                 " ",
                                                                 "realm",
                                                                 "=",
                                                                 "\"",
                                                                 directory,
                                                                 directory + "/",
                                                                 "/",
                                                                 "\\",
                                                                 "..",
                                                                 "/../",
                                                                 "/./",
                                                                 "//",
                                                                 ".",
                                                                 "a",
                                                                 "key",
                                                                 ".key",
                                                                 "b.key",
                                                                 ".KEY",
                                                                 "/etc/",
                                                                 "\t",
                                                                 "\n",
                                                                 std::string{"\0", 1},
                                                                 "%2f",
                                                                 "\xff",
                                                                 "C:\\",
                                                                 ","});
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const auto& each : pieces) {
                          text += each;
                        }
                        return text;
                      });
}

std::string almost_right() {
  std::string text = "Basic realm=" + directory + "/";
  if (*rc::gen::weightedElement<bool>({{1, true}, {3, false}})) {
    text.insert(*rc::gen::inRange<std::size_t>(0, text.size()), *challenge_like());
  }
  return text + *challenge_like() + *rc::gen::element<std::string>(".key", "");
}

// The rule, implemented a second time.
bool is_own_key_file(const std::string& path) {
  if (!path.starts_with(directory + "/") || !path.ends_with(".key")) {
    return false;
  }
  const auto name = path.substr(directory.size() + 1);
  return name.size() > 4 && std::ranges::none_of(name, [](char c) {
           return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

struct run {
  std::vector<std::string> opened{};
  expected<http_request> next{};
};

run answer(const std::string& value, const std::string& content) {
  run result;
  credential_files files;
  files.read_key = [&](const std::string& path, std::size_t) {
    result.opened.push_back(path);
    return expected<sensitive_string>{sensitive_string{content}};
  };
  http_response response;
  response.status = 401;
  response.headers = {{"WWW-Authenticate", sensitive_string{value}}};
  result.next = azure_arc::answer_challenge(url, vault, std::move(response),
                                            std::chrono::sys_seconds{1s}, directory, files);
  return result;
}

bool is_fit_rejection(const error& problem) {
  const auto text = to_string(problem);
  return problem.code == errc::challenge_rejected && text.size() < 2'000 &&
         std::ranges::all_of(
             text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

void check(const std::string& value, int& answered) {
  const auto [opened, next] = answer(value, "key");
  RC_ASSERT(opened.size() <= 1);
  RC_ASSERT(std::ranges::all_of(opened, is_own_key_file));
  RC_ASSERT(next.has_value() == (opened.size() == 1));
  const bool is_well_reported = next.has_value() || is_fit_rejection(next.error());
  RC_ASSERT(is_well_reported);
  const auto wanted = std::string{"Basic realm="};
  const bool right = value.starts_with(wanted) && is_own_key_file(value.substr(wanted.size())) &&
                     value.find('=', wanted.size()) == std::string::npos;
  const bool served = next.has_value() || !right;
  RC_ASSERT(served);
  answered += next.has_value() ? 1 : 0;
}

}  // namespace

TEST_CASE("a challenge of arbitrary bytes opens no file") {
  int answered = 0;
  CHECK(rc::check("arbitrary challenges", [&] { check(*any_bytes(), answered); }));
  CHECK(rc::check("arbitrary paths", [&] { check("Basic realm=" + *any_bytes(), answered); }));
  CHECK(answered == 0);
}

TEST_CASE("a challenge made of valid fragments opens a key file of the agent, or no file") {
  int answered = 0;
  CHECK(rc::check("almost valid challenges", [&] { check(*challenge_like(), answered); }));
  CHECK(rc::check("challenges with one defect", [&] { check(almost_right(), answered); }));
  CHECK(rc::check("valid challenges", [&] {
    const auto name =
        *rc::gen::nonEmpty(rc::gen::container<std::string>(rc::gen::inRange<char>('a', 'z')));
    check("Basic realm=" + directory + "/" + name + ".key", answered);
  }));
  // Otherwise only rejections were tested.
  CHECK(answered > 0);
}

TEST_CASE("the content of a key file is sent unchanged in one header, or not at all") {
  const auto challenge = "Basic realm=" + directory + "/a.key";
  CHECK(rc::check("arbitrary keys", [&] {
    const auto content = *any_bytes();
    const auto next = answer(challenge, content).next;
    const bool clean = std::ranges::none_of(content, [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    });
    RC_ASSERT(next.has_value() == (clean && !content.empty()));
    // RC_ASSERT evaluates both sides of an ||.
    const bool is_well_used =
        next ? next->headers.back().value == "Basic " + sensitive_string{content}
             : content.size() < 4 || to_string(next.error()).find(content) == std::string::npos;
    RC_ASSERT(is_well_used);
  }));
}

}  // namespace azure_arc_property_test

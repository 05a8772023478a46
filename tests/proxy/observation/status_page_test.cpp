#include "proxy/observation/status_page.hpp"

#include "tests/support/catch.hpp"

#include <regex>
#include <stdexcept>
#include <string>

using namespace midas::internal::proxy;
using Catch::Matchers::Contains;

TEST_CASE("the policy admits the style and the script by their hashes, and nothing else inline") {
  const auto page = make_status_page("<style>@STYLE@</style><script>@SCRIPT@</script>", "a", "b");
  CHECK(page.html == "<style>a</style><script>b</script>");
  // printf a | openssl dgst -sha256 -binary | base64, and the same for b
  CHECK_THAT(page.policy,
             Contains("style-src 'sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=';") &&
                 Contains("script-src 'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=';") &&
                 Contains("default-src 'none'"));
  CHECK_THAT(page.policy, !Contains("unsafe-inline") && !Contains("http"));
  CHECK_THROWS_AS(make_status_page("<style></style>", "a", "b"), std::logic_error);
}

TEST_CASE("the page loads nothing from elsewhere, and has no inline handler or style") {
  const auto& page = own_status_page();
  // The namespace of SVG is a name, and is not loaded.
  const auto html =
      std::regex_replace(page.html, std::regex{"http://www\\.w3\\.org/2000/svg"}, "svg");
  CHECK_THAT(
      html, !Contains("http:") && !Contains("https:") && !Contains("@import") && !Contains("url("));
  CHECK_FALSE(std::regex_search(html, std::regex{"\\son[a-z]+=\""}));
  CHECK_FALSE(std::regex_search(html, std::regex{"\\sstyle=\""}));
}

TEST_CASE("the script writes text, never HTML") {
  const auto& html = own_status_page().html;
  for (const auto* word : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write",
                           "eval(", "new Function", "setHTML"}) {
    CAPTURE(word);
    CHECK_THAT(html, !Contains(word));
  }
}

// Random secrets, in random forms, in random texts.
#include "messages/plain_text.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/disguises.hpp"
#include "transport/formats/host_text.hpp"

#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using namespace midas::internal::test;

namespace {

// Any printable characters, or mostly those that escapes consist of.
std::string any_secret() {
  const auto size = *rc::gen::inRange<std::size_t>(24, 64);
  const auto any = rc::gen::inRange<char>('!', 0x7f);
  const auto of_escapes = rc::gen::elementOf(std::string{R"(%%""//\\&&#;uxn0124aq)"});
  return *rc::gen::container<std::string>(size, *rc::gen::element(any, of_escapes));
}

}  // namespace

TEST_CASE("no text shows ten characters in a row of a proof, whatever surrounds it") {
  CHECK(rc::check("texts", [] {
    const auto secret_text = any_secret();
    const auto forms = disguises_of(secret_text);
    const auto form = *rc::gen::elementOf(forms);
    const auto text = *any_text() + form.text + *any_text();
    const auto shown = shown_host_text(text, std::vector{secret{secret_text}},
                                       *rc::gen::inRange<std::size_t>(0, 600));
    RC_LOG() << form.name << ": " << shown;
    RC_ASSERT(!leak_search{secret_text}.finds_in(shown));
    RC_ASSERT(printable(shown) == shown);
  }));
}

TEST_CASE("a text that repeats no proof is shown as one line") {
  CHECK(rc::check("texts", [] {
    const auto text = *any_text();
    const std::vector proofs{secret{any_secret()}};
    RC_PRE(!repeats_proof(text, proofs));
    RC_PRE(text.size() < 400 && without_tokens(text) == text);
    RC_ASSERT(shown_host_text(text, proofs, 400) == one_line(text, 400));
  }));
}

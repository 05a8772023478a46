// Properties of errors and printed text, whatever the input.
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "tests/support/any_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;
using test::any_text;

namespace {

bool is_safe(const std::string& text) { return printable(text) == text; }

bool is_printable_ascii(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

void check(const char* description, const std::function<void()>& property) {
  CHECK(rc::check(description, property));
}

}  // namespace

TEST_CASE("a printed text is one safe line from which printable ASCII is read back") {
  check("printable", [] {
    const auto text = *any_text();
    const auto shown = printable(text);
    RC_ASSERT(std::ranges::none_of(
        shown, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
    RC_ASSERT(shown.find("\xe2\x80\xae") == std::string::npos);
    RC_ASSERT(shown.find("\xc2\x9b") == std::string::npos);
    RC_ASSERT(well_formed(shown) == shown);
    RC_ASSERT(is_safe(shown));
    RC_ASSERT(!is_printable_ascii(text) || shown == text);
    RC_ASSERT(std::ranges::count(printable_lines(text), '\n') == std::ranges::count(text, '\n'));
  });
  check("well_formed", [] {
    const auto text = *any_text();
    RC_ASSERT(well_formed(well_formed(text)) == well_formed(text));
    RC_ASSERT(is_safe(printable(well_formed(text))));
  });
  check("one_line",
        [] { RC_ASSERT(is_safe(one_line(*any_text(), *rc::gen::inRange<std::size_t>(0, 100)))); });
}

TEST_CASE("an error is safe to print, whatever it quotes") {
  check("make_error", [] {
    const auto problem = make_error(errc::invalid_configuration, *any_text(), *any_text());
    RC_ASSERT(is_safe(to_string(problem)));
  });
}

TEST_CASE("an identity is valid exactly if its id is printable, bounded and trimmed") {
  check("identity", [] {
    const auto id = *any_text();
    for (const auto& identity : {managed_identity::client_id(id), managed_identity::object_id(id),
                                 managed_identity::resource_id(id)}) {
      const auto valid = identity.validate();
      RC_ASSERT(valid.has_value() == (!id.empty() && id.size() <= 2'048 && is_printable_ascii(id) &&
                                      id.front() != ' ' && id.back() != ' '));
      RC_ASSERT(valid || is_safe(to_string(valid.error())));
    }
  });
}

TEST_CASE("a request has a key that is safe to print, or an error that is") {
  check("request", [] {
    token_request request{.resource = *any_text()};
    request.claims = *any_text();
    if (*rc::gen::arbitrary<bool>()) {
      request.identity = managed_identity::resource_id(*any_text());
    }
    const auto key = make_key(request);
    RC_ASSERT(is_safe(key ? to_string(*key) : to_string(key.error())));
    if (key) {
      RC_ASSERT(is_safe(to_string(token_event{acquisition_started{*key}})));
    }
  });
}

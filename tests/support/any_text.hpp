// A generator of hostile texts.
#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

namespace midas::internal::test {

/// Texts with what confuses terminals, loggers and parsers: control characters, escape sequences,
/// direction marks, malformed and incomplete UTF-8, quotes.
inline rc::Gen<std::string> any_text() {
  const auto piece = rc::gen::oneOf(
      rc::gen::container<std::string>(rc::gen::arbitrary<char>()),
      rc::gen::container<std::string>(rc::gen::inRange<char>(' ', '~')),
      rc::gen::element<std::string>("\x1b[31m",
                                    "\xc2\x9b"
                                    "2J",
                                    "\x9b", "\xe2\x80\xae", "\xe2\x81\xa6", "\xef\xbb\xbf", "\r\n",
                                    "\t", std::string(1, '\0'), "\x7f", "\"", "\\", "\xe2\x82\xac",
                                    "\xf0\x9f\x98\x80", "\xf0\x9f", "\xff", "\xe2\x80\xa8",
                                    "\xf3\xa0\x80\x81"));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string result;
                        for (const auto& each : pieces) {
                          result += each;
                        }
                        return result;
                      });
}

}  // namespace midas::internal::test

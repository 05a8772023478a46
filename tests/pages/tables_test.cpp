// The tables of the pages name what the library has, all of it, and nothing else.
#include "tests/support/catch.hpp"
#include <midas/midas.hpp>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <variant>

using namespace midas;

namespace {

std::string page(const std::string& name) {
  std::ifstream file{std::string{MIDAS_PAGES} + "/" + name};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The rows of the tables in `text` whose first cell is a name in backquotes: the name, and the
// second cell. A heading of a table is not a row.
std::multimap<std::string, std::string> rows_of(const std::string& text) {
  static const std::regex row{R"(\n\| `([a-z_0-9]+)` \| ([^|]*) \|(?!\n\|---))"};
  std::multimap<std::string, std::string> rows;
  for (std::sregex_iterator found{text.begin(), text.end(), row}; found != std::sregex_iterator{};
       ++found) {
    rows.emplace((*found)[1], (*found)[2]);
  }
  return rows;
}

// The part of a page from a heading to the next one.
std::string section(const std::string& text, const std::string& heading) {
  const auto begin = text.find("\n## " + heading + "\n");
  REQUIRE(begin != std::string::npos);
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

template <std::size_t... I>
std::multimap<std::string, std::string> events(std::index_sequence<I...>) {
  std::multimap<std::string, std::string> all;
  const auto add = [&](const token_event& event) {
    const auto line = to_string(event);
    all.emplace(line.substr(0, line.find(' ')), to_string(severity(event)));
  };
  (add(token_event{std::in_place_index<I>}), ...);
  return all;
}

}  // namespace

TEST_CASE("the table of events has each event with its severity") {
  const auto expected = events(std::make_index_sequence<std::variant_size_v<token_event>>{});
  CHECK(rows_of(section(page("logging.md"), "The lines")) == expected);
}

TEST_CASE("the tables of errors have each code once") {
  std::map<std::string, std::size_t> expected;
  for (int number = 1; number < 256; ++number) {
    if (const auto name = to_string(static_cast<errc>(number)); name != "unknown") {
      expected[std::string{name}] = 1;
    }
  }
  std::map<std::string, std::size_t> found;
  for (const auto& [name, cell] : rows_of(page("errors.md"))) {
    ++found[name];
  }
  CHECK(found == expected);
}

TEST_CASE("the tables of hosts have each host with the name of its option") {
  const auto rows = rows_of(section(page("hosts.md"), "Choosing the host"));
  for (const auto host : identity_hosts()) {
    const auto option = std::string{option_name(host)};
    CAPTURE(option);
    CHECK(std::count_if(rows.begin(), rows.end(),
                        [&](const auto& row) { return row.second == "`" + option + "`"; }) == 1);
  }
  CHECK(rows.size() == identity_hosts().size());
}

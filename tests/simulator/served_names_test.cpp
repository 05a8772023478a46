// The names in /stats and /journal, as the page documents them.
#include "tests/simulator/support/token_text.hpp"
#include "tests/support/catch.hpp"
#include <midas/simulated_host.hpp>

#include <fstream>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal::test;

namespace {

/// The names in backquotes that begin the rows of the table with that heading.
std::vector<std::string> documented(const std::string& heading) {
  std::ifstream page{MIDAS_SIMULATOR_PAGE};
  std::vector<std::string> names;
  bool is_inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| " + heading + " |")) {
      is_inside = true;
    } else if (is_inside && line.starts_with("| `")) {
      names.push_back(line.substr(3, line.find('`', 3) - 3));
    } else if (!line.starts_with("|")) {
      is_inside = false;
    }
  }
  return names;
}

std::vector<std::string> names_of(const rapidjson::Value& object) {
  std::vector<std::string> names;
  for (const auto& member : object.GetObject()) {
    names.emplace_back(member.name.GetString());
  }
  return names;
}

}  // namespace

TEST_CASE("the page documents every member of /stats, and no other") {
  const auto served = parse_object(to_json(simulated_host_statistics{}));
  CHECK(names_of(served) == documented("member of `/stats`"));
}

TEST_CASE("the page documents every member of an entry of /journal, and no other") {
  const auto served = parse_object(to_json({journal_entry{}}, {}));
  CHECK(names_of(served) == std::vector<std::string>{"entries"});
  CHECK(names_of(served["entries"][0]) == documented("member of an entry"));
}

// The example alerts of deploy/alerts.yml. promtool checks them, too, where it is installed.
#include "tests/support/catch.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::string content_of(const char* path) {
  std::ifstream file{path};
  REQUIRE(file);
  return {std::istreambuf_iterator<char>{file}, {}};
}

// The keys of one rule with their values; those of its labels and annotations among them.
using rule = std::map<std::string, std::string>;

// Reads the part of YAML that the file is written in: mappings with two spaces for each level,
// scalars on one line or folded with ">-".
std::vector<rule> rules_of(const std::string& yaml) {
  static const std::regex member{R"(^ {6}(?:- |  |    )([a-z]+):(?: (.*))?$)"};
  std::vector<rule> result;
  std::istringstream lines{yaml};
  std::string folded;
  std::smatch parts;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.find('\t') == std::string::npos);
    if (std::regex_match(line, parts, member)) {
      if (parts[1] == "alert") {
        result.emplace_back();
      }
      REQUIRE_FALSE(result.empty());
      folded = parts[2] == ">-" ? parts[1].str() : "";
      CHECK(result.back().emplace(parts[1], folded.empty() ? parts[2].str() : "").second);
    } else if (!folded.empty()) {
      REQUIRE(line.starts_with(std::string(10, ' ')));
      result.back()[folded] += line.substr(10) + " ";
    } else {
      CHECK((line.starts_with("#") || line == "groups:" || line == "  - name: midas" ||
             line == "    rules:"));
    }
  }
  return result;
}

std::set<std::string> metrics_in(const std::string& expression) {
  static const std::regex name{"midas_[a-z_]+"};
  std::set<std::string> result;
  for (auto at = std::sregex_iterator{expression.begin(), expression.end(), name};
       at != std::sregex_iterator{}; ++at) {
    result.insert(at->str());
  }
  return result;
}

std::set<std::string> known_metrics() {
  std::set<std::string> result;
  std::istringstream golden{content_of(MIDAS_METRICS_GOLDEN_FILE)};
  for (std::string line; std::getline(golden, line);) {
    result.insert(line.substr(0, line.find(' ')));
  }
  return result;
}

}  // namespace

TEST_CASE("every alert has an expression on metrics that exist, a severity and a text") {
  const auto rules = rules_of(content_of(MIDAS_ALERTS));
  const auto known = known_metrics();
  REQUIRE(rules.size() >= 5);
  std::set<std::string> names;
  for (const auto& each : rules) {
    CAPTURE(each.at("alert"));
    CHECK(names.insert(each.at("alert")).second);
    CHECK(std::set<std::string>{"critical", "warning", "info"}.contains(each.at("severity")));
    CHECK_FALSE(each.at("summary").empty());
    CHECK_FALSE(each.at("description").empty());
    const auto& expression = each.at("expr");
    const auto used = metrics_in(expression);
    CHECK((!used.empty() || expression.starts_with("up{")));
    for (const auto& metric : used) {
      CAPTURE(metric);
      CHECK(known.contains(metric));
    }
    for (const auto* brackets : {"()", "{}", "[]"}) {
      CHECK(std::ranges::count(expression, brackets[0]) ==
            std::ranges::count(expression, brackets[1]));
    }
  }
}

// The conformance cases: files of JSON, whose schema each of them has at its head.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

namespace midas::conformance {

using json = rapidjson::Value;

struct vector_case {
  std::string id;
  /// The file that it is from.
  std::string file;
  const json* content = nullptr;
};

/// The cases of tests/vectors/, by file and in their order, and those of the files that
/// MIDAS_VECTORS names, separated by colons. Read once; throws std::runtime_error for a file that
/// cannot be read, is no such file, or repeats an id.
const std::vector<vector_case>& all_cases();

/// The member, or nothing (a null pointer) where it is missing or null.
const json* member(const json& object, std::string_view name);
/// The member as text; empty where it is missing or null.
std::string text_of(const json& object, std::string_view name);
bool is_true(const json& object, std::string_view name);
/// The elements of the member, which is an array or missing.
std::vector<const json*> elements_of(const json& object, std::string_view name);
std::string to_text(const json& value);
/// A value as JSON, to be shown.
std::string dump(const json& value);

}  // namespace midas::conformance

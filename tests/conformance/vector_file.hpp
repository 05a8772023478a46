// The conformance cases: files of JSON, whose schema each of them has at its head.
#pragma once

#include <rapidjson/document.h>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::conformance {

using json = rapidjson::Value;

struct vector_case {
  std::string id;
  /// The file that it is from.
  std::string file;
  const json* content = nullptr;
  /// It is of tests/vectors/, and not of a further file.
  bool is_own = true;
};

/// The cases of tests/vectors/, by file and in their order, and those of the files that
/// MIDAS_VECTORS names, separated by colons. Read once.
const std::vector<vector_case>& all_cases();

/// Adds the cases of a file of that name and text. One that is there already, with the same
/// content, is left out; another of the same id is called "ID (file)". Throws std::runtime_error
/// for a text that has no cases, or an id twice.
void add_cases(const std::string& name, const std::string& text, bool is_own,
               std::vector<vector_case>& cases);

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

}  // namespace midas::internal::conformance

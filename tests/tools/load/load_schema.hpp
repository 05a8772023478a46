// Checks the JSON of midas load against docs/load.schema.json.
#pragma once

#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"

#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>

#include <fstream>
#include <iterator>
#include <string>

namespace midas::internal::test {

/// Where a document violates the schema: "required at #/machine". Empty if it does not.
inline std::string schema_violation(const std::string& json) {
  std::ifstream file{MIDAS_LOAD_SCHEMA};
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto source = parsed(text);
  const rapidjson::SchemaDocument schema{source};
  rapidjson::SchemaValidator validator{schema};
  const auto document = parsed(json);
  if (document.Accept(validator)) {
    return {};
  }
  rapidjson::StringBuffer where;
  validator.GetInvalidDocumentPointer().StringifyUriFragment(where);
  return std::string{validator.GetInvalidSchemaKeyword()} + " at " + where.GetString();
}

inline void check_load_schema(const std::string& json) { CHECK(schema_violation(json).empty()); }

}  // namespace midas::internal::test

#include "tools/load/document/document_member.hpp"

#include "messages/plain_text.hpp"

#include <cmath>
#include <utility>

namespace midas::internal::tools {

void document_member::refuse(std::string_view is_not) const {
  throw wrong_member{(path_.empty() ? "the document" : path_) + " is not " + std::string{is_not}};
}

std::string document_member::path_to(const char* name) const {
  return path_.empty() ? name : path_ + "." + name;
}

void document_member::expect_object() const {
  if (!value_->IsObject()) {
    refuse("an object");
  }
}

std::optional<document_member> document_member::find(const char* name) const {
  expect_object();
  const auto found = value_->FindMember(name);
  if (found == value_->MemberEnd() || found->value.IsNull()) {
    return std::nullopt;
  }
  return document_member{found->value, path_to(name)};
}

document_member document_member::required(const char* name) const {
  auto found = find(name);
  if (!found) {
    throw wrong_member{path_to(name) + " is missing"};
  }
  return *std::move(found);
}

std::size_t document_member::size() const {
  if (!value_->IsArray()) {
    refuse("a list");
  }
  return value_->Size();
}

document_member document_member::at(std::size_t index) const {
  return {(*value_)[static_cast<rapidjson::SizeType>(index)],
          path_ + "[" + std::to_string(index) + "]"};
}

void document_member::each_element(const char* name,
                                   const std::function<void(const document_member&)>& visit) const {
  if (const auto list = find(name)) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      visit(list->at(i));
    }
  }
}

void document_member::each_member(
    const std::function<void(const std::string&, const document_member&)>& visit) const {
  expect_object();
  for (const auto& each : value_->GetObject()) {
    const std::string name{each.name.GetString(), each.name.GetStringLength()};
    visit(name, {each.value, path_to(one_line(name, 80).c_str())});
  }
}

std::string document_member::text() const {
  if (!value_->IsString()) {
    refuse("a string");
  }
  return {value_->GetString(), value_->GetStringLength()};
}

double document_member::number() const {
  if (!value_->IsNumber() || !std::isfinite(value_->GetDouble()) || value_->GetDouble() < 0) {
    refuse("a number of at least 0");
  }
  return value_->GetDouble();
}

std::uint64_t document_member::count() const {
  if (!value_->IsUint64()) {
    refuse("a whole number of at least 0");
  }
  return value_->GetUint64();
}

bool document_member::flag() const {
  if (!value_->IsBool()) {
    refuse("true or false");
  }
  return value_->GetBool();
}

std::string document_member::text_or_empty(const char* name) const {
  const auto found = find(name);
  return found ? found->text() : std::string{};
}

std::uint64_t document_member::count_or_zero(const char* name) const {
  const auto found = find(name);
  return found ? found->count() : 0;
}

bool document_member::flag_or_false(const char* name) const {
  const auto found = find(name);
  return found && found->flag();
}

double document_member::number_or_zero(const char* name) const {
  return optional_number(name).value_or(0);
}

std::optional<double> document_member::optional_number(const char* name) const {
  const auto found = find(name);
  return found ? std::optional{found->number()} : std::nullopt;
}

}  // namespace midas::internal::tools

#include "transport/formats/json_object.hpp"

#include "messages/json_reader_settings.hpp"

#include <rapidjson/allocators.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <array>

namespace midas::internal {

namespace {

constexpr std::size_t deepest_nesting = 64;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// The handler of RapidJSON's reader, which dictates the names of the functions.
class member_finder {
 public:
  explicit member_finder(std::span<json_member> wanted) noexcept : wanted_(wanted) {}

  [[nodiscard]] std::size_t members() const noexcept { return members_; }
  [[nodiscard]] bool saw_other_value() const noexcept { return saw_other_value_; }

  // NOLINTBEGIN(readability-identifier-naming)
  bool Null() { return value(json_kind::null); }
  bool Bool(bool /*unused*/) { return value(json_kind::boolean); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return value(json_kind::number, {text, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    return value(json_kind::string, {text, size});
  }

  bool StartObject() { return depth_ == 0 ? enter() : value(json_kind::object) && enter(); }
  bool EndObject(rapidjson::SizeType /*unused*/) { return leave(); }
  bool StartArray() { return value(json_kind::array) && enter(); }
  bool EndArray(rapidjson::SizeType /*unused*/) { return leave(); }

  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
    const std::string_view name{text, size};
    current_ = nullptr;
    if (depth_ == 1) {
      ++members_;
      parent_ = name;
      find(name, {});
      forget_children_of(name);
    } else if (depth_ == 2) {
      find(name, parent_);
    }
    return true;
  }

  // Required by the reader, but not called, since numbers are kept as text.
  static bool Int(int) { return false; }
  static bool Uint(unsigned) { return false; }
  static bool Int64(std::int64_t) { return false; }
  static bool Uint64(std::uint64_t) { return false; }
  static bool Double(double) { return false; }
  // NOLINTEND(readability-identifier-naming)

 private:
  bool value(json_kind kind, std::string_view text = {}) {
    if (depth_ == 0) {
      saw_other_value_ = true;
      // Ends the parsing.
      return false;
    }
    if (current_ != nullptr) {
      current_->kind = kind;
      current_->text = text;
      // Elements of an array have no name and must not overwrite the member.
      current_ = nullptr;
    }
    return true;
  }

  bool enter() { return ++depth_ <= deepest_nesting; }

  bool leave() {
    --depth_;
    return true;
  }

  void find(std::string_view name, std::string_view parent) {
    const auto found = std::ranges::find_if(wanted_, [&](const json_member& member) {
      return member.name == name && member.parent == parent;
    });
    current_ = found == wanted_.end() ? nullptr : &*found;
  }

  void forget_children_of(std::string_view name) {
    for (auto& member : wanted_) {
      if (!name.empty() && member.parent == name) {
        member.kind = json_kind::absent;
        member.text = {};
      }
    }
  }

  std::span<json_member> wanted_;
  json_member* current_ = nullptr;
  std::string_view parent_;
  std::size_t depth_ = 0;
  std::size_t members_ = 0;
  bool saw_other_value_ = false;
};

// Has no early exit, so that the compiler can vectorize the loop.
bool is_ascii(std::string_view text) noexcept {
  unsigned char all = 0;
  for (const char c : text) {
    all |= static_cast<unsigned char>(c);
  }
  return all < 0x80;
}

}  // namespace

std::string_view to_string(json_kind kind) noexcept {
  constexpr std::array<std::string_view, 7> names{"absent", "null",  "boolean", "number",
                                                  "string", "array", "object"};
  const auto index = static_cast<std::size_t>(kind);
  return index < names.size() ? names.at(index) : "unknown";
}

json_reading read_json_object(sensitive_string& text, std::span<json_member> wanted) {
  // The reader takes a NUL for the end of the text, and would ignore the rest.
  if (text.find('\0') != sensitive_string::npos) {
    return {};
  }
  // The reader examines sixteen characters at a time, some of them after the last one.
  text.reserve(text.size() + json_read_ahead);
  const auto mark = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  rapidjson::InsituStringStream stream{text.data() + mark};
  // The reader's stack of open objects, rarely more than one.
  std::array<char, 512> memory;
  using allocator = rapidjson::MemoryPoolAllocator<>;
  allocator pool{memory.data(), memory.size()};
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, allocator> reader{
      &pool, memory.size() / 2};
  member_finder finder{wanted};
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag |
                             rapidjson::kParseNumbersAsStringsFlag;
  // Validating UTF-8 takes longer than everything else, and bodies are usually ASCII.
  const bool parsed =
      is_ascii(text)
          ? !reader.Parse<flags>(stream, finder).IsError()
          : !reader.Parse<flags | rapidjson::kParseValidateEncodingFlag>(stream, finder).IsError();
  using outcome = json_reading::outcome;
  if (parsed) {
    return {.result = outcome::object, .members = finder.members()};
  }
  for (auto& member : wanted) {
    member.kind = json_kind::absent;
    member.text = {};
  }
  return {.result = finder.saw_other_value() ? outcome::other_value : outcome::malformed,
          .is_truncated = mark + reader.GetErrorOffset() >= text.size()};
}

}  // namespace midas::internal

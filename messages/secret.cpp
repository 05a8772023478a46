#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <memory>
#include <ostream>
#include <utility>

namespace midas {

struct secret::block {
  explicit block(sensitive_string content) noexcept : text(std::move(content)) {}
  block(const block&) = delete;
  block& operator=(const block&) = delete;
  ~block() { wipe(text.data(), text.size()); }

  sensitive_string text;
};

secret::secret(std::string_view text) : secret(sensitive_string{text}, 0, text.size()) {}

secret::secret(sensitive_string text, std::size_t offset, std::size_t size) {
  // Short text is in the block itself.
  auto made = std::allocate_shared<block>(wiping_allocator<block>{}, std::move(text));
  shown_ = std::string_view{made->text}.substr(offset, size);
  block_ = std::move(made);
}

secret secret::from(std::size_t offset) const {
  auto result = *this;
  result.shown_ = shown_.substr(offset);
  return result;
}

bool operator==(const secret& left, const secret& right) noexcept {
  const auto a = left.reveal();
  const auto b = right.reveal();
  if (a.size() != b.size()) {
    return false;
  }
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference |=
        static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

std::string to_string(const secret& value) { return value.empty() ? "" : "<redacted>"; }

std::ostream& operator<<(std::ostream& out, const secret& value) { return out << to_string(value); }

}  // namespace midas

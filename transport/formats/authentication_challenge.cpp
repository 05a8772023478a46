#include "transport/formats/authentication_challenge.hpp"

#include "messages/ascii.hpp"

#include <algorithm>
#include <cstddef>

namespace midas::internal {

namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr bool is_separator(char c) noexcept { return is_blank(c) || c == ','; }

// tchar of RFC 9110, section 5.6.2.
constexpr bool is_token(char c) noexcept {
  return ascii::is_alphanumeric(c) ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

constexpr bool is_token68(char c) noexcept {
  return ascii::is_alphanumeric(c) || std::string_view{"-._~+/"}.find(c) != std::string_view::npos;
}

constexpr bool is_bare_value(char c) noexcept { return !is_blank(c) && c != ',' && c != '"'; }

class challenge_parser {
 public:
  explicit challenge_parser(std::string_view text) noexcept : text_(text) {}

  challenge_list parse() {
    skip(is_separator);
    while (!at_end() && !result_.fault) {
      const auto begin = at_;
      if (!parse_element()) {
        result_.fault = begin;
      }
      skip(is_separator);
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] bool is_next(char c) const noexcept { return !at_end() && text_[at_] == c; }

  std::string_view skip(bool (*belongs)(char)) {
    const auto rest = text_.substr(at_);
    const auto end = std::ranges::find_if_not(rest, belongs);
    const auto size = static_cast<std::size_t>(end - rest.begin());
    at_ += size;
    return rest.substr(0, size);
  }

  // A scheme, or a parameter of the last scheme.
  bool parse_element() {
    const auto word = skip(is_token);
    if (word.empty()) {
      return false;
    }
    const auto blanks = skip(is_blank);
    if (!result_.challenges.empty() && is_next('=')) {
      ++at_;
      skip(is_blank);
      return parse_value(word);
    }
    result_.challenges.push_back({.scheme = ascii::lower(std::string{word})});
    if (!blanks.empty()) {
      skip_token68();
    }
    return true;
  }

  // Skips a token68, such as that of "Negotiate YII=", if there is one.
  void skip_token68() {
    const auto begin = at_;
    const bool exists = !skip(is_token68).empty();
    skip([](char c) { return c == '='; });
    skip(is_blank);
    if (!exists || (!at_end() && !is_next(','))) {
      at_ = begin;
    }
  }

  bool parse_value(std::string_view name) {
    std::string value;
    if (!is_next('"')) {
      value = skip(is_bare_value);
    } else if (!parse_quoted(value)) {
      return false;
    }
    result_.challenges.back().parameters.emplace_back(ascii::lower(std::string{name}),
                                                      std::move(value));
    return true;
  }

  bool parse_quoted(std::string& value) {
    for (++at_; !at_end(); ++at_) {
      if (is_next('"')) {
        ++at_;
        return true;
      }
      if (is_next('\\') && ++at_ == text_.size()) {
        return false;
      }
      value += text_[at_];
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  challenge_list result_;
};

}  // namespace

const std::string* authentication_challenge::find(std::string_view name) const noexcept {
  const auto found =
      std::ranges::find(parameters, name, &std::pair<std::string, std::string>::first);
  return found == parameters.end() ? nullptr : &found->second;
}

challenge_list parse_challenges(std::string_view header) {
  return challenge_parser{header}.parse();
}

}  // namespace midas::internal

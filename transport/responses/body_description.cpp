#include "transport/responses/body_description.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/host_text.hpp"

#include <algorithm>
#include <cstddef>

namespace midas::internal {

namespace {

constexpr std::size_t max_quoted = 120;
// Titles and texts of pages are looked for in this much of them.
constexpr std::size_t max_searched = 16'384;
constexpr std::string_view white_space = " \t\r\n";

bool is_in_token(char c) noexcept {
  return ascii::is_alphanumeric(c) || std::string_view{"-_.~+/="}.find(c) != std::string_view::npos;
}

// Of a run of characters that a token may have: whether it is longer than words and ids are.
bool looks_like_token(std::string_view word, bool is_success) noexcept {
  constexpr std::size_t max_id_length = 100;
  constexpr std::size_t max_word_length = 20;
  const bool has_digits = std::ranges::any_of(word, ascii::is_digit);
  return word.size() > max_id_length || (is_success && has_digits && word.size() > max_word_length);
}

bool has_token_word(std::string_view text, bool is_success) noexcept {
  while (!text.empty()) {
    const auto begin = std::ranges::find_if(text, is_in_token);
    const auto end = std::find_if_not(begin, text.end(), is_in_token);
    if (looks_like_token({begin, end}, is_success)) {
      return true;
    }
    text = {end, text.end()};
  }
  return false;
}

// "gzip"; empty if the body is not known to be compressed.
std::string_view compression_of(std::string_view body) noexcept {
  if (body.starts_with("\x1f\x8b")) {
    return "gzip";
  }
  return body.starts_with("\x28\xb5\x2f\xfd") ? "zstd" : std::string_view{};
}

bool is_binary(std::string_view body) noexcept {
  const auto is_odd = [](char c) {
    return ascii::is_control(c) && white_space.find(c) == std::string_view::npos && c != '\x1b';
  };
  return static_cast<std::size_t>(std::ranges::count_if(body.substr(0, 64), is_odd)) > 3;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view part, std::size_t from) {
  const auto found =
      std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), part.begin(),
                  part.end(), [](char a, char b) { return ascii::lower(a) == b; });
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

// The content of the first element of that name, "<name ...>content</name"; empty if there is none.
std::string_view element(std::string_view page, std::string_view open, std::string_view close) {
  const auto at = find_ignoring_case(page, open, 0);
  const auto begin = at == std::string_view::npos ? at : page.find('>', at);
  if (begin == std::string_view::npos) {
    return {};
  }
  const auto end = find_ignoring_case(page, close, begin);
  return end == std::string_view::npos ? std::string_view{}
                                       : page.substr(begin + 1, end - begin - 1);
}

// Where the markup that begins at `at` ends. Scripts, styles and comments end with their content.
std::size_t end_of_markup(std::string_view page, std::size_t at) {
  const auto after = [&](std::string_view end) {
    const auto found = find_ignoring_case(page, end, at);
    return found == std::string_view::npos ? page.size() : found + end.size();
  };
  for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"<!--", "-->"},
                                    {"<script", "</script>"},
                                    {"<style", "</style>"}}) {
    if (find_ignoring_case(page.substr(at, open.size()), open, 0) == 0) {
      return after(close);
    }
  }
  return after(">");
}

sensitive_string text_of_page(std::string_view page) {
  sensitive_string result;
  for (std::size_t at = 0; at < page.size();) {
    if (page[at] == '<') {
      at = end_of_markup(page, at);
      result += ' ';
    } else {
      result += page[at++];
    }
  }
  return result;
}

// In quotes and behind `before`; empty if the text is blank, or may contain a token.
std::string quotation(std::string_view before, std::string_view text,
                      const http_response& response) {
  if (text.find_first_not_of(white_space) == std::string_view::npos) {
    return {};
  }
  if (may_hold_token(text, is_success(response.status))) {
    return " (not shown, since it may contain a token)";
  }
  return concat({before, quoted(shown_host_text(text, response.proofs, max_quoted))});
}

std::string describe_page(const http_response& response) {
  const auto page = std::string_view{response.body}.substr(0, max_searched);
  const auto type = header_value(response, "Content-Type");
  auto shown_type = shown_host_text(type.substr(0, type.find(';')), response.proofs, 60);
  const bool is_xml = shown_type.find("xml") != std::string::npos &&
                      find_ignoring_case(page, "<html", 0) == std::string_view::npos;
  std::string result = is_xml ? "an XML page" : "a page";
  result += shown_type.empty() ? ", not JSON" : concat({" (", shown_type, "), not JSON"});
  if (const auto title = element(page, "<title", "</title"); !title.empty()) {
    return result + quotation(", with the title ", title, response);
  }
  return result + quotation(": ", text_of_page(page), response);
}

std::string describe_nothing(const http_response& response) {
  std::string result = "no response received except the status";
  if (!response.reason.empty()) {
    result += ", " + shown_host_text(response.reason, response.proofs, 60);
  }
  return result + ": the body is empty";
}

bool has_one_word(std::string_view text) noexcept {
  const auto begin = std::min(text.find_first_not_of(white_space), text.size());
  return text.find_first_of(white_space, begin) >= text.find_last_not_of(white_space);
}

// JSON and single words are shown only if the answer is an error: then they are not meant to be a
// token.
std::string quote_text(const http_response& response) {
  std::string_view text = response.body;
  text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
  text = text.substr(0, text.find_first_of("\r\n"));
  const bool is_json_like =
      !text.empty() && std::string_view{"{[\""}.find(text.front()) != std::string_view::npos;
  return is_success(response.status) && (is_json_like || has_one_word(text))
             ? std::string{}
             : quotation(": ", text, response);
}

}  // namespace

bool may_hold_token(std::string_view text, bool is_success) noexcept {
  const auto mentions = [text](std::string_view part) {
    return find_ignoring_case(text, part, 0) != std::string_view::npos;
  };
  return mentions("access_token") || mentions("accesstoken") || mentions("token\"") ||
         (is_success && mentions("token=")) || has_token_word(text, is_success);
}

std::string advice_on_page(std::string_view remedy) {
  return concat({remedy, ": identity endpoints do not send web pages"});
}

body_form form_of(const http_response& response) noexcept {
  const auto begin = response.body.find_first_not_of(white_space);
  if (begin == sensitive_string::npos) {
    return body_form::empty;
  }
  if (response.body[begin] == '<') {
    return body_form::markup;
  }
  if (!compression_of(response.body).empty()) {
    return body_form::compressed;
  }
  return is_binary(response.body) ? body_form::binary : body_form::unreadable;
}

std::string describe_body(const http_response& response, body_form form, bool is_truncated) {
  const auto size = concat({"a body of ", std::to_string(response.body.size()), " bytes "});
  switch (form) {
    case body_form::empty:
      return describe_nothing(response);
    case body_form::markup:
      return describe_page(response);
    case body_form::compressed:
      return concat({size, "that is compressed (", compression_of(response.body),
                     "), though no header says so, and could not be parsed as JSON"});
    case body_form::binary:
      return size + "that are not text, and could not be parsed as JSON";
    default:
      return concat({size, "that could not be parsed as JSON",
                     (is_truncated ? ", since it is truncated" : ""), quote_text(response)});
  }
}

}  // namespace midas::internal

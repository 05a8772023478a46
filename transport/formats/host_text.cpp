#include "transport/formats/host_text.hpp"

#include "messages/plain_text.hpp"
#include "transport/formats/escaped_text.hpp"
#include <midas/sensitive_string.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace midas::internal {

namespace {

// Of a proof, any so many characters in a row are hidden: a host may cut it, or break its lines.
constexpr std::size_t window = 8;
constexpr std::size_t min_proof_size = 4;
constexpr unsigned nested_escapes = 3;
constexpr std::string_view replacement = "<redacted>";

// Which bytes of a text repeat a proof.
using marks = std::vector<bool>;

// Eight characters in a row, and where they begin.
struct placed_window {
  std::uint64_t characters = 0;
  std::size_t index = 0;
};
using placed_windows = std::vector<placed_window, wiping_allocator<placed_window>>;

constexpr std::uint64_t shifted(std::uint64_t characters, char next) noexcept {
  return characters << 8U | static_cast<unsigned char>(next);
}

// One way of reading a text, in which proofs are looked for.
class reading {
 public:
  explicit reading(placed_text text) : text_(std::move(text)) {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < text_.size(); ++i) {
      last = shifted(last, text_[i].value);
      if (i + 1 >= window) {
        windows_.push_back({last, i + 1 - window});
      }
    }
    std::ranges::sort(windows_, {}, &placed_window::characters);
  }

  // `form` is a proof, written in one of the ways in which a host may repeat it.
  void mark(const sensitive_string& form, marks& found) const {
    if (form.size() < window) {
      mark_whole(form, found);
      return;
    }
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < form.size(); ++i) {
      last = shifted(last, form[i]);
      if (i + 1 >= window) {
        mark_windows(last, found);
      }
    }
  }

 private:
  void mark_windows(std::uint64_t characters, marks& found) const {
    auto each = std::ranges::lower_bound(windows_, characters, {}, &placed_window::characters);
    for (; each != windows_.end() && each->characters == characters; ++each) {
      mark(each->index, window, found);
    }
  }

  void mark_whole(const sensitive_string& form, marks& found) const {
    const auto is_same = [](const placed_character& left, char right) {
      return left.value == right;
    };
    for (auto at = text_.begin();; ++at) {
      at = std::search(at, text_.end(), form.begin(), form.end(), is_same);
      if (at == text_.end()) {
        return;
      }
      mark(static_cast<std::size_t>(at - text_.begin()), form.size(), found);
    }
  }

  void mark(std::size_t index, std::size_t size, marks& found) const {
    const auto begin = static_cast<std::ptrdiff_t>(text_[index].begin);
    const auto end = static_cast<std::ptrdiff_t>(text_[index + size - 1].end);
    std::fill(found.begin() + begin, found.begin() + end, true);
  }

  placed_text text_;
  placed_windows windows_;
};

// Without white space and in lower case, like the text in which it is looked for.
sensitive_string folded(std::string_view text) {
  sensitive_string result;
  result.reserve(text.size());
  for (const auto& each : read_placed(text)) {
    result += each.value;
  }
  return result;
}

// The characters that base64 has for `text` after `before` other bytes, whatever follows it.
sensitive_string base64(std::string_view text, unsigned before, std::string_view alphabet) {
  sensitive_string result;
  result.reserve(text.size() / 3 * 4 + 4);
  std::uint32_t bits = 0;
  unsigned count = before * 8 % 6;
  // Bits of the first character that belong to other bytes; that character is left out.
  bool is_shared = count != 0;
  for (const char c : text) {
    bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xffffU;
    count += 8;
    while (count >= 6) {
      count -= 6;
      if (!is_shared) {
        result += alphabet[bits >> count & 0x3fU];
      }
      is_shared = false;
    }
  }
  return result;
}

// The ways in which a host may write a proof, apart from escapes.
void add_forms(std::string_view proof, std::vector<sensitive_string>& forms) {
  constexpr std::array<std::string_view, 2> alphabets{
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
  const auto add = [&forms](sensitive_string form) {
    if (form.size() >= min_proof_size) {
      forms.push_back(std::move(form));
    }
  };
  add(folded(proof));
  for (const auto alphabet : alphabets) {
    for (unsigned before = 0; before < 3; ++before) {
      add(folded(base64(proof, before, alphabet)));
    }
  }
}

using escape_kinds = std::span<const escape_kind>;

// Each level of escapes is read in four ways: all kinds at once, since a host may mix them; and
// each kind alone, since a proof may itself contain what looks like an escape of another kind.
constexpr std::array all_kinds{escape_kind::url, escape_kind::json, escape_kind::html};
constexpr std::array<escape_kinds, 4> kinds_read{
    escape_kinds{all_kinds}, escape_kinds{all_kinds}.subspan(0, 1),
    escape_kinds{all_kinds}.subspan(1, 1), escape_kinds{all_kinds}.subspan(2, 1)};

// `texts` with one more level of escapes read, in each way that has a result of its own.
std::vector<placed_text> with_one_level_less(const std::vector<placed_text>& texts) {
  std::vector<placed_text> results;
  for (const auto& text : texts) {
    for (const auto kinds : kinds_read) {
      auto next = without_escapes(text, kinds);
      if (next.size() != text.size() && std::ranges::find(results, next) == results.end()) {
        results.push_back(std::move(next));
      }
    }
  }
  return results;
}

marks repeated_parts(std::string_view text, std::span<const secret> proofs) {
  marks found(text.size(), false);
  std::vector<sensitive_string> forms;
  for (const auto& proof : proofs) {
    if (proof.size() >= min_proof_size) {
      add_forms(proof.reveal(), forms);
    }
  }
  if (forms.empty()) {
    return found;
  }
  std::vector<placed_text> texts{read_placed(text)};
  for (unsigned level = 0; level <= nested_escapes && !texts.empty(); ++level) {
    if (level > 0) {
      texts = with_one_level_less(texts);
    }
    for (const auto& each : texts) {
      const reading read{each};
      for (const auto& form : forms) {
        read.mark(form, found);
      }
    }
  }
  return found;
}

std::string replaced(std::string_view text, const marks& found) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!found[i]) {
      result += text[i];
    } else if (i == 0 || !found[i - 1]) {
      result += replacement;
    }
  }
  return result;
}

}  // namespace

std::string shown_host_text(std::string_view text, std::span<const secret> proofs,
                            std::size_t max_bytes) {
  // What is read beyond the part that may be shown, so that a proof is recognized at its end.
  constexpr std::size_t margin = 256;
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto considered = 4 * max_bytes + margin;
  const auto found = repeated_parts(text.substr(0, considered + margin), proofs);
  return one_line(without_tokens(replaced(text.substr(0, considered), found)), max_bytes);
}

bool repeats_proof(std::string_view text, std::span<const secret> proofs) {
  const auto found = repeated_parts(text, proofs);
  return std::ranges::find(found, true) != found.end();
}

}  // namespace midas::internal

#include "store/text_edits.hpp"

#include "store/cache_writer.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace midas::internal {

void text_edits::replace_all(const scanned_object& object, sensitive_string members,
                             std::size_t depth) {
  if (object.members.empty() && members.empty()) {
    return;
  }
  if (!members.empty()) {
    append_line(members, depth - 1);
  }
  edits_.push_back({{object.brackets.begin + 1, object.brackets.end}, std::move(members)});
}

void text_edits::change(const scanned_object& object, const std::vector<bool>& dropped,
                        sensitive_string members, std::size_t depth) {
  const auto& all = object.members;
  const auto first = static_cast<std::size_t>(std::ranges::find(dropped, false) - dropped.begin());
  if (first == all.size()) {
    replace_all(object, std::move(members), depth);
    return;
  }
  if (first != 0) {
    // Only white space and a comma are between a member and the one before it.
    const auto comma = text_.find(',', all[first].begin);
    edits_.push_back({{object.brackets.begin + 1, comma + 1}, {}});
  }
  auto last = first;
  for (auto i = first + 1; i < all.size(); ++i) {
    if (dropped[i]) {
      edits_.push_back({all[i], {}});
    } else {
      last = i;
    }
  }
  if (!members.empty()) {
    members.insert(0, 1, ',');
    edits_.push_back({{all[last].end, all[last].end}, std::move(members)});
  }
}

void text_edits::apply_to(sensitive_string& text) && {
  // An insertion comes before the removal that begins at the same place.
  std::ranges::stable_sort(edits_, {}, [](const edit& each) {
    return std::pair{each.replaced.begin, each.replaced.end};
  });
  // What stays moves to the front, in one pass.
  std::size_t from = 0;
  std::size_t to = 0;
  std::size_t added = 0;
  const auto keep_until = [&](std::size_t end) {
    if (to != from) {
      std::memmove(text.data() + to, text.data() + from, end - from);
    }
    to += end - from;
  };
  for (auto& [replaced, members] : edits_) {
    keep_until(replaced.begin);
    from = replaced.end;
    replaced = {to, to};
    added += members.size();
  }
  keep_until(text.size());
  text.resize(to);
  // There are at most as many insertions as objects that change.
  text.reserve(to + added);
  std::ranges::reverse(edits_);
  for (const auto& [place, members] : edits_) {
    if (!members.empty()) {
      text.insert(place.begin, members);
    }
  }
}

}  // namespace midas::internal

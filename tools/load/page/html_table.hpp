// A table of the report page.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// Texts are escaped. The first cell of each row is its header.
class html_table {
 public:
  /// `label` is the id of the heading that names the table. Columns whose name begins with '>' have
  /// numbers.
  html_table(std::string_view label, const std::vector<std::string>& columns);

  void add_row(const std::vector<std::string>& cells);

  /// The table, in a box that scrolls sideways and that the keyboard reaches.
  [[nodiscard]] std::string str() const;

 private:
  [[nodiscard]] const char* style_of(std::size_t column) const;

  std::string label_;
  std::vector<bool> has_numbers_;
  std::string text_;
};

/// The start of a section with a heading of that id; it ends with "</section>".
[[nodiscard]] std::string section_start(std::string_view id, std::string_view title);

}  // namespace midas::internal::tools

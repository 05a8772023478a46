#include "tools/load/page/html_table.hpp"

#include "tools/load/page/page_text.hpp"

#include <fmt/format.h>

namespace midas::internal::tools {

html_table::html_table(std::string_view label, const std::vector<std::string>& columns)
    : label_(label) {
  for (const auto& each : columns) {
    has_numbers_.push_back(each.starts_with('>'));
    text_ += fmt::format("<th scope=\"col\"{}>{}</th>", style_of(has_numbers_.size() - 1),
                         html_text(each.substr(has_numbers_.back() ? 1 : 0)));
  }
  text_ = "<thead><tr>" + text_ + "</tr></thead><tbody>";
}

const char* html_table::style_of(std::size_t column) const {
  return column < has_numbers_.size() && has_numbers_[column] ? " class=\"number\"" : "";
}

void html_table::add_row(const std::vector<std::string>& cells) {
  text_ += "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    text_ += i == 0 ? fmt::format("<th scope=\"row\"{}>{}</th>", style_of(i), html_text(cells[i]))
                    : fmt::format("<td{}>{}</td>", style_of(i), html_text(cells[i]));
  }
  text_ += "</tr>";
}

std::string html_table::str() const {
  return fmt::format(
      R"(<div class="scroll" role="region" tabindex="0" aria-labelledby="{0}"><table aria-labelledby="{0}">{1}</tbody></table></div>)",
      label_, text_);
}

std::string section_start(std::string_view id, std::string_view title) {
  return fmt::format(R"(<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>)", id,
                     html_text(title));
}

}  // namespace midas::internal::tools

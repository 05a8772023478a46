// The style sheet of the report page, which the build makes from report.css.
#pragma once

#include <string_view>

namespace midas::internal::tools {

extern const std::string_view report_style;

}  // namespace midas::internal::tools

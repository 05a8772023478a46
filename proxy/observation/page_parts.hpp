// The files of page/, which the build puts into a source.
#pragma once

#include <string_view>

namespace midas::internal::proxy {

extern const std::string_view page_html;
extern const std::string_view page_style;
extern const std::string_view page_script;

}  // namespace midas::internal::proxy

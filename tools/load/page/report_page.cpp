#include "tools/load/page/report_page.hpp"

#include "tools/load/page/charts.hpp"
#include "tools/load/page/page_sections.hpp"
#include "tools/load/page/page_text.hpp"
#include "tools/load/page/report_style.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <stdexcept>

namespace midas::internal::tools {

namespace {

/// A chart has room for about so many steps, and a reader patience for so many rows.
constexpr std::size_t max_bins = 240;

// What the style sheet fills areas with, so that they differ without colors.
constexpr const char* patterns =
    R"svg(<svg class="patterns" aria-hidden="true"><defs>)svg"
    R"svg(<pattern id="stripes" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground2" width="7" height="7"/><path class="mark2" d="M0 0V7"/></pattern>)svg"
    R"svg(<pattern id="dots" width="7" height="7" patternUnits="userSpaceOnUse"><rect class="ground3" width="7" height="7"/><circle class="mark3" cx="3.5" cy="3.5" r="1.5"/></pattern>)svg"
    R"svg(<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><path class="mark-fault" d="M0 0V6"/></pattern>)svg"
    R"svg(</defs></svg>)svg";

// In the form of Content-Security-Policy.
std::string hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error{"OpenSSL has no SHA-256"};
  }
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> encoded{};
  const auto length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return "sha256-" + std::string(encoded.begin(), encoded.begin() + length);
}

std::string head() {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; "
      "base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>midas load: report</title>\n<style>{}</style>\n</head>\n<body>\n",
      hash_of(report_style), report_style);
}

std::string header(const load_document& document) {
  auto html = fmt::format(
      R"(<header><h1>midas <span>load</span></h1><p class="what">{}</p><p class="about">)",
      html_text(document.what));
  const auto add = [&html](const std::string& text) {
    html += "<span>" + html_text(text) + "</span>";
  };
  add(document.started_at);
  add("midas " + document.midas_version);
  add(document.open_model ? "open model: latency counts from the schedule" : "closed model");
  if (document.workers > 1) {
    add(fmt::format("{} workers", document.workers));
  }
  html += "</p>";
  if (document.interrupted) {
    html += "<p class=\"notice\">A signal ended this run early.</p>";
  }
  return html + "</header>\n";
}

}  // namespace

std::string report_page(const load_document& document) {
  const auto bins = time_bins(document.series, max_bins);
  auto html = head() + patterns + header(document) + "<main>\n";
  html += threshold_section(document) + tiles(document);
  html += distribution_section(document) + phase_section(document);
  html += throughput_section(document, bins) + upstream_section(document, bins);
  html += answers_section(document, bins) + latency_section(document, bins);
  html += fault_section(document) + error_section(document) + repetition_section(document);
  html += settings_section(document) + machine_section(document) + data_section(bins);
  return html + "</main>\n<footer><p>Made by midas load --report.</p></footer>\n</body>\n</html>\n";
}

}  // namespace midas::internal::tools

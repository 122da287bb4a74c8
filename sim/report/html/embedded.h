// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

/// The parts of the HTML report and the schema of results, embedded when the program is built (embed.cmake).
namespace nvcim::sim::html {

extern const std::string_view kPage;          ///< page.html, with {{name}} where text is filled in
extern const std::string_view kStyle;         ///< page.css
extern const std::string_view kScript;        ///< page.js
extern const std::string_view kStudyScript;   ///< study.js
extern const std::string_view kChartJs;       ///< Chart.js of libjs-chart.js
extern const std::string_view kResultSchema;  ///< schema/result.schema.json

}  // namespace nvcim::sim::html
